using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>log π_k N(x; μ_k, Σ_k) of rows: products with what whitens each component, or, without covariances, with 1/σ² of each feature.</summary>
internal sealed unsafe class MixtureDensity
{
    const int BlockRows = 512;

    readonly int components, columns;
    readonly bool isDiagonal;
    readonly double[] constants, linear, offsets;
    readonly double[] factors;

    public MixtureDensity(double[] weights, double[] means, double[] covariances, int columns, CovarianceKind kind)
    {
        (components, this.columns, Means) = (weights.Length, columns, means);
        Kind = kind;
        Weights = weights;
        isDiagonal = kind is CovarianceKind.Diagonal or CovarianceKind.Spherical;
        constants = Array.ConvertAll(weights, w => Math.Log(w) - 0.5 * columns * Math.Log(2 * Math.PI));
        factors = covariances;
        if (isDiagonal)
        {
            // −½(x − μ)²/σ² = −x²/2σ² + x·μ/σ² − μ²/2σ², one product of [x, x²] with [μ/σ², −1/2σ²].
            linear = new double[components * 2 * columns];
            offsets = [];
            for (int k = 0; k < components; k++)
                for (int j = 0; j < columns; j++)
                {
                    double variance = covariances[kind == CovarianceKind.Diagonal ? k * columns + j : k], mean = means[k * columns + j];
                    linear[k * 2 * columns + j] = mean / variance;
                    linear[(k * 2 + 1) * columns + j] = -0.5 / variance;
                    constants[k] -= 0.5 * (Math.Log(variance) + mean * mean / variance);
                }
            return;
        }
        int size = columns * columns;
        linear = new double[components * size];
        offsets = new double[components * columns];
        factors = [.. covariances];
        for (int k = 0; k < components; k++)
        {
            Span<double> l = factors.AsSpan(kind == CovarianceKind.Tied ? 0 : k * size, size);
            if (kind == CovarianceKind.Full || k == 0)
                while (!Cholesky.Factor(l, columns)) Regularize(l, covariances.AsSpan(kind == CovarianceKind.Tied ? 0 : k * size, size));
            Span<double> whitening = linear.AsSpan(k * size, size);
            double[] unit = new double[columns];
            for (int j = 0; j < columns; j++)
            {
                Array.Clear(unit);
                unit[j] = 1;
                Cholesky.SolveLower(l, columns, unit);
                for (int i = 0; i < columns; i++) whitening[i * columns + j] = unit[i];
            }
            for (int i = 0; i < columns; i++)
                offsets[k * columns + i] = -Vectors.Dot<double>(whitening.Slice(i * columns, columns), means.AsSpan(k * columns, columns));
            constants[k] -= 0.5 * Cholesky.LogDeterminant(l, columns);
        }
    }

    public double[] Weights { get; }

    public double[] Means { get; }

    public CovarianceKind Kind { get; }

    /// <summary>The largest number that had to be added to the diagonal of a singular covariance; 0 if none was singular.</summary>
    public double Added { get; private set; }

    /// <summary>[rows, components].</summary>
    public Matrix<double> LogJoint(Matrix<double> x)
    {
        var log = new Matrix<double>(x.Rows, components);
        var job = new Job(this, x, log);
        Workers.For((x.Rows + BlockRows - 1) / BlockRows, ref job);
        return log;
    }

    /// <summary>Numbers of room that <see cref="LogJoint(double*, int, double*, double*)"/> needs per row.</summary>
    public int RoomPerRow => 2 * columns;

    /// <summary>log [rows, components] of rows of x; leaves [x, x²] in the room if covariances are diagonal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void LogJoint(double* x, int rows, double* room, double* log)
    {
        if (isDiagonal)
        {
            Extend(x, rows, room);
            fixed (double* w = linear, c = constants)
                MatMul.Run(rows, components, 2 * columns, room, 2 * columns, 1, w, 1, 2 * columns, log, components, accumulate: false, c);
            return;
        }
        fixed (double* w = linear, b = offsets)
            for (int k = 0; k < components; k++)
            {
                MatMul.Run(rows, columns, columns, x, columns, 1, w + (nint)k * columns * columns, 1, columns, room, columns, accumulate: false, b + k * columns);
                for (int i = 0; i < rows; i++)
                {
                    var z = new ReadOnlySpan<double>(room + (nint)i * columns, columns);
                    log[i * components + k] = constants[k] - 0.5 * Vectors.Dot(z, z);
                }
            }
    }

    public Matrix<double> Sample(int count, RandomStream random)
    {
        var x = new Matrix<double>(count, columns);
        RandomStream which = random.Split("component"), noise = random.Split("noise");
        double[] z = new double[columns];
        for (int i = 0; i < count; i++)
        {
            double at = which.NextUniform(i);
            int k = 0;
            while (k < components - 1 && (at -= Weights[k]) >= 0) k++;
            for (int j = 0; j < columns; j++) z[j] = Draw.Normal(noise, (long)i * columns + j);
            for (int j = 0; j < columns; j++)
                x[i, j] = Means[k * columns + j] + Kind switch
                {
                    CovarianceKind.Spherical => Math.Sqrt(factors[k]) * z[j],
                    CovarianceKind.Diagonal => Math.Sqrt(factors[k * columns + j]) * z[j],
                    CovarianceKind.Tied => Vectors.Dot<double>(factors.AsSpan(j * columns, j + 1), z),
                    _ => Vectors.Dot<double>(factors.AsSpan((k * columns + j) * columns, j + 1), z),
                };
        }
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Extend(double* x, int rows, double* room)
    {
        for (int i = 0; i < rows; i++, room += 2 * columns, x += columns)
            for (int j = 0; j < columns; j++)
            {
                room[j] = x[j];
                room[columns + j] = x[j] * x[j];
            }
    }

    void Regularize(Span<double> l, ReadOnlySpan<double> covariance)
    {
        double trace = 0;
        for (int j = 0; j < columns; j++) trace += covariance[j * columns + j];
        Added = Added == 0 ? Math.Max(trace / columns, 1e-12) * 1e-9 : 10 * Added;
        covariance.CopyTo(l);
        for (int j = 0; j < columns; j++) l[j * columns + j] += Added;
    }

    readonly struct Job(MixtureDensity owner, Matrix<double> x, Matrix<double> log) : IJob
    {
        public void Run(int block)
        {
            int first = block * BlockRows, rows = Math.Min(BlockRows, x.Rows - first);
            double[] room = System.Buffers.ArrayPool<double>.Shared.Rent(rows * owner.RoomPerRow);
            fixed (double* px = &x.Values[(nint)first * x.Columns], pr = room, pl = &log.Values[(nint)first * log.Columns])
                owner.LogJoint(px, rows, pr, pl);
            System.Buffers.ArrayPool<double>.Shared.Return(room);
        }
    }
}
