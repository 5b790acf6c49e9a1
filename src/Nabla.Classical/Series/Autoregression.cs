using Nabla.Estimators;

namespace Nabla.Classical.Series;

/// <summary>
/// AR(τ): the next value as a linear function of the last τ, x_t = b + Σ w_k x_{t−k}, by least squares (Yule, 1927).
/// </summary>
/// <remarks>One step ahead it reads measured values; k steps ahead its own answers, so that errors add up.</remarks>
public sealed class Autoregression : Estimator
{
    int lags;
    double[]? weights;
    double intercept, variance;

    /// <summary>A model of the last <paramref name="lags"/> values, at least 1.</summary>
    public Autoregression(int lags) => this.lags = OptionChecks.AtLeast(1, lags, nameof(lags));

    /// <summary>Weight of the value k + 1 steps before, Float64 [lags].</summary>
    public Tensor Coefficients => Learned(weights);

    /// <summary>b.</summary>
    public double Intercept => intercept;

    /// <summary>Mean squared error one step ahead on the series of the fit.</summary>
    public double NoiseVariance => variance;

    /// <summary>Learns from a series [steps] of at least 2·lags + 2 values.</summary>
    public void Fit(Tensor series)
    {
        BeginFit();
        double[] x = Values(series);
        if (x.Length < 2 * lags + 2)
            throw new ArgumentException($"{Name}: expected a series of at least {2 * lags + 2} values for {lags} lags, got {x.Length}.", nameof(series));
        Matrix<double> windows = Windows(x), targets = new([.. x.AsSpan(lags)], x.Length - lags, 1);
        var centering = new Centering(windows, targets, hasIntercept: true);
        (weights, _) = LeastSquares.Solve(windows, targets);
        intercept = centering.Intercepts(weights)[0];
        double[] answers = OneStep(x);
        variance = answers.Select((a, t) => (a - x[t + lags]) * (a - x[t + lags])).Average();
        EndFit();
    }

    /// <summary>The answer for each value after the first τ of a series, from the measured values before it: [steps] → Float64 [steps − lags].</summary>
    public Tensor Predict(Tensor series)
    {
        CheckFitted();
        double[] x = Values(series);
        CheckHistory(x);
        return Tensor.From(OneStep(x));
    }

    /// <summary>The <paramref name="steps"/> values after a history of at least τ, each from the answers before it: Float64 [steps].</summary>
    public Tensor Forecast(Tensor history, int steps)
    {
        CheckFitted();
        OptionChecks.AtLeast(1, steps, nameof(steps));
        double[] x = Values(history);
        CheckHistory(x);
        List<double> all = [.. x.TakeLast(lags)];
        for (int k = 0; k < steps; k++) all.Add(Next(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all)));
        return Tensor.From(all.Skip(lags).ToArray());
    }

    /// <summary>
    /// The answers <paramref name="steps"/> steps ahead along a series: element i is for place lags + steps − 1 + i, from the values up to steps
    /// before it. Float64 [length − lags − steps + 1].
    /// </summary>
    public Tensor ForecastAlong(Tensor series, int steps)
    {
        CheckFitted();
        OptionChecks.AtLeast(1, steps, nameof(steps));
        double[] x = Values(series);
        if (x.Length < lags + steps) throw new ArgumentException($"{Name}: expected a series of at least {lags + steps} values, got {x.Length}.", nameof(series));
        var answers = new double[x.Length - lags - steps + 1];
        double[] window = new double[lags + steps];
        for (int i = 0; i < answers.Length; i++)
        {
            x.AsSpan(i, lags).CopyTo(window);
            for (int k = 0; k < steps; k++) window[lags + k] = Next(window.AsSpan(0, lags + k));
            answers[i] = window[^1];
        }
        return Tensor.From(answers);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep("lags", ref lags);
        state.Keep("weights", ref weights);
        state.Keep("intercept", ref intercept);
        state.Keep("variance", ref variance);
    }

    // Row t: x_{t+τ−1}, …, x_t.
    Matrix<double> Windows(double[] x)
    {
        var windows = new Matrix<double>(x.Length - lags, lags);
        for (int t = 0; t < windows.Rows; t++)
            for (int k = 0; k < lags; k++) windows[t, k] = x[t + lags - 1 - k];
        return windows;
    }

    double[] OneStep(double[] x)
    {
        var answers = new double[x.Length - lags];
        for (int t = 0; t < answers.Length; t++) answers[t] = Next(x.AsSpan(0, t + lags));
        return answers;
    }

    double Next(ReadOnlySpan<double> before)
    {
        double sum = intercept;
        for (int k = 0; k < lags; k++) sum += weights![k] * before[^(k + 1)];
        return sum;
    }

    double[] Values(Tensor series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Rank != 1) throw new ShapeException($"{Name}: expected a series [steps], got {series.Shape}.");
        return TableInput.Single(series, Name, series.Length);
    }

    void CheckHistory(double[] x)
    {
        if (x.Length < lags) throw new ArgumentException($"{Name}: expected at least {lags} values, got {x.Length}.");
    }
}
