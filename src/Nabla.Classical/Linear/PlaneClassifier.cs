using Nabla.Estimators;

namespace Nabla.Classical.Linear;

/// <summary>
/// A classifier of planes x·w + b: one for two classes, whose positive side is the second; one against all others for each of more.
/// </summary>
public abstract class PlaneClassifier : Classifier
{
    double[]? planes;

    private protected PlaneClassifier() { }

    /// <summary>w, Float64 [1, features] for two classes, else [classes, features].</summary>
    public Tensor Coefficients
    {
        get
        {
            CheckFitted();
            return Planes()[.., ..FeatureCount].Contiguous();
        }
    }

    /// <summary>b, Float64 [1] for two classes, else [classes].</summary>
    public Tensor Intercept
    {
        get
        {
            CheckFitted();
            return Planes()[.., FeatureCount].Contiguous();
        }
    }

    /// <inheritdoc/>
    public sealed override void Fit(Tensor features, Tensor targets)
    {
        Matrix<double> x = FitTable<double>(features);
        ClassTargets y = FitClasses(targets, x.Rows);
        int count = y.Count == 2 ? 1 : y.Count, width = x.Columns + 1;
        var all = new double[count * width];
        for (int plane = 0; plane < count; plane++)
        {
            int positive = count == 1 ? 1 : plane;
            Separate(x, Array.ConvertAll(y.Indices, c => c == positive ? 1.0 : -1.0), all.AsSpan(plane * width, width));
        }
        planes = all;
        EndFit();
    }

    /// <summary>x·w + b: Float64 [rows] for two classes, else [rows, classes].</summary>
    public Tensor DecisionFunction(Tensor features)
    {
        Matrix<double> d = Decisions(Table<double>(features));
        return d.Columns == 1 ? Tensor.From(d.Values) : d.ToTensor();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("planes", ref planes);
    }

    /// <summary>Finds the plane (w, b) between rows with signs +1 and −1.</summary>
    private protected abstract void Separate(Matrix<double> x, double[] signs, Span<double> plane);

    private protected override Matrix<double> Scores(Matrix<double> x)
    {
        Matrix<double> d = Decisions(x);
        return d.Columns == 1 ? LogisticRegression.TwoColumns(d.Values, -1) : d;
    }

    Matrix<double> Decisions(Matrix<double> x)
    {
        int width = x.Columns + 1, count = planes!.Length / width;
        double[] w = new double[count * x.Columns], b = new double[count];
        for (int k = 0; k < count; k++)
        {
            planes.AsSpan(k * width, x.Columns).CopyTo(w.AsSpan(k * x.Columns));
            b[k] = planes[k * width + x.Columns];
        }
        return Products.Affine(x, w, b);
    }

    Tensor Planes() => Tensor.From(planes!, (planes!.Length / (FeatureCount + 1), FeatureCount + 1));
}
