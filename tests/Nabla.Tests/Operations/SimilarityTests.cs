using Nabla.Kernels;
using Nabla.Tests.Kernels;

namespace Nabla.Tests.Operations;

[Collection(KernelSettings.Name)]
public class SimilarityTests
{
    /// <summary>Every number of rows and columns around the blocks of the kernel, every measure and instruction set, against sums one by one.</summary>
    [Fact]
    public void Distances_are_those_of_a_plain_loop()
    {
        var random = new RandomStream(11);
        foreach ((int n, int m, int width) in ((int, int, int)[])[(1, 1, 1), (2, 5, 3), (3, 4, 8), (5, 7, 17), (4, 3, 40), (7, 1030, 5), (3, 9, 1100)])
            foreach (double p in (double[])[0, 0.5, 1, 2, 3, double.PositiveInfinity])
            {
                Tensor x = Tensor.Normal((2, n, width), random.Split(n)), y = Tensor.Normal((2, m, width), random.Split(m));
                double[] expected = Plain(x.ToArray<float>(), y.ToArray<float>(), n, m, width, p);
                double tolerance = 1e-6 * Math.Sqrt(width) * Math.Max(1, expected.Max());
                KernelSettings.ForEachInstructionSet(() =>
                {
                    float[] actual = x.Distances(y, p).ToArray<float>();
                    for (int i = 0; i < expected.Length; i++)
                        Assert.True(
                            Math.Abs(expected[i] - actual[i]) <= tolerance,
                            $"p = {p}, [{n}, {width}] and [{m}, {width}], {InstructionSets.Active}: expected {expected[i]} at {i}, got {actual[i]}.");
                });
            }
    }

    [Fact]
    public void Slopes_of_every_instruction_set_are_those_of_the_expression()
    {
        var random = new RandomStream(12);
        foreach ((int n, int m, int width) in ((int, int, int)[])[(1, 1, 1), (2, 5, 3), (3, 4, 16), (5, 7, 27), (4, 3, 70)])
        {
            Tensor x = Leaf(Tensor.Normal((n, width), random.Split(0))), y = Leaf(Tensor.Normal((m, width), random.Split(1)));
            Tensor weights = Tensor.Normal((n, m), random.Split(2));
            Tensor[] expected = Autograd.Gradient((weights * x.Distances(y)).Sum(), [x, y], createGraph: true);
            KernelSettings.ForEachInstructionSet(() =>
            {
                Tensor[] actual = Autograd.Gradient((weights * x.Distances(y)).Sum(), [x, y]);
                for (int k = 0; k < 2; k++) Assert.True(actual[k].AllClose(expected[k].Detach(), 1e-4, 1e-4), $"[{n}, {width}] and [{m}, {width}], {InstructionSets.Active}, gradient {k}");
            });
        }
    }

    /// <summary>|x|² − 2xy + |y|² would leave nothing of it.</summary>
    [Fact]
    public void Near_rows_far_from_the_origin_keep_their_distance_and_its_direction()
    {
        Tensor x = Leaf(Tensor.Full((1, 8), 1000)), y = Tensor.Full((1, 8), 1000 + 1f / 1024);
        Tensor d = x.Distances(y);
        Assert.Equal(Math.Sqrt(8) / 1024, d.Item<float>(), 1e-9);
        d.Sum().Backward();
        Assert.All(x.Gradient!.ToArray<float>(), slope => Assert.Equal(-Math.Sqrt(1.0 / 8), slope, 1e-6));
    }

