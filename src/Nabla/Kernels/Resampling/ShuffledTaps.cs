namespace Nabla.Kernels;

/// <summary>
/// A <see cref="ResamplingMap"/> of floats as a vector of outputs at a time reads it: where neighboring outputs take their k-th inputs from two
/// vectors of neighboring inputs, or from one, as they do when an axis grows or is halved, two loads and one shuffle fetch them all.
/// </summary>
internal sealed class ShuffledTaps
{
    /// <param name="map">What is read.</param>
    /// <param name="width">Outputs of a group, and inputs of a vector; the last group ends with the axis and may overlap the one before.</param>
    public ShuffledTaps(ResamplingMap map, int width)
    {
        Width = width;
        int fewest = int.MaxValue;
        for (int j = 0; j < map.To; j++)
        {
            int entries = map.Starts[j + 1] - map.Starts[j];
            (Taps, fewest) = (Math.Max(Taps, entries), Math.Min(fewest, entries));
        }
        IsPossible = map.To >= width && fewest > 0;
        IsWholeRow = map.From <= 2 * width;
        if (!IsPossible) return;
        Bases = new int[(map.To + width - 1) / width * Taps];
        (Lanes, Weights) = (new int[Bases.Length * width], new float[Bases.Length * width]);
        for (int slot = 0; slot < Bases.Length && IsPossible; slot++) Read(map, slot, Math.Min(slot / Taps * width, map.To - width), slot % Taps);
        IsCopy = Taps == 1 && Array.TrueForAll(Weights, static weight => weight == 1);
    }

    /// <summary>Outputs of a group.</summary>
    public int Width { get; }

    /// <summary>Entries of every output.</summary>
    public int Taps { get; }

    /// <summary>True if every group reads within two vectors.</summary>
    public bool IsPossible { get; private set; }

    /// <summary>True if one vector does not do.</summary>
    public bool ReadsTwo { get; private set; }

    /// <summary>True if two vectors hold all inputs: every group reads them from the first on.</summary>
    public bool IsWholeRow { get; }

    /// <summary>True if every output is one of the inputs.</summary>
    public bool IsCopy { get; }

    /// <summary>First input of each group and tap.</summary>
    public int[] Bases { get; } = [];

    /// <summary>Which of the inputs from there each output takes, for each group and tap.</summary>
    public int[] Lanes { get; } = [];

    /// <summary>What it counts.</summary>
    public float[] Weights { get; } = [];

    void Read(ResamplingMap map, int slot, int output, int tap)
    {
        Span<int> lanes = Lanes.AsSpan(slot * Width, Width);
        int first = int.MaxValue, last = 0;
        for (int lane = 0; lane < Width; lane++)
        {
            (int place, Weights[slot * Width + lane]) = Entry(map, output + lane, tap);
            (lanes[lane], first, last) = (place, Math.Min(first, place), Math.Max(last, place));
        }
        // A group may begin less than a vector before the end: rows are followed by room for two.
        Bases[slot] = IsWholeRow ? 0 : Math.Min(first, Math.Max(0, map.From - Width));
        foreach (ref int lane in lanes) lane -= Bases[slot];
        ReadsTwo |= last - Bases[slot] >= Width;
        IsPossible &= last - Bases[slot] < 2 * Width;
    }

    /// <summary>
    /// An entry of an output. Those with fewer than others have their last in halves, quarters …, which add up to the same: an entry of weight 0 would make
    /// NaN of an infinity.
    /// </summary>
    (int Place, float Weight) Entry(ResamplingMap map, int output, int tap)
    {
        int start = map.Starts[output], last = map.Starts[output + 1] - 1 - start, k = Math.Min(tap, last);
        int halvings = tap < last ? 0 : Math.Min(tap + 1, Taps - 1) - last;
        return (map.Places[start + k], (float)Math.ScaleB(map.Values[start + k], -halvings));
    }
}
