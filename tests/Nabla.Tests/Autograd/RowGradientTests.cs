using Nabla.Tests.Kernels;

namespace Nabla.Tests.Gradients;

/// <summary>The gradient of a table as a list of rows: equal to the whole one in every way it can come about.</summary>
[Collection(KernelSettings.Name)]
public class RowGradientTests
{
    static Tensor Table(int rows = 50, int columns = 5, DType dtype = DType.Float64)
    {
        Tensor table = Tensor.Uniform((rows, columns), new RandomStream(1), -1, 1).To(dtype);
        table.RequiresGradient = true;
        return table;
    }

    static Tensor Some => Tensor.From([7L, 3, 7, 49, 0, 3, 7]);

    /// <summary>The gradient that the graph of derivatives gives, which is made of whole tables.</summary>
    static double[] Whole(Func<Tensor, Tensor> loss, Tensor table) => Autograd.Gradient(loss(table), table, createGraph: true).ToArray<double>();

    static Tensor Loss(Tensor table) => table.Embedding(Some).Sin().Square().Sum();

    [Fact]
    public void Rows_are_distinct_ascending_and_add_up_to_the_whole()
    {
        Tensor table = Table();
        Loss(table).Backward();
        RowGradient rows = table.RowGradient!;
        Assert.Equal([0L, 3, 7, 49], rows.Indices.ToArray<long>());
        Assert.Equal((4, 5), rows.Rows.Shape);
        double[] whole = Whole(Loss, Table());
        Assert.Equal(whole, rows.ToDense().ToArray<double>(), Close);
        Assert.Equal(whole, table.Gradient!.ToArray<double>(), Close);
        Assert.Null(table.RowGradient);                                               // the whole exists now
    }