    [Fact]
    public void The_gradient_of_equal_rows_is_zero_in_every_order()
    {
        foreach (double p in (double[])[1, 2, 3])
        {
            Tensor x = Leaf(Tensor.Ones((2, 3), DType.Float64));
            Tensor slope = Autograd.Gradient(x.Distances(x.Detach(), p).Sum(), x, createGraph: true);
            Assert.Equal(new double[6], slope.ToArray<double>());
            if (!slope.RequiresGradient) continue;                              // p = 1: the slope is a sign
            Assert.DoesNotContain(double.NaN, Autograd.Gradient(slope.Square().Sum(), x).ToArray<double>());
        }
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        Tensor x = Leaf(Tensor.Normal((150, 33), new RandomStream(1))), y = Tensor.Normal((210, 33), new RandomStream(2));
        float[][] one = Run(1), three = Run(3);
        for (int i = 0; i < 2; i++) Assert.Equal(one[i], three[i]);

        float[][] Run(int threads)
        {
            using IDisposable restore = KernelSettings.Threads(threads);
            Tensor d = x.Distances(y);
            return [d.ToArray<float>(), Autograd.Gradient(d.Square().Sum(), x).ToArray<float>()];
        }
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Assert.Equal(
            "Distances: expected rows of one length, [.., n, d] and [.., m, d], got [2, 3] and [2, 4].",
            Assert.Throws<ShapeException>(() => Tensor.Zeros((2, 3)).Distances(Tensor.Zeros((2, 4)))).Message);
        Assert.Throws<ShapeException>(() => Tensor.Zeros(3).Distances(Tensor.Zeros((2, 3))));
        Assert.StartsWith("Distances: expected p of at least 0, got -1.", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros((2, 3)).Distances(Tensor.Zeros((2, 3)), -1)).Message, StringComparison.Ordinal);
        Assert.StartsWith("CosineSimilarity: expected epsilon above 0, got 0.", Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros(3).CosineSimilarity(Tensor.Zeros(3), epsilon: 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Closeness_is_relative_to_the_other_and_takes_special_numbers()
    {
        const double Infinity = double.PositiveInfinity;
        Tensor x = Tensor.From([1.0, 100, 0]);
        Assert.True(x.AllClose(Tensor.From([1.00000999, 100.0009, 1e-9])));
        Assert.False(x.AllClose(Tensor.From([1.0000102, 100, 0])));
        Assert.False(x.AllClose(Tensor.From([1, 100, 2e-8])));
        Assert.True(x.AllClose(Tensor.From([1.5, 150, 0]), relative: 0.34));
        Assert.False(Tensor.From([1.5, 150, 0]).AllClose(x, relative: 0.34));
        Assert.True(Tensor.From([Infinity, -Infinity]).AllClose(Tensor.From([Infinity, -Infinity])));
        Assert.False(Tensor.From([1.0]).AllClose(Tensor.From([Infinity])));
        Assert.False(Tensor.From([-Infinity]).AllClose(Tensor.From([Infinity]), relative: 1));
        Assert.False(Tensor.From([double.NaN]).AllClose(Tensor.From([double.NaN])));
        Assert.True(Tensor.From([double.NaN, 1]).AllClose(Tensor.From([double.NaN, 1]), equalNan: true));
        Assert.False(Tensor.From([double.NaN, 1]).AllClose(Tensor.From([1.0, 1]), equalNan: true));
        Assert.False(Tensor.From([16777217]).AllClose(Tensor.From([16777216]), 0, 0));                 // the same in Float32
        Assert.True(Tensor.Zeros((0, 2)).AllClose(Tensor.Ones(2)));
        Assert.True(Tensor.Ones((3, 2)).AllClose(Tensor.Ones(2, DType.Float64)));
        Assert.Throws<ShapeException>(() => Tensor.Ones(3).AllClose(Tensor.Ones(2)));
        Assert.StartsWith("AllClose: expected tolerances of at least 0, got -1 and 0.", Assert.Throws<ArgumentOutOfRangeException>(() => x.AllClose(x, -1, 0)).Message, StringComparison.Ordinal);
    }

    static double[] Plain(float[] x, float[] y, int n, int m, int width, double p)
    {
        var distances = new double[2 * n * m];
        for (int at = 0; at < distances.Length; at++)
        {
            int b = at / (n * m), i = at / m % n, j = at % m;
            double[] differences = [.. Enumerable.Range(0, width).Select(k => Math.Abs((double)x[(b * n + i) * width + k] - y[(b * m + j) * width + k]))];
            distances[at] = p switch
            {
                0 => differences.Count(static d => d != 0),
                double.PositiveInfinity => differences.Max(),
                _ => Math.Pow(differences.Sum(d => Math.Pow(d, p)), 1 / p),
            };
        }
        return distances;
    }

    static Tensor Leaf(Tensor x)
    {
        x.RequiresGradient = true;
        return x;
    }
}
