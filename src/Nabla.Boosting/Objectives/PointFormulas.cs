using System.Globalization;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Boosting.Objectives;

internal readonly struct SquaredFormula : IPointFormula
{
    public string Name => "reg:squarederror";

    public string Metric => "rmse";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V> =>
        (gradient, hessian) = (score - label, V.Constant(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Measure<V>(V score, V label) where V : struct, ILanes<V> => (score - label) * (score - label);

    public double Finish(double mean) => Math.Sqrt(mean);
}

/// <summary>Rows of label 1 count <paramref name="positiveWeight"/> times in training.</summary>
internal readonly struct LogisticFormula(double positiveWeight) : IPointFormula
{
    public string Name => "binary:logistic";

    public string Metric => "logloss";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V>
    {
        V p = V.Sigmoid(score);
        gradient = p - label;
        hessian = V.Max(p * (V.Constant(1) - p), V.Constant(1e-16));
        if (positiveWeight == 1) return;
        V one = V.Constant(1), weight = V.IfEqual(label, one, V.Constant(positiveWeight), one);
        (gradient, hessian) = (gradient * weight, hessian * weight);
    }

    public double StartScore(LabeledRows rows)
    {
        double positive = rows.Mean(row => rows.Labels[row]) * positiveWeight, negative = rows.Mean(row => 1 - rows.Labels[row]);
        return Math.Log(positive / negative);
    }

    /// <summary>log(1 + eˢ) − y·s, without overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Measure<V>(V score, V label) where V : struct, ILanes<V> =>
        V.Max(score, V.Constant(0)) + V.Log(V.Constant(1) + V.Exp(-V.Abs(score))) - label * score;

    public string Expected => "labels 0 and 1, or probabilities between";

    public bool IsValid(float label) => label is >= 0 and <= 1;

    public bool NeedsBothClasses => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Transform<V>(V score) where V : struct, ILanes<V> => V.Sigmoid(score);

    public double ScoreOf(double prediction) => Math.Log(prediction / (1 - prediction));

    public IEnumerable<(string, string, string)> Parameters => [("reg_loss_param", "scale_pos_weight", positiveWeight.ToString("R", CultureInfo.InvariantCulture))];
}

/// <summary>Also the median: its name and measure are those of the absolute error then.</summary>
internal readonly struct QuantileFormula(double alpha, bool isAbsolute) : IPointFormula
{
    public string Name => isAbsolute ? "reg:absoluteerror" : "reg:quantileerror";

    public string Metric => isAbsolute ? "mae" : "quantile";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V>
    {
        double below = isAbsolute ? -1 : -alpha, above = isAbsolute ? 1 : 1 - alpha;
        gradient = V.IfLess(score, label, V.Parameter(below), V.IfEqual(score, label, V.Constant(0), V.Parameter(above)));
        hessian = V.Constant(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Measure<V>(V score, V label) where V : struct, ILanes<V>
    {
        double scale = isAbsolute ? 2 : 1;
        V residual = label - score;
        return V.IfLess(residual, V.Constant(0), V.Constant(scale * (alpha - 1)), V.Constant(scale * alpha)) * residual;
    }

    public double? LeafQuantile => alpha;

    public double StartScore(LabeledRows rows)
    {
        double[] labels = Array.ConvertAll(rows.Labels, static label => (double)label), weights = new double[labels.Length];
        for (int row = 0; row < weights.Length; row++) weights[row] = rows.WeightOf(row);
        return WeightedQuantile.Of(labels, weights, alpha);
    }

    public IEnumerable<(string, string, string)> Parameters =>
        isAbsolute ? [] : [("quantile_loss_param", "quantile_alpha", alpha.ToString("R", CultureInfo.InvariantCulture))];
}

internal readonly struct HuberFormula(double delta) : IPointFormula
{
    public string Name => "reg:pseudohubererror";

    public string Metric => "mphe";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V>
    {
        V z = score - label, scaled = z * V.Parameter(1 / delta);
        V square = V.FusedMultiplyAdd(scaled, scaled, V.Constant(1)), root = V.Sqrt(square);
        gradient = z / root;
        hessian = V.Constant(1) / (square * root);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Measure<V>(V score, V label) where V : struct, ILanes<V>
    {
        V scaled = (score - label) * V.Constant(1 / delta), square = scaled * scaled;
        return V.Constant(delta * delta) * square / (V.Constant(1) + V.Sqrt(V.Constant(1) + square));      // √(1 + z²) − 1 without cancellation
    }

    public IEnumerable<(string, string, string)> Parameters =>
        [("pseudo_huber_param", "huber_slope", delta.ToString("R", CultureInfo.InvariantCulture))];
}

internal readonly struct PoissonFormula : IPointFormula
{
    const double HessianSafety = 0.7;       // XGBoost's: a second derivative e^0.7 times too large keeps steps short

    public string Name => "count:poisson";

    public string Metric => "poisson-nloglik";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V>
    {
        gradient = V.Exp(score) - label;
        hessian = V.Exp(score + V.Constant(HessianSafety));
    }

    /// <summary>eˢ − y·s + log y!, arranged so that large counts do not cancel: y·(log y − s) + eˢ − y + (log y! − y·log y + y).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Measure<V>(V score, V label) where V : struct, ILanes<V>
    {
        V zero = V.Constant(0), log = V.IfLess(zero, label, V.Log(label), zero);
        return label * (log - score) + V.Exp(score) - label + FactorialRest(label, log);
    }

    public string Expected => "counts of at least 0";

    public bool IsValid(float label) => label >= 0;

    public double StartScore(LabeledRows rows) => Logs.OfMean(rows, Name);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Transform<V>(V score) where V : struct, ILanes<V> => V.Exp(score);

    public double ScoreOf(double prediction) => Math.Log(prediction);

    public IEnumerable<(string, string, string)> Parameters => [("poisson_regression_param", "max_delta_step", "0.7")];

    /// <summary>log y! − y·log y + y by Stirling's series; small y are shifted up by eight to where it converges.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V FactorialRest<V>(V y, V log) where V : struct, ILanes<V>
    {
        V one = V.Constant(1), halfLog = V.Constant(0.5 * Math.Log(2 * Math.PI));
        V large = V.Constant(0.5) * log + halfLog + Tail(y);
        V low = one, high = one;
        for (int k = 1; k <= 4; k++) (low, high) = (low * (y + V.Constant(k)), high * (y + V.Constant(k + 4)));
        V x = y + V.Constant(8), small = (x + V.Constant(0.5)) * V.Log(x) - x + halfLog + Tail(x) - V.Log(low) - V.Log(high) - y * log + y;
        return V.IfLess(y, V.Constant(8), small, large);

        static V Tail(V x)
        {
            V r = V.Constant(1) / (x * x);
            return (V.Constant(1 / 12.0) - r * (V.Constant(1 / 360.0) - r * (V.Constant(1 / 1260.0) - r * V.Constant(1 / 1680.0)))) / x;
        }
    }
}

internal readonly struct TweedieFormula(double power) : IPointFormula
{
    public string Name => "reg:tweedie";

    public string Metric => string.Create(CultureInfo.InvariantCulture, $"tweedie-nloglik@{power}");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Derive<V>(V score, V label, out V gradient, out V hessian) where V : struct, ILanes<V>
    {
        V low = label * V.Exp(score * V.Parameter(1 - power)), high = V.Exp(score * V.Parameter(2 - power));
        gradient = high - low;
        hessian = V.FusedMultiplyAdd(high, V.Parameter(2 - power), low * V.Parameter(power - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Measure<V>(V score, V label) where V : struct, ILanes<V> =>
        V.Exp(V.Constant(2 - power) * score) * V.Constant(1 / (2 - power)) - label * V.Exp(V.Constant(1 - power) * score) * V.Constant(1 / (1 - power));

    public string Expected => "amounts of at least 0";

    public bool IsValid(float label) => label >= 0;

    public double StartScore(LabeledRows rows) => Logs.OfMean(rows, Name);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Transform<V>(V score) where V : struct, ILanes<V> => V.Exp(score);

    public double ScoreOf(double prediction) => Math.Log(prediction);

    public IEnumerable<(string, string, string)> Parameters =>
        [("tweedie_regression_param", "tweedie_variance_power", power.ToString("R", CultureInfo.InvariantCulture))];
}

/// <summary>Starting scores of objectives whose score is a logarithm.</summary>
internal static class Logs
{
    public static double OfMean(LabeledRows rows, string name)
    {
        double mean = rows.Mean(row => rows.Labels[row]);
        return mean > 0 ? Math.Log(mean) : throw new ArgumentException($"{name}: expected a label above 0, got {rows.Count} zeros.");
    }
}
