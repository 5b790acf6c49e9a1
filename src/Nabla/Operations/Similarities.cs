using Nabla.Kernels;

namespace Nabla;

/// <summary>How far vectors are apart, and how much they point the same way.</summary>
public static unsafe class Similarities
{
    extension(Tensor x)
    {
        /// <summary>
        /// The distance (Σ |xᵢ − yⱼ|ᵖ)^(1/p) of each row of x from each row of <paramref name="other"/>: [.., n, d] and [.., m, d] →
        /// [.., n, m]; axes before the last two broadcast. The gradient is 0 where two rows are equal.
        /// </summary>
        /// <remarks>
        /// Differences are summed directly, so that near rows keep their digits. For p = 2 nothing else is stored; for other p a
        /// gradient keeps the differences, n·m·d elements.
        /// </remarks>
        /// <param name="other">The rows on the other side.</param>
        /// <param name="p">1 Manhattan, 2 Euclid (the default), ∞ the largest difference, 0 the number of differences.</param>
        /// <exception cref="ShapeException">There are not two axes, or rows differ in length.</exception>
        /// <exception cref="ArgumentOutOfRangeException">p is negative or NaN.</exception>
        public Tensor Distances(Tensor other, double p = 2)
        {
            if (x.Rank < 2 || other.Rank < 2 || x.Shape[^1] != other.Shape[^1])
                throw new ShapeException($"Distances: expected rows of one length, [.., n, d] and [.., m, d], got {x.Shape} and {other.Shape}.");
            if (!(p >= 0)) throw new ArgumentOutOfRangeException(nameof(p), p, $"Distances: expected p of at least 0, got {p}.");
            (Tensor a, Tensor b) = Promotion.Common(x, other, "Distances");
            if (p != 2 && (a.Node ?? b.Node) is not null) return (a.Unsqueeze(-2) - b.Unsqueeze(-3)).Norm(-1, p);

            Shape batch = Shape.Broadcast(Shape.Create(a.Shape.Axes[..^2]), Shape.Create(b.Shape.Axes[..^2]), "Distances");
            int n = a.Shape[^2], m = b.Shape[^2];
            a = a.Expand([.. batch.Axes, n, a.Shape[^1]]).Contiguous();
            b = b.Expand([.. batch.Axes, m, b.Shape[^1]]).Contiguous();
            Tensor y = Tensor.Uninitialized(Shape.Create([.. batch.Axes, n, m]), a.DType);
            if (a.DType == DType.Float32) Measure<float>(a, b, p, y);
            else Measure<double>(a, b, p, y);
            return Autograd.Record("Distances", y, [a, b], [a, b, y], static (g, saved) =>
                [saved.Needs(0) ? Slope(g, saved[0], saved[1], saved[2], saved.CreatesGraph) : null,
                 saved.Needs(1) ? Slope(g.Transpose(-1, -2), saved[1], saved[0], saved[2].Transpose(-1, -2), saved.CreatesGraph) : null]);
        }

        /// <summary>
        /// The cosine of the angle between x and <paramref name="other"/> along an axis: x·y / (max(‖x‖, ε)·max(‖y‖, ε)), from −1 to 1.
        /// Shapes broadcast; the axis, one of the broadcast shape, disappears.
        /// </summary>
        /// <param name="other">The vectors on the other side.</param>
        /// <param name="axis">Along which axis the vectors lie.</param>
        /// <param name="epsilon">Least length that is divided by, above 0: the cosine with a zero vector is 0. Default 1e-8.</param>
        /// <exception cref="ArgumentOutOfRangeException">ε is not above 0.</exception>
        public Tensor CosineSimilarity(Tensor other, int axis = -1, double epsilon = 1e-8)
        {
            if (!(epsilon > 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"CosineSimilarity: expected epsilon above 0, got {epsilon}.");
            (Tensor a, Tensor b) = Promotion.Common(x, other, "CosineSimilarity");
            Shape shape = Shape.Broadcast(a.Shape, b.Shape, "CosineSimilarity");
            axis = shape.Axis(axis, "CosineSimilarity") - shape.Rank;
            (a, b) = (Along(a), Along(b));
            return (a * b).Sum(axis) / (a.Norm(axis, 2).Maximum(epsilon) * b.Norm(axis, 2).Maximum(epsilon));

            // A vector that is one repeated number has the length of all of them.
            Tensor Along(Tensor t) => t.Rank == shape.Rank && t.Shape[axis + shape.Rank] == shape[axis + shape.Rank] ? t : t.Expand(shape);
        }
    }

    static void Measure<T>(Tensor x, Tensor y, double p, Tensor distances) where T : unmanaged
    {
        switch (p)
        {
            case 0: Measure<CountMeasure, T>(default, x, y, distances); break;
            case 1: Measure<AbsoluteMeasure, T>(default, x, y, distances); break;
            case 2: Measure<EuclideanMeasure, T>(default, x, y, distances); break;
            case double.PositiveInfinity: Measure<LargestMeasure, T>(default, x, y, distances); break;
            default: Measure<PowerMeasure, T>(new(p), x, y, distances); break;
        }
    }

    static void Measure<TMeasure, T>(TMeasure measure, Tensor x, Tensor y, Tensor distances) where TMeasure : struct, IMeasure where T : unmanaged
    {
        if (distances.Length == 0) return;
        int n = x.Shape[^2], m = y.Shape[^2];
        fixed (T* px = &x.Origin<T>(), py = &y.Origin<T>(), to = &distances.Origin<T>())
            DistanceKernel.Run(measure, px, py, distances.Length / (n * m), n, m, x.Shape[^1], to);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        GC.KeepAlive(distances);
    }

    /// <summary>Σⱼ gᵢⱼ·(xᵢ − yⱼ) / dᵢⱼ; under recording as xᵢ·Σⱼ wᵢⱼ − Σⱼ wᵢⱼ·yⱼ with w = g / d.</summary>
    static Tensor Slope(Tensor g, Tensor x, Tensor y, Tensor distances, bool createsGraph)
    {
        if (createsGraph)
        {
            Tensor isZero = distances.EqualTo(0), weights = (g / distances.MaskedFill(isZero, 1)).MaskedFill(isZero, 0);
            return x * weights.Sum(-1, keepAxis: true) - weights.MatMul(y);
        }
        Tensor slope = Tensor.Uninitialized(x.Shape, x.DType);
        (g, distances) = (g.Contiguous(), distances.Contiguous());
        if (x.DType == DType.Float32) Slope<float>(g, x, y, distances, slope);
        else Slope<double>(g, x, y, distances, slope);
        return slope;
    }

    static void Slope<T>(Tensor g, Tensor x, Tensor y, Tensor distances, Tensor slope) where T : unmanaged
    {
        if (slope.Length == 0) return;
        int n = x.Shape[^2], width = x.Shape[^1];
        fixed (T* pg = &g.Origin<T>(), px = &x.Origin<T>(), py = &y.Origin<T>(), at = &distances.Origin<T>(), to = &slope.Origin<T>())
            DistanceKernel.Slope(px, py, pg, at, slope.Length / (n * width), n, y.Shape[^2], width, to);
        GC.KeepAlive(g);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        GC.KeepAlive(distances);
        GC.KeepAlive(slope);
    }
}
