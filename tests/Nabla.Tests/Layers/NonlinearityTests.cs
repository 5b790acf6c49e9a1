using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Tests.Layers;

/// <summary>What a non-linearity buys.</summary>
public class NonlinearityTests
{
    static readonly Tensor Corners = Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } });
    static readonly Tensor Xor = Tensor.From(new float[,] { { 0 }, { 1 }, { 1 }, { 0 } });

    [Fact]
    public void A_linear_model_cannot_learn_xor()
    {
        // The best line answers ½ everywhere: cross entropy log 2.
        Assert.Equal(Math.Log(2), LossAfterTraining(new Linear(2, 1), 400), 1e-3);
    }

    [Fact]
    public void Two_neurons_in_between_learn_xor()
    {
        var model = new Sequential([new Linear(2, 2), Activation.Tanh(), new Linear(2, 1)]);
        model.Initialize(3);
        Assert.InRange(LossAfterTraining(model, 400), 0, 0.05);
        Assert.Equal(Xor.ToArray<float>(), model.Predict(Corners).Threshold().ToArray<float>());
    }

    [Theory]
    [InlineData(1, 1, 1.5, new float[] { 0, 0, 0, 1 })]
    [InlineData(1, 1, 0.5, new float[] { 0, 1, 1, 1 })]
    [InlineData(-1, 0, -0.5, new float[] { 1, 1, 0, 0 })]
    public void A_perceptron_has_its_threshold_in_the_bias(float first, float second, float threshold, float[] expected)
    {
        var unit = new Linear(2, 1);
        unit.Weight.CopyFrom<float>([first, second]);
        unit.Bias!.CopyFrom<float>([-threshold]);
        Tensor sum = unit.Predict(Corners);
        Assert.Equal(expected, sum.Threshold().ToArray<float>());
        Assert.Equal([.. expected.Select(y => 2 * y - 1)], sum.BipolarThreshold().ToArray<float>());
    }

    [Fact]
    public void Two_relus_make_a_hard_sigmoid()
    {
        Tensor x = Tensor.Linspace(-6, 6, 97, DType.Float64), line = x / 6 + 0.5;
        Equal(x.HardSigmoid(), line.Relu() - (line - 1).Relu(), 1e-15);
    }

    /// <summary>Straight lines between points h apart miss a curve by at most h²·max|f″|/8.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void A_sum_of_hard_sigmoids_follows_any_curve(int steps)
    {
        double width = 2 * Math.PI / steps;
        Tensor x = Tensor.Linspace(0, 2 * Math.PI, 1001, DType.Float64), sum = Tensor.Zeros(x.Shape, DType.Float64);
        for (int i = 0; i < steps; i++)
        {
            double rise = Math.Sin((i + 1) * width) - Math.Sin(i * width);
            sum += rise * ((x - (i + 0.5) * width) * (6 / width)).HardSigmoid();
        }
        double error = (double)(sum - x.Sin()).Abs().Max();
        Assert.InRange(error, width * width / 16, width * width / 8);
    }

    /// <summary>
    /// Five layers of two ReLUs fold the interval five times: 32 pieces (Telgarsky, 2016). One layer with as many parameters has ten
    /// units, so at most eleven pieces, trained or not.
    /// </summary>
    [Fact]
    public void A_deep_net_has_more_pieces_than_a_fat_one_of_equal_parameters()
    {
        Sequential deep = Folding(5), fat = new([new Linear(1, 10), Activation.Relu(), new Linear(10, 1)]);
        Assert.Equal(31, deep.Parameters().Sum(p => p.Length));
        Assert.Equal(31, fat.Parameters().Sum(p => p.Length));

        Tensor x = Tensor.Linspace(0, 1, 1025).Unsqueeze(1), target = deep.Predict(x);
        Assert.Equal(32, Crossings(target));
        fat.Initialize(1);
        double loss = LossAfterTraining(fat, 200, x, target, new Mse());
        Assert.InRange(Crossings(fat.Predict(x)), 0, 11);
        Assert.InRange(loss, 0.06, 0.09);                                  // about the variance of the saw, 1/12
    }

    /// <summary>The tent map t(x) = 2·relu(x) − 4·relu(x − ½), applied several times.</summary>
    static Sequential Folding(int times)
    {
        var layers = new List<Module>();
        for (int i = 0; i < times; i++)
        {
            var units = new Linear(i == 0 ? 1 : 2, 2);
            units.Weight.CopyFrom<float>(i == 0 ? [1, 1] : [2, -4, 2, -4]);
            units.Bias!.CopyFrom<float>([0, -0.5f]);
            layers.AddRange([units, Activation.Relu()]);
        }
        var output = new Linear(2, 1);
        output.Weight.CopyFrom<float>([2, -4]);
        output.Bias!.CopyFrom<float>([0]);
        return new([.. layers, output]);
    }

    /// <summary>How often a curve passes through ½.</summary>
    static int Crossings(Tensor y)
    {
        float[] sides = (y - 0.5001).BipolarThreshold().ToArray<float>();
        return sides.Zip(sides.Skip(1)).Count(pair => pair.First != pair.Second);
    }

    static double LossAfterTraining(Module model, int steps) => LossAfterTraining(model, steps, Corners, Xor, new BinaryCrossEntropyWithLogits());

    static double LossAfterTraining(Module model, int steps, Tensor x, Tensor y, Loss loss)
    {
        var optimizer = new Adam(model, 0.05);
        double value = 0;
        for (int step = 0; step < steps; step++)
        {
            Tensor now = loss.Forward(model.Forward(x, Pass.Training(new RandomStream(1))), y);
            value = (double)now;
            now.Backward();
            optimizer.Step();
            optimizer.ClearGradients();
        }
        return value;
    }

    static void Equal(Tensor expected, Tensor actual, double tolerance) => Assert.InRange((double)(expected - actual).Abs().Max(), 0, tolerance);
}
