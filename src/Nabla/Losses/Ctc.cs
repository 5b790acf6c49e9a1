using Nabla.Kernels;

namespace Nabla.Losses;

/// <summary>
/// Connectionist temporal classification: −log of the probability that scores of T frames spell a label, summed over all alignments, where repeated
/// symbols merge and blanks vanish (Graves, Fernández, Gomez, Schmidhuber, 2006).
/// </summary>
/// <remarks>
/// Scores are [T, N, C], before the softmax, which is inside. Labels are [N, S] of an integer type, shorter ones filled up with −1. The mean divides each
/// sample's value by the length of its label (at least 1) before averaging, as in PyTorch.
/// </remarks>
public sealed unsafe class Ctc : Loss
{
    readonly int blank;
    readonly Reduction reduction;

    /// <summary>Creates the loss.</summary>
    /// <param name="blank">Class of the blank, at least 0. Default 0.</param>
    /// <param name="reduction">Default: mean over samples of the value per symbol.</param>
    public Ctc(int blank = 0, Reduction reduction = Reduction.Mean)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(blank);
        (this.blank, this.reduction) = (blank, reduction);
    }

    /// <inheritdoc/>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentException">A label has no alignment: it is longer than its frames allow, or has a symbol that is no class.</exception>
    public override Tensor Forward(Tensor prediction, Tensor target) =>
        Forward(prediction, target, [.. Enumerable.Repeat(prediction.Rank == 3 ? prediction.Shape[0] : 0, prediction.Rank == 3 ? prediction.Shape[1] : 0)]);

    /// <summary>The loss of sequences of different lengths.</summary>
    /// <param name="prediction">Scores [T, N, C].</param>
    /// <param name="target">Labels [N, S], filled up with −1.</param>
    /// <param name="frames">How many frames of each sample count, in [1, T].</param>
    public Tensor Forward(Tensor prediction, Tensor target, int[] frames)
    {
        if (prediction.Rank != 3 || target.Rank != 2 || target.Shape[0] != prediction.Shape[1] || frames.Length != prediction.Shape[1])
            throw new ShapeException($"Ctc: expected scores [T, N, C], labels [N, S] and N lengths, got {prediction.Shape}, {target.Shape} and {frames.Length}.");
        int[][] labels = Require(prediction.Shape, target, frames);
        Tensor x = prediction.Computed().LogSoftmax(2).Contiguous();
        Tensor values = Record(x, new Alignments(blank, frames, labels));
        if (reduction != Reduction.Mean) return Reduce(values, reduction);
        double[] lengths = [.. labels.Select(static label => 1.0 / Math.Max(label.Length, 1))];
        return (values * Tensor.From(lengths).To(x.DType)).Mean();
    }

    int[][] Require(Shape scores, Tensor target, int[] frames)
    {
        if (target.DType.IsFloat) throw new DTypeException($"Ctc: expected labels of an integer type, got {target.DType}. Convert with To(DType.Int64).");
        if (blank >= scores[2]) throw new ArgumentException($"Ctc: expected a blank in [0, {scores[2]}), got {blank}.", nameof(target));
        long[] all = target.To(DType.Int64).ToArray<long>();
        int width = target.Shape[1];
        var labels = new int[scores[1]][];
        for (int n = 0; n < labels.Length; n++)
        {
            labels[n] = [.. all.AsSpan(n * width, width).ToArray().TakeWhile(static symbol => symbol >= 0).Select(static symbol => (int)symbol)];
            foreach (int symbol in labels[n])
                if (symbol >= scores[2] || symbol == blank)
                    throw new ArgumentException($"Ctc: labels must be classes in [0, {scores[2]}) other than the blank {blank}, got {symbol} in sample {n}.", nameof(target));
            int needed = labels[n].Length + labels[n].Zip(labels[n].Skip(1), static (a, b) => a == b ? 1 : 0).Sum();
            if (frames[n] < 1 || frames[n] > scores[0])
                throw new ArgumentException($"Ctc: expected lengths in [1, {scores[0]}], got {frames[n]} for sample {n}.", nameof(frames));
            if (needed > frames[n])
                throw new ArgumentException(
                    $"Ctc: expected at least {needed} frames for the label of sample {n} ({labels[n].Length} symbols, a blank between equal ones), got {frames[n]}.", nameof(target));
        }
        return labels;
    }

    /// <summary>The slopes are found with the values, which need most of the same numbers.</summary>
    static Tensor Record(Tensor x, Alignments alignments)
    {
        bool isRecorded = x.RequiresGradient && Autograd.IsRecording;
        Tensor? slopes = isRecorded ? Arena.Private(x.Shape, x.DType) : null;
        var values = new double[x.Shape[1]];
        if (x.DType == DType.Float32) Run<float>(x, alignments, values, slopes);
        else Run<double>(x, alignments, values, slopes);
        return Autograd.Record("Ctc", Tensor.From(values).To(x.DType), [x], slopes is null ? [x] : [x, slopes], alignments, static (g, saved, alignments) =>
            [saved.CreatesGraph ? CtcExpression.Slope(saved[0], g, alignments) : saved[1] * g.Unsqueeze(1)]);
    }

    static void Run<T>(Tensor x, Alignments alignments, double[] values, Tensor? slopes) where T : unmanaged
    {
        slopes?.Span<T>().Clear();
        fixed (double* to = values)
        fixed (T* from = x.Span<T>(), slope = slopes is null ? default : slopes.Span<T>())
            CtcKernel.Run(from, x.Shape[1], x.Shape[2], alignments.Blank, alignments.Frames, alignments.Labels, to, slope);
        GC.KeepAlive(x);
        GC.KeepAlive(slopes);
    }
}

