using Nabla.Kernels;
using Nabla.Optimizers;

namespace Nabla.Tests.Kernels.Lanes;

/// <summary>
/// Every kernel that is written over lanes, with every instruction set of this processor, against the same computation in Float64, which
/// runs on single numbers: rows that fill vectors, leave rests and are shorter than one, at addresses that are not aligned.
/// </summary>
[Collection(KernelSettings.Name)]
public class LaneChoiceTests
{
    static readonly Dictionary<string, Func<Tensor, Tensor>> Kernels = new()
    {
        ["sum"] = x => x + x * 0.5,
        ["exp"] = x => x.Exp(),
        ["log"] = x => x.Abs().Log1p(),
        ["tanh"] = x => x.Tanh(),
        ["gelu"] = x => x.Gelu(),
        ["pow"] = x => x.Abs().Pow(x),
        ["tangent"] = x => (x * 0.4).Tan() + (x / 3.1).Asin() - (x / 3.1).Acos(),
        ["angle"] = x => x.Atan2(x.Flip(1)) + x.Atan() + x.Hypot(x.Flip(1) + 0.5),
        ["hyperbolic"] = x => x.Sinh() + x.Cosh(),
        ["area"] = x => x.Asinh() + (x.Abs() + 1.5).Acosh() + (x / 3.1).Atanh(),
        ["logarithms"] = x => (x.Abs() + 0.5).Log2() + (x.Abs() + 0.5).Log10() + (x.Abs() + 0.5).ReciprocalSqrt(),
        ["sine"] = x => (x * 100).Sin(),
        ["chain"] = x => x.Map(new AffineOperation(1.5, 0.5).Then(new SiluOperation())),
        ["softmax"] = x => x.Softmax(),
        ["log-softmax"] = x => x.LogSoftmax(),
        ["cross entropy"] = x => x.SoftmaxCrossEntropy(Tensor.Zeros(x.Shape[0], DType.Int64), labelSmoothing: 0.1),
        ["soft cross entropy"] = x => x.SoftmaxCrossEntropy(Tensor.Full(x.Shape, 1.0 / x.Shape[1], x.DType)),
        ["layer norm"] = x => x.LayerNorm(x[0].Detach(), x[1].Detach(), 1e-2),
        ["batch norm"] = x => x.BatchNorm(null, null, 1e-2, out _, out _),
        ["channel norm"] = x => Tensor.Concatenate([x, x * 2], 1).Unsqueeze(0).BatchNorm(null, null, 1e-2, out _, out _),
        ["bag"] = x => x.EmbeddingBag(Tensor.From(new long[,] { { 0, 2 }, { 1, 2 } })),
        ["rows"] = x => x.Embedding(Tensor.From([2L, 0, 2, 1])),
        ["transpose"] = x => x.T.Contiguous() * 2,
    };

    public static TheoryData<string> Names => [.. Kernels.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Values_and_gradients_are_those_of_single_numbers(string name)
    {
        foreach (int columns in (int[])[1, 3, 7, 8, 15, 16, 17, 33, 100])
        {
            double[] values = [.. Enumerable.Range(0, 3 * columns + 1).Select(i => (float)(3 * Math.Sin(1 + i * i)))];
            (double[] y, double[] slope) = Run(name, values, columns, DType.Float64);
            KernelSettings.ForEachInstructionSet(() =>
            {
                (double[] single, double[] singleSlope) = Run(name, values, columns, DType.Float32);
                Near(name, y, single);
                Near($"gradient of {name}", slope, singleSlope);
            });
        }
    }

    [Fact]
    public void Maximum_and_minimum_are_NaN_if_either_is() => KernelSettings.ForEachInstructionSet(static () =>
    {
        Tensor numbers = Tensor.Ones(37), none = Tensor.Full(37, double.NaN);
        Tensor[] results = [numbers.Zip(none, default(MaximumOperation)), none.Zip(numbers, default(MaximumOperation)),
            numbers.Zip(none, default(MinimumOperation)), none.Zip(numbers, default(MinimumOperation))];
        foreach (Tensor result in results) Assert.All(result.ToArray<float>(), static value => Assert.True(float.IsNaN(value)));
    });

    [Fact]
    public void Optimizers_take_the_same_steps()
    {
        double[] expected = Steps(DType.Float64);
        KernelSettings.ForEachInstructionSet(() => Near("Adam", expected, Steps(DType.Float32)));

        static double[] Steps(DType dtype)
        {
            Tensor w = Tensor.From([.. Enumerable.Range(0, 37).Select(static i => Math.Cos(i))]).To(dtype);
            w.RequiresGradient = true;
            var optimizer = new Adam([new ParameterGroup([("w", w)])], 0.1);
            for (int step = 0; step < 5; step++)
            {
                optimizer.ClearGradients();
                (w * w * (step + 1)).Sum().Backward();
                optimizer.ClipNorm(3);
                optimizer.Step();
            }
            return w.Detach().To(DType.Float64).ToArray<double>();
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e-40f)]
    [InlineData(-0f)]
    public void Special_numbers_stay_in_their_row(float special)
    {
        KernelSettings.ForEachInstructionSet(() =>
        {
            foreach (int columns in (int[])[5, 16, 37])
            {
                float[] values = [.. Enumerable.Range(0, 3 * columns).Select(static i => i % 7 - 3f)];
                values[columns + columns / 2] = special;
                Tensor x = Tensor.From(values, (3, columns));
                float[] single = [.. values.AsSpan(columns, columns)];
                foreach (var f in (Func<Tensor, Tensor>[])[static t => t.Softmax(), static t => t.Exp(), static t => t.LayerNorm(), static t => t.Tanh()])
                {
                    float[] all = f(x).ToArray<float>(), alone = f(Tensor.From(single, (1, columns))).ToArray<float>();
                    Assert.Equal(alone, all[columns..(2 * columns)]);
                    Assert.All(all[..columns], static value => Assert.True(float.IsFinite(value)));
                    Assert.All(all[(2 * columns)..], static value => Assert.True(float.IsFinite(value)));
                }
            }
        });
    }

    /// <summary>The value and the gradient of a weighted sum; the input is a look at memory that starts one element late.</summary>
    static (double[] Y, double[] Slope) Run(string name, double[] values, int columns, DType dtype)
    {
        Tensor x = Tensor.From(values).To(dtype).Narrow(0, 1, 3 * columns).Reshape(3, columns);
        x.RequiresGradient = true;
        Tensor y = Kernels[name](x);
        (y * Parity.Weighting.Of(y)).Sum().Backward();
        return (y.Detach().To(DType.Float64).ToArray<double>(), x.Gradient!.To(DType.Float64).ToArray<double>());
    }

    static void Near(string what, double[] expected, double[] actual)
    {
        double largest = expected.Select(Math.Abs).Append(1).Max();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-4 * largest, $"{what}, {InstructionSets.Active}, element {i}: expected {expected[i]}, got {actual[i]}.");
    }
}
