using Nabla.Cli.Models;
using FsCheck;
using FsCheck.Fluent;
using Nabla.Cli.Declarations;
using Nabla.Cli.Recipes;

namespace Nabla.Cli.Tests.Recipes;

public class RecipeReadingTests
{
    const string Small = """
        name: small
        data: iris
        model:
          - linear: 3
        """;

    [Fact]
    public void A_recipe_of_four_keys_gets_every_default()
    {
        Recipe recipe = RecipeFiles.Parse(Small, "small.yaml", []);
        Assert.Equal("iris", recipe.Data.Source);
        Assert.Equal(new OptimizerRecipe(), recipe.Optimizer);
        Assert.Equal(new TrainingRecipe(), recipe.Training);
    }

    [Theory]
    [InlineData("optimizer: { learningRate: fast }", "r.yaml:6:28: optimizer.learningRate: expected a number in (0, 10], got 'fast'.")]
    [InlineData("optimizer: { learningRate: 11 }", "r.yaml:6:28: optimizer.learningRate: expected a number in (0, 10], got '11'.")]
    [InlineData("optimizer: { learningRate: NaN }", "r.yaml:6:28: optimizer.learningRate: expected a number in (0, 10], got 'NaN'.")]
    [InlineData("optimizer: { learningRate: [1, 2] }", "r.yaml:6:28: optimizer.learningRate: expected a number in (0, 10], got a list.")]
    [InlineData("optimizer: { learningrat: 1 }",
        "r.yaml:6:14: optimizer.learningrat: expected one of name, learningRate, weightDecay, l1Decay, decaysVectors, beta1, beta2, epsilon, wrap, accumulate, average, got 'learningrat'. Did you mean 'learningRate'?")]
    [InlineData("optimizer: sgdd", "r.yaml:6:12: optimizer.name: expected sgd, adam, sparseadam, adamw, adagrad, rmsprop, adadelta, adamax, nadam, radam, adax, lion, adafactor, ftrl or shampoo, got 'sgdd'. Did you mean 'sgd'?")]
    [InlineData("optimizer: { name: sgd, nesterov: true }", "r.yaml:6:35: optimizer.nesterov: expected momentum above 0 with it, got 0.")]
    [InlineData("optimizer: { name: sgd, beta1: 0.9 }",
        "r.yaml:6:25: optimizer.beta1: expected one of name, learningRate, weightDecay, l1Decay, decaysVectors, momentum, nesterov, wrap, accumulate, average, got 'beta1'.")]
    [InlineData("optimizer: [adam]", "r.yaml:6:12: optimizer: expected a group of keys, got a list.")]
    [InlineData("trainng: { epochs: 3 }",
        "r.yaml:6:1: trainng: expected one of name, description, data, model, estimator, loss, optimizer, schedule, training, metrics, expected, got 'trainng'. Did you mean 'training'?")]
    [InlineData("training: { epochs: 0 }", "r.yaml:6:21: training.epochs: expected a whole number of at least 1, got '0'.")]
    [InlineData("training: { epochs: 2.5 }", "r.yaml:6:21: training.epochs: expected a whole number of at least 1, got '2.5'.")]
    [InlineData("training: { epochs: 99999999999 }", "r.yaml:6:21: training.epochs: expected a whole number of at least 1, got '99999999999'.")]
    [InlineData("training: { clipNorm: -1 }", "r.yaml:6:23: training.clipNorm: expected a number above 0, or none, got '-1'.")]
    [InlineData("training: 5", "r.yaml:6:11: training: expected keys (epochs, batchSize, stepsPerEpoch, seed, clipNorm, precision, lossScaling, earlyStopping, augmentation), got '5'.")]
    [InlineData("training: { earlyStopping: { restoreBest: yes } }", "r.yaml:6:43: training.earlyStopping.restoreBest: expected true or false, got 'yes'.")]
    [InlineData("training: { earlyStopping: { monitor: accuracy } }",
        "r.yaml:6:11: training: earlyStopping.monitor: expected loss or one of the metrics [], got 'accuracy'.")]
    [InlineData("metrics: accuracy", "r.yaml:6:10: metrics: expected a list, got 'accuracy'.")]
    [InlineData("metrics: [acuracy]", "r.yaml:6:11: metrics: expected accuracy, top2, top3, top5, auc, logLoss, mse, mae, r2, ndcg@1, ndcg@3, ndcg@5 or ndcg@10, got 'acuracy'. Did you mean 'accuracy'?")]
    [InlineData("metrics: [r2, r2]", "r.yaml:6:15: metrics: expected each name once, got 'r2' again.")]
    [InlineData("expected: [{ atLeast: 1 }]", "r.yaml:6:12: expected[0].metric: expected loss, accuracy, top2, top3, top5, auc, logLoss, mse, mae, r2, ndcg@1, ndcg@3, ndcg@5 or ndcg@10, got no such key.")]
    [InlineData("expected: [{ metric: r2 }]", "r.yaml:6:22: expected[0].metric: expected atLeast or atMost beside it, got neither.")]
    [InlineData("name: twice", "r.yaml:6:1: expected each key once, got 'name' again.")]
    [InlineData("loss: &a mse", "r.yaml:6:7: expected a value, got the anchor &a; anchors are not supported.")]
    [InlineData("loss: *a", "r.yaml:6:7: expected a value, got the alias *a; aliases are not supported.")]
    [InlineData("loss: !!binary mse", "r.yaml:6:7: expected a value, got the tag tag:yaml.org,2002:binary; tags are not supported.")]
    [InlineData("? [a]\n: b", "r.yaml:6:3: expected a key, got something else.")]
    [InlineData("---\nname: b", "r.yaml:6:1: expected one document, got another one.")]
    public void Mistakes_are_named_with_place_expectation_and_finding(string line, string message)
    {
        string text = Small + "\n\n" + line + "\n";
        Assert.Equal(message, Assert.Throws<RecipeException>(() => RecipeFiles.Parse(text.Replace("small\n", "small\n"), "r.yaml", [])).Message);
    }

