using Nabla.Classical.Bayes;
using Nabla.Classical.Ensembles;
using Nabla.Classical.Linear;
using Nabla.Classical.Neighbors;
using Nabla.Classical.SupportVectors;
using Nabla.Classical.Trees;
using Nabla.Cli.Declarations;
using Nabla.Cli.Runs;
using Nabla.Estimators;

namespace Nabla.Cli.Models;

/// <summary>A learner that is fitted in one call: what a recipe may have in place of layers.</summary>
internal abstract record EstimatorRecipe : ITagged<EstimatorRecipe>
{
    /// <summary>Every kind with its defaults.</summary>
    public static IReadOnlyList<EstimatorRecipe> Starts { get; } =
    [
        new LogisticRegressionRecipe(), new RidgeRecipe(), new LassoRecipe(), new SvcRecipe(), new KNearestRecipe(), new ForestRecipe(), new AdaBoostRecipe(), new BoostingRecipe(),
        new PlainEstimatorRecipe("gaussianNaiveBayes", "Independent normal features within each class.", static () => new GaussianNaiveBayes()),
        new PlainEstimatorRecipe("linearDiscriminant", "Normal classes with one covariance.", static () => new LinearDiscriminant()),
        new PlainEstimatorRecipe("quadraticDiscriminant", "Normal classes with a covariance each.", static () => new QuadraticDiscriminant()),
        new PlainEstimatorRecipe("linearRegression", "Least squares.", static () => new LinearRegression()),
    ];

    public abstract string Kind { get; }

    public abstract string Meaning { get; }

    public abstract EstimatorRecipe Declare(Keys keys);

    /// <summary>A learner that has learned nothing yet.</summary>
    /// <param name="seed">Of all it draws.</param>
    /// <param name="facts">What it will learn from.</param>
    public abstract ILearner Create(ulong seed, ModelFacts facts);
}

/// <summary>A learner without settings here.</summary>
internal sealed record PlainEstimatorRecipe(string Name, string What, Func<ILearner> Make) : EstimatorRecipe
{
    public override string Kind => Name;

    public override string Meaning => What;

    public override EstimatorRecipe Declare(Keys keys) => this;

    public override ILearner Create(ulong seed, ModelFacts facts) => Make();
}

internal sealed record LogisticRegressionRecipe : EstimatorRecipe
{
    public override string Kind => "logisticRegression";

    public override string Meaning => "Logistic or softmax regression.";

    public double C { get; init; } = 1;

    public double L1Ratio { get; init; }

    public int MaxIterations { get; init; } = 100;

    public override EstimatorRecipe Declare(Keys keys) => this with
    {
        C = keys.Number("c", C, Interval.Positive, "Weight of the loss against the penalty.", isMain: true),
        L1Ratio = keys.Number("l1Ratio", L1Ratio, new Interval(0, 1), "Share of absolute values in the penalty; two classes only."),
        MaxIterations = keys.Integer("maxIterations", MaxIterations, Interval.AtLeast(1), "Steps of the solver."),
    };

    public override ILearner Create(ulong seed, ModelFacts facts) => new LogisticRegression(new() { C = C, L1Ratio = L1Ratio, MaxIterations = MaxIterations });
}

internal sealed record RidgeRecipe : EstimatorRecipe
{
    public override string Kind => "ridge";

    public override string Meaning => "Least squares with a penalty on squared coefficients.";

    public double Alpha { get; init; } = 1;

    public override EstimatorRecipe Declare(Keys keys) =>
        this with { Alpha = keys.Number("alpha", Alpha, Interval.AtLeast(0), "Weight of the penalty.", isMain: true) };

    public override ILearner Create(ulong seed, ModelFacts facts) => new Ridge(new() { Alpha = Alpha });
}

internal sealed record LassoRecipe : EstimatorRecipe
{
    public override string Kind => "lasso";

    public override string Meaning => "Least squares with a penalty on absolute coefficients.";

    public double Alpha { get; init; } = 1;

    public override EstimatorRecipe Declare(Keys keys) =>
        this with { Alpha = keys.Number("alpha", Alpha, Interval.AtLeast(0), "Weight of the penalty.", isMain: true) };

    public override ILearner Create(ulong seed, ModelFacts facts) => new Lasso(new() { Alpha = Alpha });
}

internal sealed record SvcRecipe : EstimatorRecipe
{
    public override string Kind => "svc";

    public override string Meaning => "Support vector machine with the RBF kernel.";

    public double C { get; init; } = 1;

    public double? Gamma { get; init; }

    public override EstimatorRecipe Declare(Keys keys) => this with
    {
        C = keys.Number("c", C, Interval.Positive, "Weight of violated margins.", isMain: true),
        Gamma = keys.OptionalNumber("gamma", Gamma, Interval.Positive, "Width of the kernel; none: by the variance of the features."),
    };

    public override ILearner Create(ulong seed, ModelFacts facts) => new Svc(new() { C = C, Gamma = Gamma });
}

internal sealed record KNearestRecipe : EstimatorRecipe
{
    public override string Kind => "kNearest";

    public override string Meaning => "The class most frequent among the nearest rows.";

    public int Neighbors { get; init; } = 5;

    public override EstimatorRecipe Declare(Keys keys) =>
        this with { Neighbors = keys.Integer("neighbors", Neighbors, Interval.AtLeast(1), "Rows that are asked.", isMain: true) };

    public override ILearner Create(ulong seed, ModelFacts facts) => new KNearestClassifier(Neighbors);
}

internal sealed record ForestRecipe : EstimatorRecipe
{
    public override string Kind => "randomForest";

    public override string Meaning => "Trees on drawn rows and features, averaged.";

    public int Trees { get; init; } = 100;

    public int? MaxDepth { get; init; }

    public override EstimatorRecipe Declare(Keys keys) => this with
    {
        Trees = keys.Integer("trees", Trees, Interval.AtLeast(1), "Number of trees.", isMain: true),
        MaxDepth = keys.OptionalInteger("maxDepth", MaxDepth, Interval.AtLeast(1), "Questions on the way to a leaf."),
    };

    public override ILearner Create(ulong seed, ModelFacts facts) => new RandomForestClassifier(new() { Trees = Trees, MaxDepth = MaxDepth, Seed = seed });
}

internal sealed record AdaBoostRecipe : EstimatorRecipe
{
    public override string Kind => "adaBoost";

    public override string Meaning => "Trees of one question in a row, each on what went wrong so far.";

    public int Members { get; init; } = 50;

    public override EstimatorRecipe Declare(Keys keys) =>
        this with { Members = keys.Integer("members", Members, Interval.AtLeast(1), "Number of trees.", isMain: true) };

    public override ILearner Create(ulong seed, ModelFacts facts) => new AdaBoostClassifier(null, new() { Members = Members });
}
