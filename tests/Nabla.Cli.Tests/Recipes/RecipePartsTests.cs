using Nabla.Cli.Declarations;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;
using Nabla.Schedules;

namespace Nabla.Cli.Tests.Recipes;

/// <summary>Each named part of a recipe makes the object of that name, with its settings.</summary>
public class RecipePartsTests
{
    static readonly Tensor Logits = Tensor.From(new float[] { 1, 0, -1, 2, 2, 0 }, (2, 3));
    static readonly Tensor Classes = Tensor.From<long>([0, 1]);

    static Recipe Read(string lines) => RecipeFiles.Parse($"name: a\ndata: iris\nmodel: [linear: 3]\n{lines}", "a", []);

    [Theory]
    [InlineData("sgd", typeof(Sgd))]
    [InlineData("adam", typeof(Adam))]
    [InlineData("adamw", typeof(AdamW))]
    [InlineData("adagrad", typeof(AdaGrad))]
    [InlineData("rmsprop", typeof(RmsProp))]
    [InlineData("adadelta", typeof(AdaDelta))]
    [InlineData("adamax", typeof(Adamax))]
    [InlineData("nadam", typeof(NAdam))]
    [InlineData("radam", typeof(RAdam))]
    [InlineData("adax", typeof(AdaX))]
    [InlineData("lion", typeof(Lion))]
    [InlineData("adafactor", typeof(AdaFactor))]
    [InlineData("ftrl", typeof(Ftrl))]
    [InlineData("shampoo", typeof(Shampoo))]
    public void Optimizers_take_rate_and_decay(string name, Type type)
    {
        Optimizer made = Read($"optimizer: {{ name: {name}, learningRate: 0.25, weightDecay: 0.5 }}").Optimizer.Create(new Linear(2, 2));
        Assert.IsType(type, made);
        Assert.Equal((0.25, 0.5), (made.LearningRate, made.Groups[0].WeightDecay));
    }

