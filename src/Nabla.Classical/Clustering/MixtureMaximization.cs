using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Clustering;

/// <summary>
/// Rounds of EM for a mixture of Gaussians. A round is one walk over the rows in blocks: responsibilities of a block, then its share of the
/// moments Σr, Σrx, Σrxxᵀ while both are in cache; shares are added in the order of the blocks. Rows are centered first.
/// </summary>
internal sealed unsafe class MixtureMaximization
{
    readonly Matrix<double> x;
    readonly CovarianceKind kind;
    readonly int components, columns, blockRows, blocks, square;
    readonly double regularization;
    readonly double[] shift, shares, likelihoods, weights, means;
    double[] covariances;
    int[]? start;

    /// <summary>Takes over x.</summary>
    public MixtureMaximization(Matrix<double> x, int components, CovarianceKind kind, double regularization)
    {
        (this.x, this.components, this.kind, this.regularization, columns) = (x, components, kind, regularization, x.Columns);
        square = kind is CovarianceKind.Full or CovarianceKind.Tied ? columns * columns : columns;
        blockRows = Math.Max(512, (x.Rows + 127) / 128);
        blocks = (x.Rows + blockRows - 1) / blockRows;
        likelihoods = new double[blocks];
        shares = new double[(long)blocks * Share];
        weights = new double[components];
        means = new double[components * columns];
        covariances = [];
        shift = new double[columns];
        for (int i = 0; i < x.Rows; i++) Vectors.AddScaled(shift, 1.0 / x.Rows, x.Row(i));
        for (int i = 0; i < x.Rows; i++) Vectors.AddScaled(x.Row(i), -1, shift);
    }

    public double[] Weights => weights;

    public double[] Covariances => covariances;

    public double Added { get; private set; }

    public double[] Means
    {
        get
        {
            double[] all = [.. means];
            for (int i = 0; i < all.Length; i++) all[i] += shift[i % columns];
            return all;
        }
    }

    int Share => components * (1 + columns + square);

    /// <summary>Every row wholly in the component whose mean is nearest.</summary>
    public void Start(Matrix<double> firstMeans)
    {
        for (int k = 0; k < components; k++) Vectors.AddScaled(firstMeans.Row(k), -1, shift);
        start = new int[x.Rows];
        new NearestCenters<double>(firstMeans).Assign(x, start, sums: null);
        Collect(null);
        start = null;
    }

    /// <summary>Responsibilities, then new parameters; the mean log-likelihood under the old ones.</summary>
    public double Step()
    {
        var density = new MixtureDensity(weights, means, covariances, columns, kind);
        Added = Math.Max(Added, density.Added);
        Collect(density);
        return likelihoods.Sum() / x.Rows;
    }

    void Collect(MixtureDensity? density)
    {
        var job = new Job(this, density);
        Workers.For(blocks, ref job);
        double[] total = new double[Share];
        for (int block = 0; block < blocks; block++) Vectors.AddScaled(total, 1, shares.AsSpan(block * Share, Share));
        Maximize(total);
    }

    void Maximize(double[] total)
    {
        int first = components, second = components * (1 + columns);
        double all = 0;
        for (int k = 0; k < components; k++) all += weights[k] = total[k] + 10 * 2.220446049250313e-16;
        for (int i = 0; i < means.Length; i++) means[i] = total[first + i] / weights[i / columns];
        double[] moments = total[second..];
        for (int k = 0; k < components; k++)
        {
            Span<double> moment = moments.AsSpan(k * square, square);
            ReadOnlySpan<double> mean = means.AsSpan(k * columns, columns);
            foreach (ref double v in moment) v /= weights[k];
            if (square == columns)
                for (int j = 0; j < columns; j++) moment[j] = Math.Max(moment[j] - mean[j] * mean[j], 0) + regularization;
            else
                for (int i = 0; i < columns; i++)
                {
                    Vectors.AddScaled(moment.Slice(i * columns, columns), -mean[i], mean);
                    moment[i * columns + i] += regularization;
                }
        }
        covariances = kind switch
        {
            CovarianceKind.Spherical => [.. Enumerable.Range(0, components).Select(k => moments.AsSpan(k * columns, columns).ToArray().Average())],
            CovarianceKind.Tied => Pooled(moments, all),
            _ => moments,
        };
        for (int k = 0; k < components; k++) weights[k] /= all;
    }

    double[] Pooled(double[] moments, double all)
    {
        var pooled = new double[square];
        for (int k = 0; k < components; k++) Vectors.AddScaled(pooled, weights[k] / all, moments.AsSpan(k * square, square));
        return pooled;
    }

    readonly struct Job(MixtureMaximization owner, MixtureDensity? density) : IJob
    {
        public void Run(int block)
        {
            int first = block * owner.blockRows, rows = Math.Min(owner.blockRows, owner.x.Rows - first), k = owner.components, d = owner.columns;
            double[] memory = System.Buffers.ArrayPool<double>.Shared.Rent(rows * (k + 2 * d));
            fixed (double* px = &owner.x.Values[(nint)first * d], responsibilities = memory, share = &owner.shares[(nint)block * owner.Share])
            {
                double* room = responsibilities + (nint)rows * k;
                owner.likelihoods[block] = Respond(px, first, rows, room, responsibilities);
                Moments(px, rows, room, responsibilities, share);
            }
            System.Buffers.ArrayPool<double>.Shared.Return(memory);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        double Respond(double* x, int first, int rows, double* room, double* responsibilities)
        {
            int k = owner.components;
            double sum = 0;
            if (density is null)
            {
                new Span<double>(responsibilities, rows * k).Clear();
                for (int i = 0; i < rows; i++) responsibilities[i * k + owner.start![first + i]] = 1;
                return 0;
            }
            density.LogJoint(x, rows, room, responsibilities);
            for (int i = 0; i < rows; i++) sum += LogSums.Softmax(new(responsibilities + (nint)i * k, k));
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Moments(double* x, int rows, double* room, double* responsibilities, double* share)
        {
            int k = owner.components, d = owner.columns;
            new Span<double>(share, owner.Share).Clear();
            for (int i = 0; i < rows; i++)
                for (int c = 0; c < k; c++) share[c] += responsibilities[(nint)i * k + c];
            MatMul.Run(k, d, rows, responsibilities, 1, k, x, d, 1, share + k, d);
            double* second = share + k * (1 + d);
            if (owner.square == d)
            {
                for (nint i = 0; i < (nint)rows * d; i++) room[i] = x[i] * x[i];
                MatMul.Run(k, d, rows, responsibilities, 1, k, room, d, 1, second, d);
                return;
            }
            for (int c = 0; c < k; c++)
            {
                for (int i = 0; i < rows; i++)
                {
                    double r = responsibilities[(nint)i * k + c];
                    for (int j = 0; j < d; j++) room[i * d + j] = r * x[i * d + j];
                }
                MatMul.Run(d, d, rows, room, 1, d, x, d, 1, second + (nint)c * d * d, d);
            }
        }
    }
}
