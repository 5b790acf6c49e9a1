using Nabla.Estimators;

namespace Nabla.Classical;

/// <summary>A classifier that scores every class and answers with the best.</summary>
public abstract class Classifier : TableEstimator, IClassifier
{
    long[]? classes;

    private protected Classifier() { }

    /// <inheritdoc/>
    public IReadOnlyList<long> Classes
    {
        get
        {
            CheckFitted();
            return classes!;
        }
    }

    private protected long[] Known => classes!;

    /// <inheritdoc/>
    public abstract void Fit(Tensor features, Tensor targets);

    /// <summary>The class with the best score, Int64 [rows]; of equal ones the first.</summary>
    public Tensor Predict(Tensor features)
    {
        Matrix<double> scores = Scores(Table<double>(features));
        var best = new long[scores.Rows];
        for (int i = 0; i < best.Length; i++) best[i] = classes![Best(scores.Row(i))];
        return Tensor.From(best);
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        base.Exchange(state);
        state.Keep("classes", ref classes);
    }

    /// <summary>The targets to fit on.</summary>
    private protected ClassTargets FitClasses(Tensor targets, int rows)
    {
        ClassTargets read = ClassTargets.Read(targets, Name, rows);
        classes = read.Classes;
        return read;
    }

    /// <summary>Sets the classes of a model that learns part by part.</summary>
    private protected void KnowClasses(long[] known) => classes = known;

    /// <summary>x [rows, features] → a score for each class [rows, classes].</summary>
    private protected abstract Matrix<double> Scores(Matrix<double> x);

    internal static int Best(ReadOnlySpan<double> scores)
    {
        int best = 0;
        for (int c = 1; c < scores.Length; c++)
            if (scores[c] > scores[best]) best = c;
        return best;
    }
}

/// <summary>A classifier whose scores are logarithms of probabilities, up to a constant per row.</summary>
public abstract class ProbabilisticClassifier : Classifier, IProbabilisticClassifier
{
    private protected ProbabilisticClassifier() { }

    /// <inheritdoc/>
    public Tensor PredictProbability(Tensor features)
    {
        Matrix<double> scores = Scores(Table<double>(features));
        for (int i = 0; i < scores.Rows; i++) LogSums.Softmax(scores.Row(i));
        return scores.ToTensor();
    }

    /// <summary>The logarithm of <see cref="PredictProbability"/>, exact for small ones too: → [rows, classes].</summary>
    public Tensor PredictLogProbability(Tensor features)
    {
        Matrix<double> scores = Scores(Table<double>(features));
        for (int i = 0; i < scores.Rows; i++)
        {
            double total = LogSums.LogSumExp(scores.Row(i));
            foreach (ref double s in scores.Row(i)) s -= total;
        }
        return scores.ToTensor();
    }
}