    [Fact]
    public void Wrappers_go_round_the_rule_from_the_inside_out()
    {
        Optimizer made = Read("optimizer: { name: adamw, wrap: [lamb, lookahead], accumulate: 4, l1Decay: 0.1, decaysVectors: false }").Optimizer.Create(new Linear(2, 2));
        var lookahead = Assert.IsType<Lookahead>(Assert.IsType<GradientAccumulation>(made).Inner);
        Assert.IsType<AdamW>(Assert.IsType<Lamb>(lookahead.Inner).Inner);
        Assert.Equal(0.1, made.Groups[0].L1Decay);
        Assert.Contains("expected sam without accumulate", Assert.Throws<RecipeException>(() => Read("optimizer: { wrap: [sam], accumulate: 2 }")).Message, StringComparison.Ordinal);
        Assert.Contains("expected none with optimizer.wrap: [sam]", Assert.Throws<RecipeException>(() => Read("optimizer: { wrap: [sam] }\ntraining: { clipNorm: 1 }")).Message, StringComparison.Ordinal);
        Assert.Contains("precision: expected full or bf16", Assert.Throws<RecipeException>(() => Read("optimizer: { wrap: [sam] }\ntraining: { precision: fp16 }")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step, every: 2, decay: 0.5", 3, 0.5)]
    [InlineData("multiStep, at: [2, 4.5], decay: 0.5", 4, 0.5)]
    [InlineData("multiStep, at: [2, 4.5], decay: 0.5", 5, 0.25)]
    [InlineData("step, every: 2, decay: 0.5, largestBatch: 1", 5, 0.25)]
    [InlineData("step, every: 2, decay: 0.5, largestBatch: 2", 5, 0.5)]
    [InlineData("polynomial, power: 2", 5, 0.25)]
    [InlineData("inverseSquareRoot, every: 2", 8, 0.5)]
    [InlineData("cosineRestarts, every: 4", 6, 0.5)]
    [InlineData("cyclical, every: 2, floor: 0.5", 1, 0.75)]
    [InlineData("oneCycle, rise: 0.5", 5, 1)]
    [InlineData("cosine, hold: 2", 6, 0.5)]
    [InlineData("exponential, decay: 0.5", 2, 0.25)]
    [InlineData("cosine", 5, 0.5)]
    [InlineData("cosine, floor: 0.2", 10, 0.2)]
    [InlineData("constant, warmUp: 4", 1, 0.25)]
    [InlineData("cosine, warmUp: 2", 6, 0.5)]
    public void Schedules_have_their_curve(string settings, double epoch, double factor) =>
        Assert.Equal(factor, Read($"schedule: {{ name: {settings} }}").Schedule.Create(10)!.Factor(epoch), 12);

    [Fact]
    public void Batches_grow_where_the_rate_would_fall()
    {
        ScheduleRecipe recipe = Read("schedule: { name: multiStep, at: [2, 4], decay: 0.5, largestBatch: 100 }").Schedule;
        var growth = Assert.IsType<BatchGrowth>(recipe.Create(6, batchSize: 32));
        Assert.Equal([32, 32, 64, 64, 100, 100], Enumerable.Range(0, 6).Select(epoch => growth.BatchSize(epoch)));
        Assert.Equal(100 / 128.0, growth.Factor(4.5), 12);
        Assert.Contains("largestBatch: expected no warmUp with it", Refused("schedule: { name: cosine, warmUp: 1, largestBatch: 64 }"), StringComparison.Ordinal);
        Assert.Contains("at: expected rising epochs, got [].", Refused("schedule: multiStep"), StringComparison.Ordinal);
        Assert.Contains("at: expected rising epochs, got [4, 2].", Refused("schedule: { name: multiStep, at: [4, 2] }"), StringComparison.Ordinal);
        Assert.Contains("expected each number once, got '2' again.", Refused("schedule: { name: multiStep, at: [2, 2] }"), StringComparison.Ordinal);
        Assert.Contains("expected a number of at least 0, got '-1'", Refused("schedule: { name: multiStep, at: [-1] }"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ema", 1)]
    [InlineData("{ kind: swa, start: 10, every: 5 }", 4)]
    public void Averages_are_found_within_the_wrappers(string average, int accumulate)
    {
        Optimizer made = Read($"optimizer: {{ wrap: [lookahead], average: {average}, accumulate: {accumulate} }}").Optimizer.Create(new Linear(2, 2));
        Assert.IsType<Lookahead>(WeightAverage.Within(made)!.Inner);
        Assert.Null(WeightAverage.Within(Read("optimizer: adam").Optimizer.Create(new Linear(2, 2))));
    }

    [Theory]
    [InlineData("focal, gamma: 1", typeof(Focal))]
    [InlineData("multiMargin, margin: 2, power: 2", typeof(MultiMargin))]
    [InlineData("softAccuracy, sharpness: 3", typeof(SoftAccuracy))]
    [InlineData("smoothL1, delta: 0.5", typeof(SmoothL1))]
    [InlineData("logRmse", typeof(LogRmse))]
    public void Losses_have_the_names_they_are_asked_for_by(string settings, Type type) =>
        Assert.IsType(type, Read($"loss: {{ name: {settings} }}").Loss.Create(
            settings.StartsWith("smooth", StringComparison.Ordinal) || settings.StartsWith("log", StringComparison.Ordinal) ? TargetKind.Numbers : TargetKind.Classes));

    static string Refused(string lines) => Assert.Throws<RecipeException>(() => Read(lines)).Message;

    [Fact]
    public void Plateau_is_the_schedule_that_watches()
    {
        ScheduleRecipe recipe = Read("schedule: { name: plateau, decay: 0.5, patience: 0 }").Schedule;
        Assert.Null(recipe.Create(10));
        Assert.NotNull(recipe.CreatePlateau(higherIsBetter: true));
    }

    [Fact]
    public void Label_smoothing_reaches_the_loss()
    {
        Loss smooth = Read("loss: { name: crossEntropy, labelSmoothing: 0.2 }").Loss.Create(TargetKind.Classes);
        Assert.Equal((double)new CrossEntropy(labelSmoothing: 0.2).Forward(Logits, Classes), (double)smooth.Forward(Logits, Classes));
        Assert.NotEqual((double)new CrossEntropy().Forward(Logits, Classes), (double)smooth.Forward(Logits, Classes));
    }

    [Theory]
    [InlineData("mse", "Classes", "loss.name: expected crossEntropy, focal, multiMargin or softAccuracy for targets that are classes, got mse.")]
    [InlineData("crossEntropy", "Numbers", "loss.name: expected mse, mae, huber, smoothL1 or logRmse for targets that are numbers, got crossEntropy.")]
    [InlineData("crossEntropy", "Grades", "loss.name: expected ndcg for targets that are grades, got crossEntropy.")]
    public void A_loss_for_other_targets_is_refused(string name, string targets, string message) =>
        Assert.Equal(message, Assert.Throws<FailureException>(() => Read($"loss: {name}").Loss.Create(Enum.Parse<TargetKind>(targets))).Message);

    [Fact]
    public void Metrics_have_the_names_they_are_asked_for_by()
    {
        foreach (TargetKind targets in Enum.GetValues<TargetKind>())
            Assert.Equal(MetricNames.Of(targets), MetricNames.Create(MetricNames.Of(targets), targets).Select(static metric => metric.Name));
        Assert.Equal("metrics: expected mse, mae, r2 for targets that are numbers, got 'accuracy'.",
            Assert.Throws<FailureException>(() => MetricNames.Create(["accuracy"], TargetKind.Numbers)).Message);
    }
}
