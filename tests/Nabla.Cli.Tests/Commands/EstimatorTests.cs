using System.Globalization;

namespace Nabla.Cli.Tests.Commands;

/// <summary>Recipes with a learner that is fitted in one call, by the same commands as networks.</summary>
public class EstimatorTests
{
    [Fact]
    public void A_learner_is_trained_evaluated_and_predicts()
    {
        using var place = new Workplace();
        Cli.Result trained = Cli.Run(place.Path, "train", "iris-logistic", "--name", "iris");
        Assert.Equal(0, trained.ExitCode);
        Assert.Contains("iris-logistic: 75 training, 0 validation, 75 test samples of [4]; logisticRegression;", trained.Output, StringComparison.Ordinal);
        string test = trained.Output.Split("test: ")[1].Split("  (")[0];
        Assert.Contains($"test: {test}", Cli.Run(place.Path, "evaluate", "iris").Output, StringComparison.Ordinal);
        Cli.Result predicted = Cli.Run(place.Path, "predict", "iris", "5.1,3.5,1.4,0.2");
        Assert.StartsWith("setosa", predicted.Output, StringComparison.Ordinal);
        Assert.True(double.Parse(predicted.Output.Split('\n')[0].Split(' ')[^1], CultureInfo.InvariantCulture) > 0.99);
        Assert.Contains("it has no layers to list", Cli.Run(place.Path, "inspect", "iris").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iris-logistic"), InlineData("breast-cancer-logistic"), InlineData("breast-cancer-ten-fold")]
    public void Published_figures_are_reached(string recipe)
    {
        using var place = new Workplace();
        Cli.Result result = Cli.Run(place.Path, "reproduce", recipe, "--seeds", "1", "--quiet");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
    }

    [Fact]
    public void Data_that_are_missing_leave_no_run_that_blocks_the_next_try()
    {
        using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Path, "empty"));
        Cli.Result result = Cli.Run(place.Path, "reproduce", "lambdarank-example", "--data", "empty", "--seeds", "1", "--quiet");
        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("nabla: data: expected one file NAME.train", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(place.Path, "runs")));
    }

    [Theory]
    [InlineData("gaussianNaiveBayes", 0.9), InlineData("linearDiscriminant", 0.9), InlineData("quadraticDiscriminant", 0.9), InlineData("randomForest: { trees: 20 }", 0.85)]
    [InlineData("adaBoost: 10", 0.85), InlineData("boosting: { trees: 20, learningRate: 0.3 }", 0.9), InlineData("kNearest: 3", 0.85), InlineData("svc: 2", 0.85)]
    public void Every_classifier_can_be_named(string estimator, double least)
    {
        using var place = new Workplace();
        place.Write("own.yaml", $"name: own\ndata: {{ source: wine, split: {{ validation: 0 }}, preprocess: standardize }}\nestimator:\n  - {estimator}\nmetrics: [accuracy]\n");
        Cli.Result result = Cli.Run(place.Path, "train", "own.yaml", "--quiet");
        Assert.True(result.ExitCode == 0, result.Error);
        double accuracy = double.Parse(result.Output.Split("accuracy ")[1].Split([' ', ',', '\n'])[0], CultureInfo.InvariantCulture);
        Assert.InRange(accuracy, least, 1);
    }

    [Theory]
    [InlineData("linearRegression"), InlineData("ridge: 0.1"), InlineData("lasso: 0.1")]
    public void Every_regressor_can_be_named(string estimator)
    {
        using var place = new Workplace();
        place.Write("own.yaml", $"name: own\ndata: {{ source: diabetes, split: {{ validation: 0 }} }}\nestimator:\n  - {estimator}\nloss: mse\nmetrics: [r2]\n");
        Cli.Result result = Cli.Run(place.Path, "train", "own.yaml", "--quiet");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.InRange(double.Parse(result.Output.Split("r2 ")[1].Split([' ', ',', '\n'])[0], CultureInfo.InvariantCulture), 0.25, 0.7);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        using var place = new Workplace();
        string Error(string text)
        {
            place.Write("own.yaml", text);
            return Cli.Run(place.Path, "train", "own.yaml").Error;
        }
        Assert.Contains("estimator: expected one that predicts classes as the targets are, got ridge.", Error("name: own\ndata: iris\nestimator:\n  - ridge: 1\n"), StringComparison.Ordinal);
        Assert.Contains("estimator: expected one learner and no model beside it, got 1 and 1 layers.",
            Error("name: own\ndata: iris\nmodel:\n  - linear: 3\nestimator:\n  - kNearest\n"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'logisticRegression'?", Error("name: own\ndata: iris\nestimator:\n  - logisticRegresion\n"), StringComparison.Ordinal);
    }
}
