using Nabla.Kernels;
using Nabla.Tests.Operations;

namespace Nabla.Tests.Kernels.Elementwise;

public unsafe class LoopsTests
{
    const int Guard = 32;
    const float Canary = -12345.678f;

    [Theory]
    [MemberData(nameof(ElementwiseTable.UnaryNames), MemberType = typeof(ElementwiseTable))]
    public void Vectors_agree_with_doubles_for_every_function(string name) =>
        ElementwiseTable.Call(typeof(LoopsTests), nameof(CompareUnary), name);

    [Theory]
    [MemberData(nameof(ElementwiseTable.BinaryNames), MemberType = typeof(ElementwiseTable))]
    public void Vectors_agree_with_doubles_for_every_function_of_two(string name) =>
        ElementwiseTable.Call(typeof(LoopsTests), nameof(CompareBinary), name);

    // A formula of a few terms, each within 4 ulp, of values up to 64: 2⁻²⁴ · 64 · 4.
    const double Tolerance = 1.6e-5;

    static void CompareUnary<TOp>(TOp op) where TOp : struct, IUnaryOperation
    {
        var (low, high) = TOp.Domain;
        float[] x = [.. Enumerable.Range(0, 333).Select(i => (float)(low + (high - low) * (i + 0.41) / 333))];
        float[] y = Tensor.From(x).Map(op).ToArray<float>();
        for (int i = 0; i < x.Length; i++) Near(op.Value(new Float64(x[i])).Value, y[i], x[i]);

        Tensor leaf = Tensor.From(x);
        leaf.RequiresGradient = true;
        leaf.Map(op).Sum().Backward();
        float[] slopes = leaf.Gradient!.ToArray<float>();
        for (int i = 0; i < x.Length; i++) Near(op.Slope(new Float64(x[i]), op.Value(new Float64(x[i]))).Value, slopes[i], x[i]);
    }

    static void CompareBinary<TOp>(TOp op) where TOp : struct, IBinaryOperation
    {
        var (low, high) = TOp.Domain;
        float[] a = [.. Enumerable.Range(0, 333).Select(i => (float)(low + (high - low) * (i + 0.41) / 333))];
        float[] b = [.. Enumerable.Range(0, 333).Select(i => a[(i * 7 + 3) % 333])];
        float[] y = Tensor.From(a).Zip(Tensor.From(b), op).ToArray<float>();
        for (int i = 0; i < a.Length; i++) Near(op.Value(new Float64(a[i]), new Float64(b[i])).Value, y[i], a[i]);
    }

    static void Near(double expected, float actual, float at) =>
        Assert.True(Math.Abs(expected - actual) <= Tolerance * Math.Max(1, Math.Abs(expected) / 64), $"at {at:R}: expected {expected:R}, got {actual:R}");

    [Fact]
    public void Every_length_and_alignment_touches_its_own_elements_only()
    {
        float[] a = Numbers(400), b = Numbers(400, 0.7f), y = new float[400];
        fixed (float* pa = a, pb = b, py = y)
            for (int n = 0; n <= 256; n++)
            {
                int offset = n % 17;
                Array.Fill(y, Canary);
                Nabla.Kernels.Elementwise.Run(default(Difference), new Operand<float>(pa + offset, false), new(pb + 3, false), py + Guard + offset, n);
                for (int i = 0; i < y.Length; i++)
                {
                    int at = i - Guard - offset;
                    Assert.Equal(at >= 0 && at < n ? a[at + offset] - b[at + 3] : Canary, y[i]);
                }
            }
    }

    [Fact]
    public void Nothing_beyond_the_end_is_read()
    {
        // The last element lies at the end of a page, the next page cannot be read.
        using var a = new GuardedMemory(300 * sizeof(float));
        using var y = new GuardedMemory(300 * sizeof(float));
        for (int n = 1; n <= 40; n++)
        {
            float* pa = (float*)a.End - n, py = (float*)y.End - n;
            for (int i = 0; i < n; i++) pa[i] = i;
            Nabla.Kernels.Elementwise.Run(default(Difference), new Operand<float>(pa, false), new(pa, false), py, n);
            Nabla.Kernels.Elementwise.Run(default(Difference), new Operand<float>(pa, false), new(pa, true), py, n);
            Assert.Equal(n - 1f, py[n - 1]);
        }
    }

    [Fact]
    public void An_output_may_be_an_input()
    {
        for (int n = 0; n <= 100; n++)
        {
            float[] x = Numbers(n), before = [.. x];
            fixed (float* p = x)
                Nabla.Kernels.Elementwise.Run(default(Difference), new Operand<float>(p, false), new(p, false), p, n);
            Assert.All(x, v => Assert.Equal(0, v));
            fixed (float* p = before)
                Nabla.Kernels.Elementwise.Run(default(Third), new Operand<float>(p, false), new(p, false), new(p, false), p, n);
            Assert.Equal(Numbers(n).Select(v => v * v + v), before);
        }
    }

    [Fact]
    public void Scalars_stand_still()
    {
        float[] x = Numbers(70), y = new float[70];
        float three = 3;
        fixed (float* px = x, py = y)
        {
            Nabla.Kernels.Elementwise.Run(default(Difference), new Operand<float>(&three, true), new(px, false), py, 70);
            for (int i = 0; i < 70; i++) Assert.Equal(3 - x[i], y[i]);
            Nabla.Kernels.Elementwise.Run(default(Difference), new Operand<float>(px, false), new(&three, true), py, 70);
            for (int i = 0; i < 70; i++) Assert.Equal(x[i] - 3, y[i]);
        }
    }

    static float[] Numbers(int n, float start = 0) => [.. Enumerable.Range(0, n).Select(i => start + i * 0.25f)];

    readonly struct Difference : ILaneFunction2
    {
        public V Run<V>(V a, V b) where V : struct, ILanes<V> => a - b;
    }

    readonly struct Third : ILaneFunction3
    {
        public V Run<V>(V a, V b, V c) where V : struct, ILanes<V> => V.FusedMultiplyAdd(a, b, c);
    }
}
