using Nabla.Estimators;

namespace Nabla.Classical.Ensembles;

/// <summary>Adds up what several classifiers say, each of which may know only some of the classes.</summary>
internal static class MemberVotes
{
    /// <summary>scores += factor · probabilities.</summary>
    public static void AddProbabilities(Matrix<double> scores, long[] known, IProbabilisticClassifier member, Tensor features, double factor)
    {
        Tensor p = member.PredictProbability(features);
        double[] values = p.ToArray<double>();
        int own = p.Shape[1];
        for (int c = 0; c < own; c++)
        {
            int column = Array.BinarySearch(known, member.Classes[c]);
            for (int i = 0; i < scores.Rows; i++) scores[i, column] += factor * values[i * own + c];
        }
    }

    /// <summary>scores += factor where the member's answer is.</summary>
    public static void AddVotes(Matrix<double> scores, long[] known, IPredictor member, Tensor features, double factor)
    {
        long[] answers = member.Predict(features).ToArray<long>();
        for (int i = 0; i < answers.Length; i++) scores[i, Array.BinarySearch(known, answers[i])] += factor;
    }

    /// <summary>Probabilities as scores of a classifier.</summary>
    public static Matrix<double> Logarithms(Matrix<double> probabilities)
    {
        foreach (ref double p in probabilities.Values.AsSpan()) p = Math.Log(p);
        return probabilities;
    }
}
