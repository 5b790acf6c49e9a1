using Nabla.Estimators;

namespace Nabla.Classical.SupportVectors;

/// <summary>Settings of <see cref="Svc"/> and <see cref="Svr"/>.</summary>
public sealed record SvmOptions : KernelOptions
{
    /// <summary>C above 0, the weight of violated margins. Default 1.</summary>
    public double C { get; init => field = OptionChecks.Positive(value, nameof(C)); } = 1;

    /// <summary>ε ≥ 0 of <see cref="Svr"/>: errors up to it cost nothing. Default 0.1.</summary>
    public double Epsilon { get; init => field = OptionChecks.NotNegative(value, nameof(Epsilon)); } = 0.1;

    /// <summary>Violation of optimality to stop at. Default 1e-3.</summary>
    public double Tolerance { get; init => field = OptionChecks.Positive(value, nameof(Tolerance)); } = 1e-3;

    /// <summary>Steps of two variables, at least 1. Default 10 million.</summary>
    public int MaxIterations { get; init => field = OptionChecks.AtLeast(1, value, nameof(MaxIterations)); } = 10_000_000;
}

/// <summary>
/// A support vector machine (Cortes, Vapnik, 1995): the widest margin in the space of a kernel. More than two classes are told apart in
/// pairs, and the class that wins most pairs is the answer.
/// </summary>
/// <remarks>Keeps the kernel of the rows of each pair of classes in memory while fitting: 8 bytes per pair of rows.</remarks>
public sealed class Svc(SvmOptions? options = null) : Classifier
{
    SvmOptions options = options ?? new();
    double gamma;
    double[]? vectors, weights, thresholds;

    /// <summary>Support vectors, the rows that decide, Float64 [vectors, features].</summary>
    public Tensor SupportVectors
    {
        get
        {
            CheckFitted();
            return Vectors.ToTensor();
        }
    }

    /// <summary>γ in use.</summary>
    public double Gamma => gamma;

    int Pairs => Known.Length * (Known.Length - 1) / 2;

    Matrix<double> Vectors => new(vectors!, vectors!.Length / FeatureCount, FeatureCount);

    /// <inheritdoc/>
    public override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        gamma = options.GammaOf(x);
        var all = new Matrix<double>(Pairs, x.Rows);
        thresholds = new double[Pairs];
        double worst = 0;
        int pair = 0;
        for (int a = 0; a < y.Count; a++)
            for (int b = a + 1; b < y.Count; b++, pair++)
            {
                int[] rows = [.. Enumerable.Range(0, x.Rows).Where(i => y.Indices[i] == a || y.Indices[i] == b)];
                double[] signs = Array.ConvertAll(rows, i => y.Indices[i] == a ? 1.0 : -1), p = new double[rows.Length];
                Array.Fill(p, -1);
                Matrix<double> part = x.Take(rows);
                var (alpha, rho, violation) = Smo.Solve(
                    options.Evaluate(part, part, gamma).Values, rows.Length, p, signs, options.C, options.Tolerance, options.MaxIterations);
                for (int i = 0; i < rows.Length; i++) all[pair, rows[i]] = alpha[i] * signs[i];
                thresholds[pair] = rho;
                worst = Math.Max(worst, violation);
            }
        if (worst > options.Tolerance)
            Warn($"expected a violation of at most {options.Tolerance:G3} after {options.MaxIterations} steps, got {worst:G3}. Raise MaxIterations, lower C, or standardize the features.");
        int[] used = [.. Enumerable.Range(0, x.Rows).Where(i => Enumerable.Range(0, all.Rows).Any(k => all[k, i] != 0))];
        vectors = x.Take(used).Values;
        weights = all.Transposed().Take(used).Transposed().Values;
        EndFit();
    }

    /// <summary>
    /// Of each pair of classes (a, b), a before b, the side: above 0 for a. Float64 [rows, pairs]; [rows] for two classes, above 0 for the second.
    /// </summary>
    public Tensor DecisionFunction(Tensor features)
    {
        Matrix<double> d = Decisions(Table<double>(features));
        return d.Columns > 1 ? d.ToTensor() : Tensor.From(Array.ConvertAll(d.Values, static v => -v));
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.SvmOptions);
        state.Keep("gamma", ref gamma);
        state.Keep("vectors", ref vectors);
        state.Keep("weights", ref weights);
        state.Keep("thresholds", ref thresholds);
    }

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        Matrix<double> d = Decisions(x), votes = new(x.Rows, Known.Length);
        for (int i = 0; i < x.Rows; i++)
        {
            int pair = 0;
            for (int a = 0; a < Known.Length; a++)
                for (int b = a + 1; b < Known.Length; b++) votes[i, d[i, pair++] > 0 ? a : b]++;
        }
        return votes;
    }

    Matrix<double> Decisions(Matrix<double> x) =>
        Products.Affine(options.Evaluate(x, Vectors, gamma), weights!, Array.ConvertAll(thresholds!, static rho => -rho));
}

/// <summary>Support vector regression (Drucker, Burges, Kaufman, Smola, Vapnik, 1997): errors up to ε are free, larger ones cost linearly.</summary>
public sealed class Svr(SvmOptions? options = null) : TableEstimator, IRegressor
{
    SvmOptions options = options ?? new();
    double gamma, threshold;
    double[]? vectors, weights;

    /// <summary>Support vectors, the rows that decide, Float64 [vectors, features].</summary>
    public Tensor SupportVectors
    {
        get
        {
            CheckFitted();
            return Vectors.ToTensor();
        }
    }

    Matrix<double> Vectors => new(vectors!, vectors!.Length / FeatureCount, FeatureCount);

    /// <inheritdoc/>
    public void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        double[] y = TableInput.Single(targets, Name, x.Rows);
        gamma = options.GammaOf(x);
        // α and α*, the weights of errors above and below, one after the other.
        double[] p = [.. y.Select(v => options.Epsilon - v), .. y.Select(v => options.Epsilon + v)], signs = new double[2 * y.Length];
        for (int i = 0; i < signs.Length; i++) signs[i] = i < y.Length ? 1 : -1;
        var (alpha, rho, violation) = Smo.Solve(
            options.Evaluate(x, x, gamma).Values, x.Rows, p, signs, options.C, options.Tolerance, options.MaxIterations);
        if (violation > options.Tolerance)
            Warn($"expected a violation of at most {options.Tolerance:G3} after {options.MaxIterations} steps, got {violation:G3}. Raise MaxIterations, lower C, or standardize the features.");
        int[] used = [.. Enumerable.Range(0, x.Rows).Where(i => alpha[i] != alpha[i + x.Rows])];
        vectors = x.Take(used).Values;
        weights = Array.ConvertAll(used, i => alpha[i] - alpha[i + x.Rows]);
        threshold = rho;
        EndFit();
    }

    /// <inheritdoc/>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> x = Table<double>(features);
        if (vectors!.Length == 0) return Tensor.Full(Shape.Create(x.Rows), -threshold, DType.Float64);
        return Tensor.From(Products.Affine(options.Evaluate(x, Vectors, gamma), weights!, [-threshold]).Values);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep(ref options, ClassicalJson.Default.SvmOptions);
        state.Keep("gamma", ref gamma);
        state.Keep("threshold", ref threshold);
        state.Keep("vectors", ref vectors);
        state.Keep("weights", ref weights);
    }
}
