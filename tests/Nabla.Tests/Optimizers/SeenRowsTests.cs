using Nabla.Optimizers;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Optimizers;

/// <summary>Optimizers on gradients that name rows: as with whole gradients, or only the rows that were seen, for any width of a row.</summary>
[Collection(KernelSettings.Name)]
public class SeenRowsTests
{
    const int Rows = 600;

    static readonly Func<Bag, Optimizer>[] All =
    [
        m => new Sgd(m, 0.1), m => new Sgd(m, 0.1, new SgdOptions { Momentum = 0.9, WeightDecay = 0.1 }), m => new Sgd(m, 0.1, new SgdOptions { WeightDecay = 0.1 }),
        m => new Adam(m, 0.1), m => new AdamW(m, 0.1), m => new Adam(m, 0.1, new AdamOptions { AmsGrad = true }),
        m => new AdaGrad(m, 0.1), m => new AdaGrad(m, 0.1, new AdaGradOptions { WeightDecay = 0.1 }),
        m => new RmsProp(m, 0.1, new RmsPropOptions { Centered = true, Momentum = 0.5 }),
        m => new Ftrl(m, 0.1, new FtrlOptions { L1Decay = 0.01 }), m => new RowWiseAdaGrad(m, 0.1),
    ];

    static Tensor Table(int columns, DType dtype) => Tensor.Uniform((Rows, columns), new RandomStream(1), -1, 1).To(dtype);

    static Tensor Indices(int step) => Tensor.Randint(200, new RandomStream(5).Split(step), 0, Rows);

    /// <summary>Three steps, the gradient as rows or looked at before the step, which makes it whole.</summary>
    static double[] Run(Func<Bag, Optimizer> make, int columns, DType dtype, bool asRows, int threads = 1)
    {
        using IDisposable setting = KernelSettings.Threads(threads);
        Tensor table = Table(columns, dtype);
        Optimizer optimizer = make(new Bag(("table", table)));
        for (int step = 0; step < 3; step++)
        {
            optimizer.ClearGradients();
            table.Embedding(Indices(step)).Sin().Sum().Backward();
            if (!asRows) Assert.NotNull(table.Gradient);
            else Assert.NotNull(table.RowGradient);
            optimizer.ClipNorm(2);
            optimizer.Step();
        }
        return table.To(DType.Float64).ToArray<double>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(2100)]
    public void Rows_give_the_bits_of_whole_gradients(int columns)
    {
        foreach (var make in All)
            foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
            {
                double[] whole = Run(make, columns, dtype, asRows: false), rows = Run(make, columns, dtype, asRows: true);
                // The norm of the clipping sums up in another order.
                for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], rows[i], dtype == DType.Float32 ? 1e-5 : 1e-12);
            }
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        foreach (var make in All)
            foreach (int columns in (int[])[1, 33, 500])
            {
                double[] expected = Run(make, columns, DType.Float32, asRows: true);
                Assert.Equal(expected, Run(make, columns, DType.Float32, asRows: true, threads: 2));
                Assert.Equal(expected, Run(make, columns, DType.Float32, asRows: true, threads: 7));
            }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(64)]
    public void Unseen_rows_stay_if_they_are_to_be_skipped(int columns)
    {
        Tensor table = Table(columns, DType.Float32), before = table.Clone();
        var optimizer = new AdamW(new Bag(("table", table)), 0.1, new AdamOptions { SkipsUnseenRows = true, WeightDecay = 0.5 });
        for (int step = 0; step < 2; step++)
        {
            optimizer.ClearGradients();
            table.Embedding(Tensor.From([4L, 7, 4])).Sin().Sum().Backward();
            optimizer.Step();
        }
        bool[] same = table.EqualTo(before).To(DType.Float32).Mean(1).ToArray<float>().Select(share => share == 1).ToArray();
        Assert.Equal(Enumerable.Range(0, Rows).Select(row => row is not (4 or 7)), same);
        Tensor moment = optimizer.StateDictionary()["table.moment1"];
        Assert.Equal(2 * columns, (int)(double)moment.NotEqualTo(0).To(DType.Float32).Sum());
    }

    [Fact]
    public void A_step_of_a_big_table_allocates_and_writes_no_whole_gradient()
    {
        Tensor table = Tensor.Zeros((1 << 16, 64));
        var optimizer = new SparseAdam(new Bag(("table", table)), 0.1);
        Step();
        Memory.Collect();
        long peak = Memory.InUseBytes;
        Step();
        Assert.InRange(Memory.InUseBytes - peak, long.MinValue, 4 << 20);             // a whole gradient has 16 MB

        void Step()
        {
            optimizer.ClearGradients();
            table.Embedding(Tensor.Arange(1000)).Sum().Backward();
            optimizer.ClipValues(0.5);
            optimizer.Step();
        }
    }

    [Fact]
    public void Clipping_by_norm_counts_equal_indices_once()
    {
        Tensor table = Tensor.Zeros((10, 1), DType.Float64);
        var optimizer = new Sgd(new Bag(("table", table)), 1);
        table.Embedding(Tensor.From([3L, 3, 3, 5, 5, 5, 5])).Sum().Backward();
        Assert.Equal(5, optimizer.ClipNorm(1), 1e-12);
        Assert.Equal([0.6, 0.8], table.RowGradient!.Rows.ToArray<double>(), static (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_is_named()
    {
        Tensor table = Tensor.Ones((10, 2));
        var optimizer = new Sgd(new Bag(("table", table)), 1);
        (table.Embedding(Tensor.From([3L, 5])) * double.NaN).Sum().Backward();
        Assert.Contains("Gradient of table: expected finite numbers, got NaN at [3, 0] of [10, 2].",
            Assert.Throws<ArithmeticException>(() => optimizer.GradientNorm()).Message);
    }
}
