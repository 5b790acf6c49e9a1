using Nabla.Boosting;
using Nabla.Classical.Features;
using Nabla.Classical.Pipelines;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Data;
using Nabla.Estimators;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>
/// A learner where a model's layers would be: it answers as a network does, with logarithms of probabilities or with values, so that
/// evaluation and prediction need not know.
/// </summary>
internal sealed class EstimatorModule : Module
{
    const double Certain = 1 - 1e-6;        // what an answer without a probability counts

    readonly int outputs;

    /// <summary>The learner of a recipe behind its preprocessing.</summary>
    /// <exception cref="FailureException">The recipe wants preprocessing that learners do not have.</exception>
    public EstimatorModule(Recipe recipe, ModelFacts facts)
    {
        outputs = facts.Outputs;
        ITransformer[] steps = recipe.Data.Preprocess.Kind switch
        {
            PreprocessRecipe.None => [],
            PreprocessRecipe.Standardize => [new StandardScaler()],
            PreprocessRecipe.MinMax => [new MinMaxScaler()],
            _ => throw new FailureException($"data.preprocess: expected none, standardize or minMax for an estimator, got {recipe.Data.Preprocess.Kind}."),
        };
        ILearner learner = recipe.Estimator[0].Create((ulong)recipe.Training.Seed, facts);
        TargetKind learned = learner switch { IClassifier => TargetKind.Classes, BoostingRanker => TargetKind.Grades, _ => TargetKind.Numbers };
        if (learned != facts.Targets)
            throw new FailureException(
                $"estimator: expected one that predicts {facts.Targets.ToString().ToLowerInvariant()} as the targets are, got {recipe.Estimator[0].Kind}.");
        Pipeline = new Pipeline(steps, learner);
    }

    /// <summary>What learns, and is saved.</summary>
    public Pipeline Pipeline { get; }

    /// <exception cref="FailureException">The data is no table.</exception>
    public void Fit(IBatchedDataset<Example, Batch> train)
    {
        if (train is not TensorDataset table) throw new FailureException("estimator: expected a table of numbers as data, got tokens.");
        Pipeline.Fit(Rows(table.Features), table.Targets);
    }

    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor table = Rows(x);
        int rows = table.Shape[0];
        if (Pipeline.Last is not IClassifier classifier) return Pipeline.Predict(table).To(DType.Float32).Reshape([rows, 1]);
        // A class that training did not see has no column of its own.
        double[] scores = new double[rows * outputs];
        Array.Fill(scores, Math.Log(1e-30));
        if (classifier is IProbabilisticClassifier)
        {
            double[] p = Pipeline.PredictProbability(table).To(DType.Float64).ToArray<double>();
            int known = classifier.Classes.Count;
            for (int i = 0; i < p.Length; i++) scores[i / known * outputs + (int)classifier.Classes[i % known]] = Math.Log(Math.Max(p[i], 1e-30));
        }
        else
        {
            long[] answers = Pipeline.Predict(table).ToArray<long>();
            for (int i = 0; i < rows; i++)
                for (int c = 0; c < outputs; c++) scores[i * outputs + c] = Math.Log(c == answers[i] ? Certain : (1 - Certain) / (outputs - 1));
        }
        return Tensor.From(scores, (rows, outputs)).To(DType.Float32);
    }

    static Tensor Rows(Tensor x) => x.Rank == 2 ? x : x.Reshape([x.Shape[0], -1]);
}
