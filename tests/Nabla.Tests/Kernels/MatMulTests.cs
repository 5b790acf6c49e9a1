using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public sealed class MatMulTests
{
    static readonly int[] Rows = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24, 25];
    static readonly int[] Columns = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65];
    static readonly int[] Depths = [0, 1, 2, 3, 5, 16, 17];

    [Fact]
    public void Every_small_shape_and_transposition_matches_the_definition() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int m in Rows)
            foreach (int n in Columns)
                foreach (int k in Depths)
                    for (int flags = 0; flags < 4; flags++)
                    {
                        var shape = new MatMulCase(m, n, k) { TransposeA = (flags & 1) != 0, TransposeB = (flags & 2) != 0 };
                        bool odd = (m + n + k) % 2 != 0;
                        (shape with { Bias = odd, Accumulate = flags % 3 == 0 }).Check<float>();
                        if (odd) (shape with { Bias = true, Accumulate = flags is 1 or 2 }).Check<double>();
                    }
    });

    [Fact]
    public void Depths_around_the_dot_kernels_registers_match() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int k in (int[])[95, 96, 97, 111, 112, 113, 127, 128, 129])
            for (int m = 1; m <= 9; m++)
                for (int n = 1; n <= 9; n++)
                {
                    var shape = new MatMulCase(m, n, k) { TransposeB = true, Offset = 3, Bias = n % 2 == 0, Accumulate = m % 2 == 0 };
                    shape.Check<float>();
                    if (k % 2 != 0) shape.Check<double>();
                }
    });

    [Fact]
    public void Few_steps_match_for_any_number_of_columns() => KernelSettings.ForEachInstructionSet(() =>
    {
        for (int k = 1; k <= 13; k++)
            foreach (int n in (int[])[3, 4, 31, 32, 33, 63, 64, 65, 96, 127, 200])
            {
                var product = new MatMulCase(7, n, k) { TransposeA = k % 2 == 0, Gap = n % 3, Offset = k };
                product.Check<float>();
                if (n % 2 != 0) product.Check<double>();
            }
    });

    /// <summary>Columns that fill no more than half a register: two rows of A at once, or two steps, over borders of tiles, panels and blocks.</summary>
    [Fact]
    public void Columns_of_half_a_register_match() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int n in (int[])[3, 8, 37, 40])
            foreach (int k in (int[])[64, 65, 354, 710])
                foreach (int m in (int[])[2, 13, 24, 32, 193])
                    for (int flags = 0; flags < 4; flags++)
                    {
                        var product = new MatMulCase(m, n, k) { TransposeA = (flags & 1) != 0, TransposeB = (flags & 2) != 0, Gap = n % 3, Offset = m % 4 };
                        (product with { Bias = m % 2 == 0, Accumulate = n < 9 }).Check<float>();
                        if (k < 100) (product with { N = n / 2, Bias = m % 2 != 0, Accumulate = n > 9 }).Check<double>();
                    }
    });

    /// <summary>Stored past the caches, or, added to zeros, through them: the same bits, whatever whole registers of a row begin a cache line.</summary>
    [Theory]
    [InlineData(1700, 1920, 40, false)]
    [InlineData(1700, 1936, 40, true)]
    [InlineData(1701, 1925, 40, false)]
    [InlineData(1700, 1920, 400, false)]
    [InlineData(2000, 1600, 14, false)]
    public void Results_that_no_cache_keeps_are_the_same(int m, int n, int k, bool transposed) => KernelSettings.ForEachInstructionSet(() =>
    {
        if (InstructionSets.Active < InstructionSet.Avx2) return;       // too slow, and store nothing so
        var stream = new RandomStream(1);
        Tensor a = Tensor.Uniform((m, k), stream, -1, 1), b = transposed ? Tensor.Uniform((n, k), stream, -1, 1).T : Tensor.Uniform((k, n), stream, -1, 1);
        Tensor expected = Tensor.Zeros((m, n));
        MatrixProduct.MultiplyInto(expected, a, b, accumulate: true);
        Assert.Equal(expected.ToArray<float>(), a.MatMul(b).ToArray<float>());
        Tensor added = Tensor.Ones((m, n));
        MatrixProduct.MultiplyInto(added, a, b, accumulate: true);
        Assert.True(added.AllClose(expected + 1, 1e-5, 1e-5));
    });

    // Cases large enough for several blocks, tasks and panels of each path: packed, in place, dot products, row products.
    static IEnumerable<MatMulCase> Large()
    {
        for (int flags = 0; flags < 4; flags++)
        {
            var product = new MatMulCase(0, 0, 0) { TransposeA = (flags & 1) != 0, TransposeB = (flags & 2) != 0, Bias = true };
            yield return product with { M = 205, N = 99, K = 530 };
            yield return product with { M = 205, N = 99, K = 40, Accumulate = true };
            yield return product with { M = 33, N = 300, K = 150 };
            yield return product with { M = 520, N = 11, K = 90 };
            yield return product with { M = 1, N = 1100, K = 310, Accumulate = true };
            yield return product with { M = 700, N = 1, K = 400, Bias = false };
            yield return product with { M = 5, N = 60, K = 1100 };
        }
        yield return new MatMulCase(1550, 40, 20);
        yield return new MatMulCase(1550, 40, 700) { TransposeA = true };               // half a register: two rows of packed panels, or two steps in place
        yield return new MatMulCase(1550, 40, 700) { Bias = true };
        yield return new MatMulCase(20, 2100, 20);
        yield return new MatMulCase(90, 1003, 4) { TransposeA = true };
        yield return new MatMulCase(3, 6750, 12);       // in pieces of 480 columns, of which the last has 30
        yield return new MatMulCase(64, 70, 40) { Bias = true };                        // a B in place that fits the first cache
        yield return new MatMulCase(14, 1024, 33) { Accumulate = true };                // rows of B that crowd into one set
        yield return new MatMulCase(26, 300, 171) { Bias = true, Accumulate = true };   // B packed along
        yield return new MatMulCase(20, 299, 171) { Gap = 3 };                          // B in place
    }

    [Fact]
    public void Shapes_of_several_blocks_match() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (var product in Large()) product.Check<float>();
        (Large().First() with { K = 300 }).Check<double>();
    });

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (var product in Large())
        {
            float[][] results = new float[3][];
            int[] threads = [1, 2, 7];
            for (int i = 0; i < threads.Length; i++)
            {
                using var restore = KernelSettings.Threads(threads[i]);
                results[i] = product.Compute<float>();
            }
            Assert.True(Bits(results[0]).SequenceEqual(Bits(results[1])), $"{product}: 1 and 2 threads");
            Assert.True(Bits(results[0]).SequenceEqual(Bits(results[2])), $"{product}: 1 and 7 threads");
        }
    });

    static ReadOnlySpan<uint> Bits(float[] values) => MemoryMarshal.Cast<float, uint>(values);

    [Fact]
    public void Random_strides_offsets_and_batches_match() => KernelSettings.ForEachInstructionSet(() =>
    {
        var cases =
            from m in Gen.Choose(0, 40)
            from n in Gen.Choose(0, 70)
            from k in Gen.Choose(0, 60)
            from layout in Gen.Choose(0, 63)
            from spacing in Gen.Choose(1, 3)
            from gap in Gen.Choose(0, 5)
            from offset in Gen.Choose(0, 17)
            from batch in Gen.Choose(0, 4)
            from seed in Gen.Choose(1, int.MaxValue)
            select new MatMulCase(m, n, k)
            {
                TransposeA = (layout & 1) != 0,
                TransposeB = (layout & 2) != 0,
                Accumulate = (layout & 4) != 0,
                Bias = (layout & 8) != 0,
                RepeatA = (layout & 16) != 0,
                RepeatB = (layout & 32) != 0,
                Spacing = spacing,
                Gap = gap,
                Offset = offset,
                Batch = batch,
                Seed = seed,
            };
        Prop.ForAll(Arb.From(cases), product =>
        {
            product.Check<float>();
            product.Check<double>();
        }).QuickCheckThrowOnFailure();
    });

    [Fact]
    public void A_batch_that_repeats_an_operand_matches()
    {
        var product = new MatMulCase(6, 20, 30) { Batch = 5, Bias = true, Accumulate = true };
        (product with { RepeatB = true }).Check<float>();       // dense: the rows of the batch are one tall A
        (product with { RepeatB = true, Gap = 2 }).Check<float>();
        (product with { RepeatA = true }).Check<float>();
        (product with { RepeatA = true, RepeatB = true }).Check<float>();
    }

    [Fact]
    public void Large_products_of_a_batch_and_many_small_ones_match()
    {
        using var restore = KernelSettings.Threads(3);
        new MatMulCase(260, 260, 250) { Batch = 2 }.Check<float>();
        new MatMulCase(8, 8, 8) { Batch = 300, TransposeB = true }.Check<float>();
        new MatMulCase(64, 60, 64) { Batch = 6, RepeatA = true }.Check<float>();
    }

    [Fact]
    public void Infinities_and_NaN_go_where_the_definition_sends_them() => KernelSettings.ForEachInstructionSet(() =>
    {
        float[] a = [float.PositiveInfinity, 0, 1, 1], b = [1, 0, float.NaN, 2], c = new float[4];
        unsafe
        {
            fixed (float* pa = a, pb = b, pc = c) MatMul.Run(2, 2, 2, pa, 2, 1, pb, 2, 1, pc, 2);
        }
        Assert.Equal([float.NaN, float.NaN, float.NaN, 2], c);
    });

    /// <summary>An infinity stays in its row and a NaN in its column where two rows or two steps share a register, in the rest of a tile as well.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Infinities_and_NaN_do_not_reach_their_neighbors_in_a_pair(bool transposed) => KernelSettings.ForEachInstructionSet(() =>
    {
        const int M = 26, N = 5, K = 64;
        float[] x = new float[M * K], y = new float[K * N];
        Array.Fill(x, 1);
        Array.Fill(y, 1);
        x[transposed ? 10 * M + 24 : 24 * K + 10] = float.PositiveInfinity;
        y[7 * N + 2] = float.NaN;
        Tensor a = transposed ? Tensor.From(x, Shape.Create(K, M)).T : Tensor.From(x, Shape.Create(M, K)), b = Tensor.From(y, Shape.Create(K, N));
        float[] c = a.MatMul(b).ToArray<float>();
        for (int i = 0; i < M; i++)
            for (int j = 0; j < N; j++)
                Assert.Equal(j == 2 ? float.NaN : i == 24 ? float.PositiveInfinity : K, c[i * N + j]);
    });

    [Fact]
    public void The_oracle_agrees_on_a_product_worked_by_hand() => KernelSettings.ForEachInstructionSet(() =>
    {
        double[] a = [1, 2, 3, 4, 5, 6], b = [7, 8, 9, 10, 11, 12], bias = [100, 200], c = [1, 1, 1, 1], oracle = [1, 1, 1, 1];
        unsafe
        {
            fixed (double* pa = a, pb = b, pc = c, po = oracle, v = bias)
            {
                MatMul.Run(2, 2, 3, pa, 3, 1, pb, 2, 1, pc, 2, accumulate: true, v);
                MatMul.Naive(2, 2, 3, pa, 3, 1, pb, 2, 1, po, 2, accumulate: true, v);
            }
        }
        Assert.Equal([159, 265, 240, 355], c);
        Assert.Equal(c, oracle);
    });

    [Fact]
    public void The_instruction_set_is_an_option_that_says_what_there_is()
    {
        string before = Machine.InstructionSet;
        try
        {
            Machine.InstructionSet = "Scalar";
            Assert.Equal("Scalar", Machine.InstructionSet);
            Assert.Equal(3, Tensor.Ones((1, 3)).MatMul(Tensor.Ones((3, 1))).Item<float>());
            string message = Assert.Throws<ArgumentException>(() => Machine.InstructionSet = "Sse9").Message;
            Assert.StartsWith("Machine.InstructionSet: expected one of Scalar", message, StringComparison.Ordinal);
            Assert.Contains("on this processor, got 'Sse9'.", message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => Machine.InstructionSet = "9");
            Assert.Equal("Scalar", Machine.InstructionSet);
        }
        finally
        {
            Machine.InstructionSet = before;
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        float[] x = new float[300 * 300], y = new float[300 * 300];
        int[][] shapes = [[300, 300, 300], [1, 300, 300], [64, 30, 300], [8, 8, 8]];
        unsafe
        {
            fixed (float* a = x, c = y)
            {
                long before = 0;
                for (int round = 0; round < 3; round++)
                {
                    if (round == 1) before = GC.GetAllocatedBytesForCurrentThread();
                    foreach (int[] s in shapes)
                    {
                        MatMul.Run(s[0], s[1], s[2], a, s[2], 1, a, s[1], 1, c, s[1]);
                        MatMul.Run(s[0], s[1], s[2], a, s[2], 1, a, 1, s[2], c, s[1]);
                        MatMul.RunBatch(2, 8, 8, 8, a, 64, 8, 1, a, 64, 8, 1, c, 64, 8);
                    }
                }
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }
    }
}
