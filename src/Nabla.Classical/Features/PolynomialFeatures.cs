using Nabla.Estimators;

namespace Nabla.Classical.Features;

/// <summary>Settings of <see cref="PolynomialFeatures"/>.</summary>
public sealed record PolynomialOptions
{
    /// <summary>Largest total degree, at least 1. Default 2.</summary>
    public int Degree { get; init => field = OptionChecks.AtLeast(1, value, nameof(Degree)); } = 2;

    /// <summary>Whether no feature may be multiplied by itself: crosses alone. Default false.</summary>
    public bool InteractionOnly { get; init; }

    /// <summary>Whether the constant 1 comes first. Default true.</summary>
    public bool IncludeBias { get; init; } = true;
}

/// <summary>
/// All products of up to so many features: 1, a, b, a², ab, b² … by degree, then by feature. A linear model on them is polynomial regression.
/// </summary>
public sealed class PolynomialFeatures(PolynomialOptions? options = null) : TableEstimator, ITransformer
{
    PolynomialOptions options = options ?? new();
    int[][] terms = [];

    /// <summary>The features multiplied in each output.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Terms => terms;

    /// <summary>Lists the products; of the table only its width matters.</summary>
    public void Fit(Tensor features)
    {
        FitTable<double>(features);
        terms = List();
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Transform(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        var y = new Matrix<double>(x.Rows, terms.Length);
        for (int i = 0; i < x.Rows; i++)
            for (int t = 0; t < terms.Length; t++)
            {
                double product = 1;
                foreach (int j in terms[t]) product *= x[i, j];
                y[i, t] = product;
            }
        return y.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.PolynomialOptions);
        terms = List();
    }

    int[][] List()
    {
        List<int[]> all = [[]];
        int start = 0;
        for (int degree = 1; degree <= options.Degree; degree++)
        {
            int end = all.Count;
            for (; start < end; start++)
                for (int j = all[start] is [.., int last] ? last + (options.InteractionOnly ? 1 : 0) : 0; j < FeatureCount; j++)
                    all.Add([.. all[start], j]);
        }
        return [.. options.IncludeBias ? all : all.Skip(1)];
    }
}