/// <summary>What a batch of labels is aligned with.</summary>
internal sealed record Alignments(int Blank, int[] Frames, int[][] Labels);

/// <summary>The derivative of <see cref="Ctc"/> in differentiable operations: the same recursions over all samples at once.</summary>
internal static class CtcExpression
{
    const double Never = -1e30;           // a log-probability that is finite, so that its slope is a number

    /// <summary>−g[n]·(share of the alignments that pass class c at frame t), [T, N, C], from log-probabilities x.</summary>
    public static Tensor Slope(Tensor x, Tensor g, Alignments alignments)
    {
        int time = x.Shape[0], batch = x.Shape[1], classes = x.Shape[2];
        var samples = new Tensor[batch];
        for (int n = 0; n < batch; n++)
        {
            int[] states = Extended(alignments.Labels[n], alignments.Blank);
            int frames = alignments.Frames[n];
            Tensor own = x.Select(1, n).Narrow(0, 0, frames);
            Tensor rows = own.IndexSelect(1, Tensor.From([.. states.Select(static state => (long)state)]));
            Tensor ways = Passing(rows, states, frames);
            Tensor oneHot = Tensor.From([.. states.Select(static state => (long)state)]).OneHot(classes, x.DType);
            Tensor slope = -(ways.MatMul(oneHot) * g.Select(0, n));
            samples[n] = frames == time ? slope : Tensor.Concatenate([slope, Tensor.Zeros((time - frames, classes), x.DType)]);
        }
        return Tensor.Stack(samples, 1);
    }

    /// <summary>The label with a blank before, between and after its symbols.</summary>
    static int[] Extended(int[] label, int blank)
    {
        var states = new int[2 * label.Length + 1];
        for (int s = 0; s < states.Length; s++) states[s] = s % 2 == 0 ? blank : label[s / 2];
        return states;
    }

    /// <summary>Whether the blank before state s may be left out: not between two equal symbols.</summary>
    static bool CanSkip(int[] states, int s) => s >= 2 && s % 2 == 1 && states[s] != states[s - 2];

    /// <summary>Probability that an alignment is in state s at frame t, [T, S].</summary>
    static Tensor Passing(Tensor rows, int[] states, int frames)
    {
        int length = states.Length;
        Tensor skips = Mask(length, s => CanSkip(states, s), rows), skipsOn = Mask(length, s => s + 2 < length && CanSkip(states, s + 2), rows);
        Tensor first = Mask(length, static s => s < 2, rows), last = Mask(length, s => s >= length - 2, rows);
        var alpha = new Tensor[frames];
        var beta = new Tensor[frames];
        alpha[0] = first + rows.Select(0, 0);
        for (int t = 1; t < frames; t++)
            alpha[t] = Sum(alpha[t - 1], Shift(alpha[t - 1], 1), Shift(alpha[t - 1], 2) + skips) + rows.Select(0, t);
        beta[frames - 1] = last;
        for (int t = frames - 2; t >= 0; t--)
        {
            Tensor next = beta[t + 1] + rows.Select(0, t + 1);
            beta[t] = Sum(next, Shift(next, -1), Shift(next, -2) + skipsOn);
        }
        Tensor total = (alpha[^1] + last).LogSumExp();
        return (Tensor.Stack(alpha) + Tensor.Stack(beta) - total).Exp();
    }

    static Tensor Mask(int length, Func<int, bool> isOpen, Tensor like) =>
        Tensor.From([.. Enumerable.Range(0, length).Select(s => isOpen(s) ? 0 : Never)]).To(like.DType);

    /// <summary>The vector moved by some places, with impossible states moving in.</summary>
    static Tensor Shift(Tensor x, int by)
    {
        int length = x.Shape[0], size = Math.Min(Math.Abs(by), length);
        Tensor gap = Tensor.Full(Shape.Create(size), Never, x.DType);
        if (size == length) return gap;
        return by > 0 ? Tensor.Concatenate([gap, x.Narrow(0, 0, length - size)]) : Tensor.Concatenate([x.Narrow(0, size, length - size), gap]);
    }

    static Tensor Sum(Tensor a, Tensor b, Tensor c) => Tensor.Stack([a, b, c]).LogSumExp(0);
}
