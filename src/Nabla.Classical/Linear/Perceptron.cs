using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Linear;

/// <summary>Settings of <see cref="Perceptron"/>.</summary>
public sealed record PerceptronOptions
{
    /// <summary>Passes over the rows, at least 1. Default 1,000.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 1000;

    /// <summary>Whether each pass takes the rows in a new random order. Default true.</summary>
    public bool Shuffles { get; init; } = true;

    /// <summary>Seed of the orders. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// The perceptron (Rosenblatt, 1958): a row on the wrong side, or on the plane, is added to w with its sign. Ends after a pass without a
/// mistake, which comes if a plane separates the classes (Novikoff, 1962).
/// </summary>
public sealed class Perceptron(PerceptronOptions? options = null) : PlaneClassifier
{
    PerceptronOptions options = options ?? new();

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.PerceptronOptions);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Separate(Matrix<double> x, double[] signs, Span<double> plane)
    {
        RandomStream random = new RandomStream(options.Seed).Split("perceptron");
        Span<double> w = plane[..^1];
        int mistakes = 0;
        for (int pass = 0; pass < options.MaxIterations; pass++)
        {
            int[]? order = options.Shuffles ? random.Split(pass).Permutation(x.Rows) : null;
            mistakes = 0;
            for (int step = 0; step < x.Rows; step++)
            {
                int i = order?[step] ?? step;
                if (signs[i] * (Vectors.Dot<double>(x.Row(i), w) + plane[^1]) > 0) continue;
                Vectors.AddScaled(w, signs[i], x.Row(i));
                plane[^1] += signs[i];
                mistakes++;
            }
            if (mistakes == 0) return;
        }
        Warn($"expected a pass without a mistake within {options.MaxIterations} passes, got {mistakes} mistakes in the last: the classes may overlap. Raise MaxIterations, or take LogisticRegression or LinearSvc.");
    }
}
