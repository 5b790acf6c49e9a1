using Nabla.Kernels;
using Nabla.Layers;
using Nabla.Tests.Kernels;

namespace Nabla.Tests;

[Collection(KernelSettings.Name)]
public class MixedPrecisionTests
{
    static Tensor Draw(Shape shape, ulong seed) => Tensor.Normal(shape, new RandomStream(seed));

    static Tensor Rounded(Tensor x, DType type) => x.Detach().To(type).To(DType.Float32);

    static Tensor Leaf(Tensor x)
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGradient = true;
        return leaf;
    }

    static (Shape A, Shape B, Func<Tensor, Tensor, Tensor> Product) Case(string name) => name switch
    {
        "MatMul" => ((24, 40), (40, 33), static (a, b) => a.MatMul(b)),
        "batched" => ((3, 24, 40), (3, 33, 40), static (a, b) => a.MatMul(b.Transpose(-1, -2))),
        "Linear" => ((24, 40), (33, 40), static (a, b) => a.Linear(b)),
        "Conv2d" => ((2, 3, 9, 9), (4, 3, 3, 3), static (a, b) => a.Conv2d(b, exact: true)),
        "ConvTranspose2d" => ((2, 3, 9, 9), (3, 4, 3, 3), static (a, b) => a.ConvTranspose2d(b, exact: true)),
        _ => ((6, 24, 40), (6, 40, 33), static (a, b) => Tensor.Einsum("bij,bjk->bik", a, b)),
    };

    [Theory]
    [InlineData("MatMul", DType.BFloat16)]
    [InlineData("MatMul", DType.Float16)]
    [InlineData("batched", DType.BFloat16)]
    [InlineData("Linear", DType.BFloat16)]
    [InlineData("Conv2d", DType.BFloat16)]
    [InlineData("Conv2d", DType.Float16)]
    [InlineData("ConvTranspose2d", DType.BFloat16)]
    [InlineData("Einsum", DType.BFloat16)]
    public void A_product_and_its_derivative_are_those_of_rounded_factors_bit_for_bit(string name, DType type)
    {
        var (left, right, product) = Case(name);
        Tensor a = Leaf(Draw(left, 1)), b = Leaf(Draw(right, 2)), ra = Leaf(Rounded(a, type)), rb = Leaf(Rounded(b, type));
        Tensor y;
        using (Autograd.MixedPrecision(type)) y = product(a, b);
        Tensor expected = product(ra, rb), g = Draw(y.Shape, 3);
        Assert.Equal(expected.ToArray<float>(), y.ToArray<float>());
        Assert.NotEqual(product(a, b).ToArray<float>(), y.ToArray<float>());
        y.Backward(g);                                                          // outside of the scope: the node remembers it
        expected.Backward(Rounded(g, type));
        Assert.Equal(ra.Gradient!.ToArray<float>(), a.Gradient!.ToArray<float>());
        Assert.Equal(rb.Gradient!.ToArray<float>(), b.Gradient!.ToArray<float>());
    }

    [Fact]
    public void Attention_is_that_of_rounded_queries_keys_and_values()
    {
        Tensor[] inputs = [.. Enumerable.Range(1, 3).Select(static i => Leaf(Draw((2, 2, 40, 8), (ulong)i)))];
        Tensor[] rounded = [.. inputs.Select(static x => Leaf(Rounded(x, DType.BFloat16)))];
        Tensor y;
        using (Autograd.MixedPrecision()) y = inputs[0].Attention(inputs[1], inputs[2]);
        Tensor expected = rounded[0].Attention(rounded[1], rounded[2]), g = Draw(y.Shape, 4);
        Assert.Equal(expected.ToArray<float>(), y.ToArray<float>());
        y.Backward(g);
        expected.Backward(Rounded(g, DType.BFloat16));
        // The result is kept in 16 bits too: half a unit of 8 bits in Σ g·y of each row.
        for (int i = 0; i < 3; i++)
            Assert.InRange((double)(inputs[i].Gradient! - rounded[i].Gradient!).Norm() / (double)rounded[i].Gradient!.Norm(), 0, Math.Pow(2, -8));
    }

    [Fact]
    public void Second_derivatives_pass_through_rounding()
    {
        Tensor Penalty(DType type)
        {
            Tensor x = Leaf(Draw((16, 32), 1)), w = Leaf(Draw((32, 24), 2) * 0.1);
            Tensor y;
            using (type.IsHalf ? Autograd.MixedPrecision(type) : Autograd.FullPrecision()) y = x.MatMul(w).Tanh().Pow(2).Sum();
            Tensor slope = Autograd.Gradient(y, x, createGraph: true);
            return Autograd.Gradient(slope.Pow(2).Sum(), w);
        }
        Tensor exact = Penalty(DType.Float32), reduced = Penalty(DType.BFloat16);
        Assert.InRange((double)(exact - reduced).Norm() / (double)exact.Norm(), 1e-5, 0.01);
    }

    [Fact]
    public void Doubles_and_what_stays_in_full_precision_do_not_change()
    {
        Tensor x = Draw((16, 64), 1).To(DType.Float64), w = Draw((64, 8), 2).To(DType.Float64), z = Draw((16, 64), 3);
        using var scope = Autograd.MixedPrecision();
        double[] mixed = x.MatMul(w).ToArray<double>();
        float[] softmax = z.Softmax().ToArray<float>(), norm = z.LayerNorm().ToArray<float>(), sum = z.Sum(1).ToArray<float>();
        using var full = Autograd.FullPrecision();
        Assert.Equal(x.MatMul(w).ToArray<double>(), mixed);
        Assert.Equal(z.Softmax().ToArray<float>(), softmax);
        Assert.Equal(z.LayerNorm().ToArray<float>(), norm);
        Assert.Equal(z.Sum(1).ToArray<float>(), sum);
    }

    [Fact]
    public void Activations_are_kept_in_half_the_memory()
    {
        Sequential model = [.. Enumerable.Range(0, 8).SelectMany(static _ => (Module[])[new Linear(256, 256), Activation.Relu()])];
        long Kept(DType type)
        {
            Tensor x = Draw((512, 256), 1);
            model.Forward(x, Pass.Evaluation);
            Memory.Collect();
            long before = Memory.InUseBytes;
            Tensor y;
            using (Autograd.InPrecision(type)) y = model.Forward(x, Pass.Training(new RandomStream(2)));
            Memory.Collect();
            long kept = Memory.InUseBytes - before;
            y.Sum().Backward();
            return kept;
        }
        long full = Kept(DType.Float32), half = Kept(DType.BFloat16);
        Assert.InRange(half, 0.4 * full, 0.65 * full);              // the last result has a user, so it is there twice
    }

    [Fact]
    public void A_value_kept_in_16_bits_may_change_in_place_afterwards()
    {
        Tensor w = Leaf(Draw((32, 32), 1)), v = Leaf(Draw((32, 32), 2)), h, y;
        using (Autograd.MixedPrecision())
        {
            h = w.Relu();
            y = h.MatMul(v);
        }
        Tensor expected = Rounded(h, DType.BFloat16).T.MatMul(Tensor.Ones((32, 32)));
        h.Detach().Fill(0);
        y.Sum().Backward();
        Assert.Equal(expected.ToArray<float>(), v.Gradient!.ToArray<float>());
    }

    [Fact]
    public void A_checkpointed_layer_computes_again_in_the_same_precision()
    {
        float[][] Train(Func<Module, Module> wrap)
        {
            Sequential block = [new Linear(32, 64), new BatchNorm(64), Activation.Gelu(), new Dropout(0.3), new Linear(64, 32)];
            block.Initialize(1);
            Module model = wrap(block);
            Tensor x = Leaf(Draw((48, 32), 5)), y;
            using (Autograd.MixedPrecision()) y = model.Forward(x, Pass.Training(new RandomStream(3)));
            y.Pow(2).Mean().Backward();
            return [y.ToArray<float>(), x.Gradient!.ToArray<float>(), .. block.Parameters().Select(static p => p.Gradient!.ToArray<float>())];
        }
        Assert.Equal(Train(static block => block), Train(static block => new Checkpointed(block)));
    }

    [Fact]
    public void Scopes_nest_and_end()
    {
        Tensor a = Draw((8, 40), 1), b = Draw((40, 8), 2);
        float[] full = a.MatMul(b).ToArray<float>();
        using (Autograd.MixedPrecision())
        {
            using (Autograd.FullPrecision()) Assert.Equal(full, a.MatMul(b).ToArray<float>());
            Assert.NotEqual(full, a.MatMul(b).ToArray<float>());
        }
        Assert.Equal(full, a.MatMul(b).ToArray<float>());
        var error = Assert.Throws<DTypeException>(static () => { using var scope = Autograd.MixedPrecision(DType.Float32); });
        Assert.Equal("Autograd.MixedPrecision: expected BFloat16 or Float16, got Float32. Use FullPrecision() for Float32.", error.Message);
    }

    [Fact]
    public unsafe void Rounding_kernels_equal_conversion_there_and_back_for_every_length_and_special_value()
    {
        float[] special = [0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, -float.Epsilon, float.MaxValue,
            1 + 1f / 256, 1 + 3f / 256, 65519, 65520, 6e-8f, 2.9e-8f, 5.9604645e-8f, 6.1e-5f];
        Tensor random = Draw(Shape.Create(80), 7);
        for (int length = 0; length <= 80; length++)
            foreach (DType type in (DType[])[DType.BFloat16, DType.Float16])
            {
                float[] x = [.. Enumerable.Range(0, length).Select(i => i % 3 == 0 ? special[i / 3 % special.Length] : random.ToArray<float>()[i])], y = new float[length + 1];
                y[length] = 5;
                fixed (float* from = x, to = y) Conversion.Round(from, to, type, length);
                for (int i = 0; i < length; i++)
                    Assert.Equal(BitConverter.SingleToInt32Bits(type == DType.BFloat16 ? (BFloat16)x[i] : (float)(Half)x[i]), BitConverter.SingleToInt32Bits(y[i]));
                Assert.Equal(5, y[length]);
            }
    }
}