    [Fact]
    public void What_is_read_late_is_what_was_taken()
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            Tensor table = Table(dtype: dtype);
            Loss(table).Backward();
            RowGradient taken = table.RowGradient!;
            double[] whole = Whole(Loss, Table());
            for (int step = 0; step < 3; step++)
            {
                table.ClearGradient();
                (table.Embedding(Tensor.From([5L, 5, 6])) * (step + 2)).Sum().Backward();
            }
            Memory.Collect();
            Assert.Equal(whole, taken.ToDense().To(DType.Float64).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal([5L, 6], table.RowGradient!.Indices.ToArray<long>());
        }
    }

    [Fact]
    public void Two_backward_passes_and_two_uses_add_up()
    {
        Tensor table = Table();
        Func<Tensor, Tensor> other = t => (t.Embedding(Tensor.From([1L, 7])) * t.Embedding(Tensor.From([0L, 9]))).Sum();
        (Loss(table) + other(table)).Backward();
        Loss(table).Backward();
        double[] expected = Whole(t => Loss(t) * 2 + other(t), Table());
        Assert.Equal([0L, 1, 3, 7, 9, 49], table.RowGradient!.Indices.ToArray<long>());
        Loss(table).Backward();                                                       // after the rows were merged
        double[] more = Whole(t => Loss(t) * 3 + other(t), Table());
        Assert.Equal(more, table.RowGradient!.ToDense().ToArray<double>(), Close);
        Assert.NotEqual(expected, more);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_that_is_also_a_matrix_gets_the_sum_of_both(bool rowsFirst)
    {
        Func<Tensor, Tensor> tied = t => t.Embedding(Some).MatMul(t.T).Sin().Sum();
        Tensor table = Table();
        tied(table).Backward();
        Assert.Null(table.RowGradient);
        Assert.Equal(Whole(tied, Table()), table.Gradient!.ToArray<double>(), Close);

        Tensor apart = Table();
        Func<Tensor, Tensor> matrix = t => t.Square().Sum();
        if (rowsFirst) Loss(apart).Backward();
        matrix(apart).Backward();
        if (!rowsFirst) Loss(apart).Backward();
        Assert.Equal(Whole(t => Loss(t) + matrix(t), Table()), apart.Gradient!.ToArray<double>(), Close);
    }

    [Fact]
    public void Rows_join_a_gradient_that_the_user_looked_at()
    {
        Tensor table = Table();
        Loss(table).Backward();
        Tensor seen = table.Gradient!;
        Loss(table).Backward();
        Assert.Equal(Whole(t => Loss(t) * 2, Table()), table.Gradient!.ToArray<double>(), Close);
        Assert.Same(seen, table.Gradient);
    }

    [Fact]
    public void As_many_indices_as_rows_make_a_whole_gradient()
    {
        Tensor table = Table(7);
        Func<Tensor, Tensor> loss = t => t.Embedding(Tensor.From([6L, 3, 6, 1, 0, 3, 6])).Sin().Sum();
        loss(table).Backward();
        Assert.Null(table.RowGradient);
        Assert.Equal(Whole(loss, Table(7)), table.Gradient!.ToArray<double>(), Close);
    }

    [Fact]
    public void Hooks_and_captured_gradients_see_whole_tables()
    {
        Tensor table = Table();
        Shape? seen = null;
        table.OnGradient(g =>
        {
            seen = g.Shape;
            return g * 2;
        });
        Loss(table).Backward();
        Assert.Equal(table.Shape, seen);
        Assert.Equal(Whole(t => Loss(t) * 2, Table()), table.Gradient!.ToArray<double>(), Close);
        Assert.Equal(Whole(Loss, Table()), Autograd.Gradient(Loss(table = Table()), table).ToArray<double>(), Close);
        Assert.Null(table.Gradient);
    }

    [Fact]
    public void A_computed_table_gets_its_gradient_through()
    {
        Func<Tensor, Tensor> loss = t => Loss(t * 3);
        Tensor table = Table();
        loss(table).Backward();
        Assert.Equal(Whole(loss, Table()), table.Gradient!.ToArray<double>(), Close);
    }

    [Fact]
    public void What_a_program_changes_after_backward_does_not_matter()
    {
        Tensor table = Table(2000, 4), indices = Tensor.From(Enumerable.Range(0, 600).Select(i => (long)i * 3).ToArray());
        Tensor weight = Tensor.Ones((600, 4), DType.Float64);
        table.Embedding(indices).Backward(weight);
        indices.Fill(0);
        weight.Fill(5);
        Assert.Equal(2400, (double)table.RowGradient!.Rows.Sum());
        Assert.Equal(600, table.RowGradient!.Indices.Length);
    }

    [Fact]
    public void Clearing_forgets_rows_and_gives_their_memory_back()
    {
        Tensor table = Table(5000, 16, DType.Float32), indices = Tensor.Randint(4000, new RandomStream(2), 0, 5000);
        Step();
        Memory.Collect();
        long before = Memory.InUseBytes;
        for (int i = 0; i < 20; i++) Step();
        Memory.Collect();                                                             // the temporaries of forward
        Assert.InRange(Memory.InUseBytes - before, 0, 1 << 20);

        void Step()
        {
            table.Embedding(indices).Square().Sum().Backward();
            Assert.True(table.HasGradient);
            table.ClearGradient();
            Assert.False(table.HasGradient);
            Assert.Null(table.Gradient);
        }
    }

    [Fact]
    public void A_failing_pass_leaves_no_rows()
    {
        Tensor table = Table(), x = Table(1, 5);
        Tensor broken = Autograd.Function("Broken", x.Detach().Clone(), [x], [], (_, _) => throw new InvalidOperationException("broken"));
        Tensor looked = table.Embedding(Some);
        Assert.Throws<InvalidOperationException>(() => (broken.Sum() + looked.Sum()).Backward());
        Assert.False(table.HasGradient);
        Loss(table).Backward();
        Assert.Equal(Whole(Loss, Table()), table.Gradient!.ToArray<double>(), Close);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(37)]
    public void Threads_do_not_change_a_bit(int columns)
    {
        Tensor indices = Tensor.Randint(30_000, new RandomStream(2), 0, 9_000), weight = Tensor.Normal((30_000, columns), new RandomStream(3));
        float[] expected = Run(1);
        Assert.Equal(expected, Run(2));
        Assert.Equal(expected, Run(7));

        float[] Run(int threads)
        {
            using IDisposable setting = KernelSettings.Threads(threads);
            Tensor table = Table(40_000, columns, DType.Float32);
            table.Embedding(indices).Backward(weight);
            RowGradient rows = table.RowGradient!;
            float[] compact = rows.Rows.ToArray<float>();
            Assert.Equal(rows.ToDense().ToArray<float>(), table.Gradient!.ToArray<float>());
            return compact;
        }
    }

    /// <summary>Sums of a few numbers of size 1 in another order.</summary>
    static bool Close(double a, double b) => Math.Abs(a - b) < 1e-13;
}
