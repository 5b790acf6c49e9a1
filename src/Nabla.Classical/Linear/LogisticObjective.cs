using System.Runtime.CompilerServices;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Linear;

/// <summary>
/// Σ loss(softmax(W·x + b), class) + ½λ‖W‖² and its gradient, a block of rows at a time: scores, residuals and the block's share of
/// the gradient while its rows are in cache. Shares are added in the order of the blocks.
/// </summary>
/// <remarks>Two classes have one row of W and the sigmoid. Parameters: W row by row, then b.</remarks>
internal sealed unsafe class LogisticObjective : IObjective
{
    readonly Matrix<double> x;
    readonly int[] targets;
    readonly double[]? weights;
    readonly int outputs, blockRows;
    readonly double penalty;
    readonly bool hasIntercept;
    readonly ProbabilityLoss loss;
    readonly double[] shares, losses;

    public LogisticObjective(
        Matrix<double> x, int[] targets, double[]? weights, int classes, double penalty, bool hasIntercept, ProbabilityLoss loss)
    {
        (this.x, this.targets, this.weights, this.penalty, this.hasIntercept, this.loss) = (x, targets, weights, penalty, hasIntercept, loss);
        outputs = classes == 2 ? 1 : classes;
        blockRows = Math.Clamp(64 * 1024 / x.Columns, 16, 4096);
        losses = new double[(x.Rows + blockRows - 1) / blockRows];
        shares = new double[losses.Length * Parameters];
    }

    public int Parameters => outputs * (x.Columns + 1);

    public double Evaluate(ReadOnlySpan<double> w, Span<double> gradient)
    {
        fixed (double* pw = w, pShares = shares)
        {
            var job = new Job(this, pw, pShares);
            Workers.For(losses.Length, ref job);
        }
        gradient.Clear();
        double sum = 0;
        for (int block = 0; block < losses.Length; block++)
        {
            sum += losses[block];
            Vectors.AddScaled(gradient, 1, shares.AsSpan(block * Parameters, Parameters));
        }
        int slopes = outputs * x.Columns;
        if (!hasIntercept) gradient[slopes..].Clear();
        Vectors.AddScaled(gradient[..slopes], penalty, w[..slopes]);
        return sum + 0.5 * penalty * Vectors.Dot(w[..slopes], w[..slopes]);
    }

    readonly struct Job(LogisticObjective owner, double* w, double* shares) : IJob
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int block)
        {
            if (owner.outputs == 1)
            {
                RunBinary(block);
                return;
            }
            Matrix<double> x = owner.x;
            int outputs = owner.outputs, columns = x.Columns, first = block * owner.blockRows, rows = Math.Min(owner.blockRows, x.Rows - first);
            double[] scores = System.Buffers.ArrayPool<double>.Shared.Rent(rows * outputs);
            double* share = shares + (nint)block * owner.Parameters, bias = w + outputs * columns;
            double sum = 0;
            fixed (double* px = &x.Values[(nint)first * columns], ps = scores)
            {
                MatMul.Run(rows, outputs, columns, px, columns, 1, w, 1, columns, ps, outputs, accumulate: false, bias);
                new Span<double>(share + outputs * columns, outputs).Clear();
                for (int i = 0; i < rows; i++)
                {
                    var row = new Span<double>(ps + i * outputs, outputs);
                    int target = owner.targets[first + i];
                    double value = owner.Multiple(row, target);
                    if (owner.weights is { } weights)
                    {
                        value *= weights[first + i];
                        foreach (ref double r in row) r *= weights[first + i];
                    }
                    sum += value;
                    for (int k = 0; k < outputs; k++) share[outputs * columns + k] += row[k];
                }
                MatMul.Run(outputs, columns, rows, ps, 1, outputs, px, columns, 1, share, columns);
            }
            owner.losses[block] = sum;
            System.Buffers.ArrayPool<double>.Shared.Return(scores);
        }

        // With a single score a product of matrices is not worth its packing: each row is read once, for its score and for the slope.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void RunBinary(int block)
        {
            Matrix<double> x = owner.x;
            int columns = x.Columns, first = block * owner.blockRows, end = Math.Min(first + owner.blockRows, x.Rows);
            var weight = new ReadOnlySpan<double>(w, columns);
            var share = new Span<double>(shares + (nint)block * owner.Parameters, columns + 1);
            share.Clear();
            double sum = 0, total = 0;
            for (int i = first; i < end; i++)
            {
                ReadOnlySpan<double> row = x.Row(i);
                double slope = Vectors.Dot(row, weight) + w[columns], count = owner.weights is null ? 1 : owner.weights[i];
                sum += count * owner.Binary(ref slope, owner.targets[i]);
                slope *= count;
                total += slope;
                Vectors.AddScaled(share, slope, row);
            }
            share[columns] = total;
            owner.losses[block] = sum;
        }
    }

    /// <summary>The loss of one row of two classes; its score becomes the slope of the loss.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    double Binary(ref double score, int target)
    {
        // One exponential serves both log(1 + e^-|s|) and the sigmoid.
        double tail = Math.Exp(-Math.Abs(score)), p = (score >= 0 ? 1 : tail) / (1 + tail), rest = p - target;
        double value = loss == ProbabilityLoss.CrossEntropy
            ? Math.Max(target == 1 ? -score : score, 0) + Math.Log(1 + tail)
            : 0.5 * rest * rest;
        score = loss == ProbabilityLoss.CrossEntropy ? rest : rest * p * (1 - p);
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    double Multiple(Span<double> scores, int target)
    {
        double own = scores[target], total = LogSums.Softmax(scores);
        if (loss == ProbabilityLoss.CrossEntropy)
        {
            scores[target] -= 1;
            return total - own;
        }
        double squares = 0, along = 0;
        for (int k = 0; k < scores.Length; k++)
        {
            double rest = scores[k] - (k == target ? 1 : 0);
            squares += rest * rest;
            along += rest * scores[k];
        }
        for (int k = 0; k < scores.Length; k++) scores[k] *= scores[k] - (k == target ? 1 : 0) - along;
        return 0.5 * squares;
    }
}
