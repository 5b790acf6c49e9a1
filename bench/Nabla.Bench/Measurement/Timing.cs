namespace Nabla.Bench.Measurement;

/// <summary>Seconds per call, and what a call cost the collector.</summary>
/// <param name="Median">Of the repetitions that nothing disturbed.</param>
/// <param name="Min">The shortest of them.</param>
/// <param name="Max">The longest of them.</param>
/// <param name="IsContended">Other programs took the core most of the time: the figures are not worth much.</param>
/// <param name="BytesPerCall">Managed bytes that one call allocates.</param>
/// <param name="PausedShare">Share of the time in which the collector stopped the program.</param>
internal readonly record struct Timing(double Median, double Min, double Max, bool IsContended, double BytesPerCall, double PausedShare);
