using Nabla.Cli.Declarations;
using Nabla.Cli.Models;
using Nabla.Cli.Recipes;

namespace Nabla.Cli.Tests.Recipes;

public class ChangeTests
{
    static Recipe Digits(params string[] changes) => RecipeFiles.Load("digits", changes);

    [Fact]
    public void A_key_is_replaced() => Assert.Equal(0.05, Digits("optimizer.learningRate=0.05").Optimizer.LearningRate);

    [Fact]
    public void A_key_that_was_not_given_is_added() => Assert.Equal(2, Digits("training.clipNorm=2").Training.ClipNorm);

    [Fact]
    public void Later_changes_win() => Assert.Equal(4, Digits("training.epochs=3", "training.epochs=4").Training.Epochs);

    [Fact]
    public void A_scalar_that_stands_for_a_group_keeps_its_meaning()
    {
        ScheduleRecipe schedule = Digits("schedule.floor=0.1").Schedule;
        Assert.Equal(("cosine", 0.1), (schedule.Name, schedule.Floor));
    }

    [Fact]
    public void Layers_are_reached_by_their_number() =>
        Assert.Equal(16, Assert.IsType<Conv2dRecipe>(Digits("model[0].conv2d.channels=16").Model[0]).Channels);

    [Fact]
    public void A_list_is_replaced_as_a_whole() => Assert.Equal(["accuracy", "top2"], Digits("metrics=[accuracy, top2]").Metrics);

    [Theory]
    [InlineData("optimizer.learningRate=fast", "--set: optimizer.learningRate: expected a number in (0, 10], got 'fast'.")]
    [InlineData("optimizr.learningRate=1",
        "--set: optimizr: expected one of name, description, data, model, estimator, loss, optimizer, schedule, training, metrics, expected, got 'optimizr'. Did you mean 'optimizer'?")]
    public void Wrong_values_are_refused_like_those_of_a_file(string change, string message)
    {
        RecipeException error = Assert.Throws<RecipeException>(() => Digits(change));
        Assert.Equal(message, error.Message);
        Assert.True(error.IsUsage);
    }

    [Theory]
    [InlineData("epochs", "--set: expected key=value, got 'epochs'. For example --set optimizer.learningRate=0.01.")]
    [InlineData("=3", "--set: expected key=value, got '=3'. For example --set optimizer.learningRate=0.01.")]
    [InlineData("training..epochs=3", "--set: expected names between the points, got 'training..epochs'.")]
    [InlineData("model[99].dropout=0", "--set: expected an item from [0] to [12] in 'model[99].dropout', got [99].")]
    [InlineData("training[0]=1", "--set: expected a list before [0] in 'training[0]', got a group of keys.")]
    [InlineData("model.conv2d=1", "--set: expected 'conv2d' of 'model.conv2d' to be in a group of keys, got a list.")]
    public void Paths_that_lead_nowhere_are_refused(string change, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => Digits(change)).Message);

    [Fact]
    public void An_unknown_recipe_gets_a_suggestion() => Assert.Equal(
        $"recipe: expected one of {string.Join(", ", RecipeFiles.Names)}, or the path of a YAML file, got 'digts'. Did you mean 'digits'?",
        Assert.Throws<UsageException>(() => RecipeFiles.Load("digts", [])).Message);
}
