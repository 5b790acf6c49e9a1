using Nabla.Boosting;
using Nabla.Boosting.Ranking;
using Nabla.Boosting.Trees;
using Nabla.Cli.Declarations;
using Nabla.Cli.Runs;
using Nabla.Estimators;

namespace Nabla.Cli.Models;

/// <summary>Boosted trees; the targets decide whether they classify, rank or predict numbers.</summary>
internal sealed record BoostingRecipe : EstimatorRecipe
{
    public override string Kind => "boosting";

    public override string Meaning => "Trees one after another, each on what is left to do (gradient boosting); for classes, numbers and the order of documents.";

    public BoostingOptions Options { get; init; } = new();

    public int Pairs { get; init; } = new LambdaMartOptions().Pairs;

    public override EstimatorRecipe Declare(Keys keys)
    {
        TreeOptions tree = Options.Tree;
        BoostingRecipe read = this with
        {
            Options = Options with
            {
                Rounds = keys.Integer("trees", Options.Rounds, Interval.AtLeast(1), "Rounds; with several classes each grows a tree for every class.", isMain: true),
                LearningRate = keys.Number("learningRate", Options.LearningRate, new Interval(0, 1, OpenLow: true), "Share of a tree that is added."),
                Tree = tree with
                {
                    MaxDepth = keys.Integer("maxDepth", tree.MaxDepth, Interval.AtLeast(0), "Questions on the way to a leaf; 0 for no bound."),
                    MaxLeaves = keys.Integer("maxLeaves", tree.MaxLeaves, Interval.AtLeast(0), "Leaves of a tree, the most gainful divided first; 0 for no bound, level by level."),
                    MinChildWeight = keys.Number("minChildWeight", tree.MinChildWeight, Interval.AtLeast(0), "Least sum of second derivatives in a leaf."),
                    Lambda = keys.Number("lambda", tree.Lambda, Interval.AtLeast(0), "Squared penalty on leaves."),
                    RowSample = keys.Number("rowSample", tree.RowSample, new Interval(0, 1, OpenLow: true), "Share of the rows that a tree sees."),
                    ColumnSamplePerTree = keys.Number("columnSample", tree.ColumnSamplePerTree, new Interval(0, 1, OpenLow: true), "Share of the columns that a tree may use."),
                },
            },
            Pairs = keys.Integer("pairs", Pairs, Interval.AtLeast(1), "Ranking: pairs that touch so many first documents count."),
        };
        keys.Require(read.Options.Tree is { MaxDepth: > 0 } or { MaxLeaves: >= 2 }, "maxLeaves", () => $"expected at least 2 leaves where maxDepth is 0, got {read.Options.Tree.MaxLeaves}.");
        keys.Require(read.Options.Tree.MaxLeaves != 1, "maxLeaves", () => "expected 0 or at least 2, got 1.");
        return read;
    }

    public override ILearner Create(ulong seed, ModelFacts facts)
    {
        BoostingOptions options = Options with
        {
            Seed = seed,
            Tree = Options.Tree with { Growth = Options.Tree.MaxLeaves > 0 ? TreeGrowth.LossGuided : TreeGrowth.DepthWise },
        };
        int[] categorical = [.. Enumerable.Range(0, facts.Categories.Count).Where(column => facts.Categories[column].Count > 0)];
        return facts.Targets switch
        {
            TargetKind.Classes => new BoostingClassifier(options) { CategoricalColumns = categorical },
            TargetKind.Grades => new BoostingRanker(options, new LambdaMart(LambdaTarget.Ndcg, new LambdaMartOptions { Pairs = Pairs })) { CategoricalColumns = categorical },
            _ => new BoostingRegressor(options) { CategoricalColumns = categorical },
        };
    }
}
