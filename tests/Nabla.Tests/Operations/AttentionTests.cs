using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class AttentionTests
{
    static readonly (int Queries, int Keys, int Width)[] sizes = [(1, 1, 1), (5, 130, 3), (24, 256, 16), (49, 129, 17), (130, 300, 33), (150, 20, 8), (270, 270, 8)];
    static readonly double[] dropouts = [0, 0.25];
    static readonly bool[] causal = [false, true];

    static Tensor Random(Shape shape, ulong seed) => FusedCheck.Random(shape, seed).To(DType.Float32);

    /// <summary>Sizes around a tile of queries, a tile of keys and a register; the unfused expression is the oracle.</summary>
    [Fact]
    public void Tiles_equal_the_expression_for_any_size_and_instruction_set() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (var (queries, keys, width) in sizes)
            foreach (bool isCausal in causal)
            {
                double? scale = width == 3 ? -0.7 : null;
                AttentionMask mask = isCausal ? AttentionMask.Causal : new() { Lengths = [keys, keys / 2 + 1] };
                Tensor[] leaves = [.. new[] { queries, keys, keys }.Select((n, i) => FusedCheck.Leaf(Random(Shape.Create(2, 2, n, width), (ulong)i + 1)))];
                Tensor Loss(double dropout) =>
                    (leaves[0].Attention(leaves[1], leaves[2], mask, scale, dropout, new(3)) * Random(Shape.Create(2, 2, queries, width), 9)).Sum();
                foreach (double dropout in dropouts)
                {
                    Tensor[] fused = Autograd.Gradient(Loss(dropout), leaves), recorded = Autograd.Gradient(Loss(dropout), leaves, createGraph: true);
                    for (int i = 0; i < leaves.Length; i++) FusedCheck.Near(Doubles(recorded[i]), Doubles(fused[i]), 2e-5);
                }
            }
    });

    /// <summary>Few queries take a path of their own: value and gradients for shared keys, lengths, a bias that repeats, and both element types.</summary>
    [Fact]
    public void Few_queries_equal_the_expression() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
            foreach (var (queries, keys, width) in new[] { (1, 70, 64), (1, 9, 3), (4, 64, 70), (8, 201, 17), (9, 70, 5) })
                foreach (AttentionMask mask in Masks(queries, keys))
                {
                    Tensor q = Leaf(4, queries, 1), k = Leaf(2, keys, 2), v = Leaf(2, keys, 3);
                    Tensor y = q.Attention(k, v, mask, -0.3), weights = mask.Softmax(q.MatMul(k.Repeat(2, 1).Transpose(-1, -2)) * -0.3);
                    Tensor expected = weights.MatMul(v.Repeat(2, 1));
                    double tolerance = dtype == DType.Float32 ? 2e-5 : 1e-12;
                    FusedCheck.Near(Doubles(expected), Doubles(y), tolerance);
                    Tensor[] fused = Autograd.Gradient(y.Square().Sum(), [q, k, v]), written = Autograd.Gradient(expected.Square().Sum(), [q, k, v]);
                    for (int i = 0; i < fused.Length; i++) FusedCheck.Near(Doubles(written[i]), Doubles(fused[i]), tolerance);

                    Tensor Leaf(int heads, int positions, ulong seed) => FusedCheck.Leaf(FusedCheck.Random(Shape.Create(2, heads, positions, width), seed).To(dtype));
                }

        static AttentionMask[] Masks(int queries, int keys) =>
        [
            AttentionMask.Causal,
            new() { Lengths = [keys, 0] },
            new() { Bias = Random(Shape.Create(4, 1, keys), 5), Allowed = Tensor.Arange(0, keys).Greater(2) },
            new() { Bias = Random(Shape.Create(4, queries, 1), 6), IsCausal = true },
            new() { Allowed = Tensor.Arange(0, keys).Greater(keys) },
        ];
    });

    [Theory]
    [InlineData(1, 200)]
    [InlineData(3, 8)]
    [InlineData(6, 50)]
    public void Threads_change_no_bit(int heads, int positions)
    {
        float[] expected = Run(1);
        foreach (int threads in new[] { 2, 7 }) Assert.Equal(expected, Run(threads));

        float[] Run(int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            Tensor x = FusedCheck.Leaf(Random(Shape.Create(2, heads, positions, 20), 1));
            Tensor y = x.Attention(x * 0.5, x, AttentionMask.Causal, null, 0.1, new(8));
            return [.. y.ToArray<float>(), .. Autograd.Gradient(y.Square().Sum(), x).ToArray<float>()];
        }
    }

    [Fact]
    public void A_query_with_nothing_to_attend_to_gets_zero_and_no_gradient()
    {
        Tensor q = FusedCheck.Leaf(Random(Shape.Create(2, 1, 3, 4), 1));
        Tensor y = q.Attention(q, q, new() { Lengths = [0, 3] });
        Assert.All(y[0].ToArray<float>(), v => Assert.Equal(0, v));
        Assert.All(Autograd.Gradient(y.Square().Sum(), q)[0].ToArray<float>(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Queries_without_features_attend_to_all_keys_alike()
    {
        Tensor q = FusedCheck.Leaf(Tensor.Zeros(Shape.Create(2, 1, 12, 0))), v = FusedCheck.Leaf(Random(Shape.Create(2, 1, 12, 3), 1));
        Tensor y = q.Attention(q, v);
        Assert.True(y.AllClose(v.Mean(2, keepAxis: true).Expand(y.Shape), 1e-5, 1e-5));
        Tensor[] gradients = Autograd.Gradient(y.Sum(), [q, v]);
        Assert.Equal(q.Shape, gradients[0].Shape);
        Assert.True(gradients[1].AllClose(Tensor.Ones(v.Shape), 1e-5, 1e-5));
    }

    [Fact]
    public void Huge_scores_neither_overflow_nor_lose_the_winner()
    {
        Tensor q = Tensor.Full(Shape.Create(1, 1, 1, 1), 1e4), k = Tensor.From([-1e4f, 1e4f, 0], Shape.Create(1, 1, 3, 1));
        Assert.Equal([2f], q.Attention(k, Tensor.From([1f, 2, 3], Shape.Create(1, 1, 3, 1))).ToArray<float>());
    }

    [Fact]
    public void The_prefix_mask_lets_the_source_see_itself_and_the_target_its_past()
    {
        bool[] allowed = AttentionMask.Prefix(2, 4).Allowed!.ToArray<bool>();
        Assert.Equal([true, true, false, false, true, true, false, false, true, true, true, false, true, true, true, true], allowed);
    }

    [Fact]
    public void Dropped_weights_keep_their_expectation()
    {
        Tensor q = Tensor.Zeros(Shape.Create(1, 1, 2000, 4)), v = Tensor.Ones(Shape.Create(1, 1, 100, 1)), k = Tensor.Zeros(Shape.Create(1, 1, 100, 4));
        Assert.Equal(1, (double)q.Attention(k, v, null, null, 0.3, new(1)).Mean(), 2e-2);
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Tensor x = Random(Shape.Create(2, 4, 3, 8), 1), three = Random(Shape.Create(2, 3, 3, 8), 1);
        Assert.Equal(
            "Attention: expected query, key and value of shape [batch, heads, positions, features], got [4, 3, 8], [2, 4, 3, 8] and [2, 4, 3, 8].",
            Assert.Throws<ShapeException>(() => x[0].Attention(x, x)).Message);
        Assert.Equal("Attention: expected heads that key heads divide, got 4 and 3.", Assert.Throws<ShapeException>(() => x.Attention(three, three)).Message);
        Assert.Equal(
            "Attention: expected a value for every key, got [2, 4, 3, 8] and [2, 3, 3, 8].", Assert.Throws<ShapeException>(() => x.Attention(x, three)).Message);
        Assert.Equal("Attention: expected lengths in [0, 3], got 4 at sample 1.",
            Assert.Throws<ShapeException>(() => x.Attention(x, x, new() { Lengths = [3, 4] })).Message);
        Assert.Equal("Attention: expected one length for each of 2 samples, got 1.",
            Assert.Throws<ShapeException>(() => x.Attention(x, x, new() { Lengths = [3] })).Message);
        Assert.Equal("Attention: expected Bias to broadcast to [2, 4, 3, 3] (batch, heads, queries, keys), got [5].",
            Assert.Throws<ShapeException>(() => x.Attention(x, x, new() { Bias = Tensor.Zeros(5) })).Message);
        Assert.Equal("Attention: expected Allowed of type Bool, got Float32. Scores to add go into Bias.",
            Assert.Throws<DTypeException>(() => x.Attention(x, x, new() { Allowed = Tensor.Zeros(3) })).Message);
        Assert.StartsWith("Attention: expected a finite scale, got NaN.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Attention(x, x, scale: double.NaN)).Message, StringComparison.Ordinal);
        Assert.StartsWith("Attention: expected a dropout probability in [0, 1), got 1.",
            Assert.Throws<ArgumentOutOfRangeException>(() => x.Attention(x, x, dropout: 1)).Message, StringComparison.Ordinal);
    }

    static double[] Doubles(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();
}
