using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Tests;

public class ModuleTests
{
    sealed class Mlp : Module
    {
        readonly Linear hidden, output;

        public Mlp(int inputs, int width, int classes)
        {
            Child(out hidden, new Linear(inputs, width));
            Child(out output, new Linear(width, classes));
        }

        protected override Tensor Forward(Tensor x, Pass pass) => output.Forward(hidden.Forward(x, pass).Tanh(), pass);
    }

    sealed class Forgetful : Module
    {
        readonly Linear hidden = new(3, 3);

        protected override Tensor Forward(Tensor x, Pass pass) => hidden.Forward(x, pass);
    }

    [Fact]
    public void Names_are_those_of_the_fields()
    {
        var model = new Mlp(4, 3, 2);
        Assert.Equal(["hidden.weight", "hidden.bias", "output.weight", "output.bias"], model.NamedParameters().Select(p => p.Name));
    }

    [Fact]
    public void A_wrong_shape_names_the_layer_and_both_sizes()
    {
        var model = new Mlp(784, 512, 10);
        var error = Assert.Throws<ShapeException>(() => model.Predict(Tensor.Zeros((32, 783))));
        Assert.Equal("Mlp.hidden (Linear 784 → 512): expected last axis 784, got [32, 783]. Did the data lose or gain a column?", error.Message);
    }

    [Fact]
    public void A_layer_that_was_not_registered_is_refused_when_it_runs()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new Forgetful().Predict(Tensor.Zeros((1, 3))));
        Assert.Equal(
            "Forgetful: expected layers that are registered, got Linear(3 → 3) that belongs to no module and would never be trained " +
            "or saved. Assign it with Child(out field, new Linear(…)), or Freeze() it.", error.Message);
    }

    [Fact]
    public void Training_a_small_network_lowers_the_loss()
    {
        var model = new Mlp(2, 16, 2);
        model.Initialize(1);
        var x = Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } });
        var y = Tensor.From(new long[] { 0, 1, 1, 0 });
        var optimizer = new Adam(model, 0.05);
        var loss = new CrossEntropy();
        float last = 0;
        for (int step = 0; step < 100; step++)
        {
            optimizer.ClearGradients();
            Tensor value = loss.Forward(model.Forward(x, Pass.Training(new RandomStream(1).Split(step))), y);
            value.Backward();
            optimizer.Step();
            last = (float)value;
        }
        Assert.True(last < 0.05, $"Loss after 100 steps: {last}.");
    }
}
