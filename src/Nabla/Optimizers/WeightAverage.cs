using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>Settings of <see cref="WeightAverage"/>.</summary>
public sealed record WeightAverageOptions
{
    /// <summary>
    /// d in [0, 1) of the exponential average a ← d·a + (1 − d)·w; null (default) for the plain mean of all samples: stochastic weight
    /// averaging, SWA (Izmailov et al., 2018).
    /// </summary>
    public double? Decay
    {
        get;
        init => field = value is null or (>= 0 and < 1)
            ? value : throw new ArgumentOutOfRangeException(nameof(Decay), value, $"Decay: expected a number in [0, 1), got {value}.");
    }

    /// <summary>Uses min(d, (1 + n)/(10 + n)) for sample n, so that the first weights are soon forgotten. Default false.</summary>
    public bool WarmsUp { get; init; }

    /// <summary>Steps before the first sample, at least 0. Default 0.</summary>
    public long Start
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(Start), value, $"Start: expected at least 0, got {value}.");
    }

    /// <summary>Steps from sample to sample, at least 1: for SWA the length of a cycle. Default 1.</summary>
    public long Every
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Every), value, $"Every: expected at least 1, got {value}.");
    } = 1;
}

/// <summary>
/// Keeps an average of the weights along the path of the inner optimizer: exponential (Polyak, Juditsky, 1992) or the plain mean of
/// samples, SWA. Training goes on from the weights; <see cref="Exchange"/> puts the average into the model for a while.
/// </summary>
/// <remarks>Buffers, such as the statistics of batch normalization, are not averaged: estimate them again with the averaged weights.</remarks>
public sealed class WeightAverage(Optimizer inner, WeightAverageOptions? options = null) : OptimizerWrapper(inner)
{
    static readonly string[] Names = ["average"];

    readonly WeightAverageOptions options = options ?? new WeightAverageOptions();

    /// <summary>The average that an optimizer keeps, itself or within its wrappers; null for none.</summary>
    public static WeightAverage? Within(Optimizer optimizer)
    {
        for (Optimizer? at = optimizer; at is not null; at = (at as OptimizerWrapper)?.Inner)
            if (at is WeightAverage average)
                return average;
        return null;
    }

    private protected override string[] StateNames => Names;

    private protected override void Follow(ParameterState state, ParameterGroup group)
    {
        long since = state.Steps - 1 - options.Start, n = since / options.Every;
        if (since < 0 || since % options.Every != 0) return;
        double decay = n == 0 ? 0 : options.Decay ?? n / (n + 1.0);
        if (options is { Decay: not null, WarmsUp: true }) decay = Math.Min(decay, (1.0 + n) / (10 + n));
        state.Tensors[0].Change(state.Parameter, new InterpolateUpdate(1 - decay));
    }

    /// <summary>
    /// Exchanges weights and averages until disposed: <c>using (average.Exchange()) Evaluate(model);</c>. Parameters without a sample
    /// yet stay. Do not step meanwhile.
    /// </summary>
    public Exchanged Exchange()
    {
        Swap();
        return new Exchanged(this);
    }

    void Swap()
    {
        foreach (var (state, _) in Members)
        {
            if (state.Steps <= options.Start) continue;
            Tensor weights = state.Parameter.Detach().Clone();
            state.Parameter.CopyOf(state.Tensors[0]);
            state.Tensors[0].CopyOf(weights);
        }
    }

    /// <summary>The time in which the model has the averaged weights.</summary>
    public readonly ref struct Exchanged
    {
        readonly WeightAverage? average;

        internal Exchanged(WeightAverage average) => this.average = average;

        /// <summary>Gives the model its own weights back.</summary>
        public void Dispose() => average?.Swap();
    }
}