    [Theory]
    [InlineData("- linaer: 3", "r.yaml:4:5: model[0]: expected one of {layers}, got 'linaer'. Did you mean 'linear'?")]
    [InlineData("- rrelu: { lower: 0.5 }", "r.yaml:4:12: model[0].rrelu.upper: expected a number of at least lower, which is 0.5, got 0.3333333333333333.")]
    [InlineData("- linear", "r.yaml:4:5: model[0].linear.features: expected a whole number of at least 1, got no such key.")]
    [InlineData("- relu: 3", "r.yaml:4:11: model[0].relu: expected no value, got '3'.")]
    [InlineData("- relu: { slope: 3 }", "r.yaml:4:13: model[0].relu.slope: expected no keys, got 'slope'.")]
    [InlineData("- { relu: {}, tanh: {} }", "r.yaml:4:5: model[0]: expected one kind with its keys, got a group of keys. Start each item with '- '.")]
    [InlineData("- dropout: 1", "r.yaml:4:14: model[0].dropout.rate: expected a number in [0, 1), got '1'.")]
    [InlineData("- conv2d: { channels: 3, padding: sane }",
        "r.yaml:4:37: model[0].conv2d.padding: expected valid or same, got 'sane'. Did you mean 'same'?")]
    public void Mistakes_in_layers_are_named_too(string layer, string message)
    {
        string text = $"name: small\ndata: iris\nmodel:\n  {layer}\n";
        string layers = string.Join(", ", LayerRecipe.Starts.Select(static start => start.Kind));
        Assert.Equal(message.Replace("{layers}", layers, StringComparison.Ordinal), Assert.Throws<RecipeException>(() => RecipeFiles.Parse(text, "r.yaml", [])).Message);
    }

    [Theory]
    [InlineData("", "r.yaml: expected a recipe, got an empty file.")]
    [InlineData("# nothing", "r.yaml: expected a recipe, got an empty file.")]
    [InlineData("- a", "r.yaml:1:1: expected a recipe, a group of keys, got a list.")]
    [InlineData("data: iris\nmodel: [relu]", "r.yaml:1:1: name: expected a text, got no such key.")]
    [InlineData("name: ../up\ndata: iris\nmodel: [relu]", "r.yaml:1:7: name: expected letters, digits, '-', '_' and '.', got '../up'.")]
    [InlineData("name: a\ndata: iris", "r.yaml:1:1: model: expected layers, got none.")]
    [InlineData("name: a\ndata: iriss\nmodel: [relu]",
        "r.yaml:2:7: data.source: expected breast-cancer, diabetes, digits, iris, wine, idx, cifar10, adult, csv, libsvm, text or characters, got 'iriss'. Did you mean 'iris'?")]
    [InlineData("name: a\ndata: csv\nmodel: [relu]", "r.yaml:2:7: data.target: expected the name of a column for a csv source, got no such key.")]
    [InlineData("name: a\ndata: { source: iris, split: { validation: 0 } }\nschedule: plateau\nmodel: [relu]",
        "r.yaml:2:7: data: split.validation: expected more than 0 for earlyStopping and the plateau schedule, got 0.")]
    public void Recipes_without_what_they_need_are_refused(string text, string message) =>
        Assert.Equal(message, Assert.Throws<RecipeException>(() => RecipeFiles.Parse(text, "r.yaml", [])).Message);

    [Theory]
    [InlineData("name: [a")]
    [InlineData("name: a: b")]
    [InlineData("\tname: a")]
    [InlineData("name: \"a")]
    [InlineData("name: a\n  data: b\n c: d")]
    public void Text_that_is_no_YAML_is_refused_with_its_place(string text) =>
        Assert.StartsWith("r.yaml:", Assert.Throws<RecipeException>(() => RecipeFiles.Parse(text, "r.yaml", [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_ends_in_an_error() =>
        Assert.Contains("expected at most 16 levels, got more.",
            Assert.Throws<RecipeException>(() => RecipeFiles.Parse($"name: {new string('[', 5000)}", "r.yaml", [])).Message, StringComparison.Ordinal);

    [Fact]
    public void Random_text_is_read_or_refused() => Prop.ForAll<string>(static text =>
    {
        try
        {
            RecipeFiles.Parse(text ?? "", "r.yaml", []);
        }
        catch (RecipeException)
        {
        }
    }).QuickCheckThrowOnFailure();
}
