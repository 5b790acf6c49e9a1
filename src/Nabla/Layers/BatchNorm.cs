using System.Globalization;
using System.Numerics;

namespace Nabla.Layers;

/// <summary>
/// y = (x − mean) / √(variance + ε) · weight + bias per channel, axis 1 of [N, C] or [N, C, d…]. Training uses the statistics of the
/// batch and keeps running ones; evaluation uses those (Ioffe, Szegedy, 2015).
/// </summary>
/// <remarks>
/// running ← (1 − momentum)·running + momentum·batch, PyTorch's convention (Keras' momentum is 1 minus ours), with the unbiased
/// variance. A training pass changes the running statistics: run only one at a time.
/// </remarks>
public sealed class BatchNorm : Module
{
    readonly Tensor? weight, bias;
    readonly Tensor runningMean, runningVariance;
    readonly int channels;
    readonly double momentum, epsilon;
    readonly IGroupSum? group;

    /// <summary>Creates the layer.</summary>
    /// <param name="channels">Size of axis 1; positive.</param>
    /// <param name="momentum">Weight of the newest batch in the running statistics, in [0, 1]. Default 0.1.</param>
    /// <param name="epsilon">Added to the variance, in squared units of x. Default 1e-5.</param>
    /// <param name="isAffine">False leaves weight and bias out.</param>
    /// <param name="group">
    /// Workers that train the same model on parts of one batch: statistics are then those of all parts together, and so are their
    /// gradients. Parts may differ in size. Null for this process alone.
    /// </param>
    public BatchNorm(int channels, double momentum = 0.1, double epsilon = 1e-5, bool isAffine = true, IGroupSum? group = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        if (momentum is not (>= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(momentum), momentum, $"BatchNorm: expected a momentum in [0, 1], got {momentum}.");
        if (epsilon is not (>= 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, $"BatchNorm: expected a finite epsilon of at least 0, got {epsilon}.");
        (this.channels, this.momentum, this.epsilon, this.group) = (channels, momentum, epsilon, group);
        if (isAffine)
        {
            Parameter(out weight, channels, Initializer.Ones);
            Parameter(out bias, channels, Initializer.Zeros);
        }
        Buffer(out runningMean, channels, Initializer.Zeros);
        Buffer(out runningVariance, channels, Initializer.Ones);
    }

    private protected override bool RunsForeignCode => group is not null;

    /// <inheritdoc/>
    protected override string Notation => channels.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Channels.Check(x, channels);
        if (!pass.IsTraining) return x.Normalize(runningMean, runningVariance, weight, bias, epsilon);
        double count = (double)x.Length / channels;
        Tensor y = group is null
            ? x.BatchNorm(weight, bias, epsilon, out Tensor mean, out Tensor variance)
            : Synchronized(x.Computed(), group, ref count, out mean, out variance);
        Blend(runningMean, mean, 1);
        Blend(runningVariance, variance, count / (count - 1));
        return y;
    }

    /// <summary>Two exchanges, since a variance from sums of squares alone would lose digits: first the means, then the squared deviations.</summary>
    Tensor Synchronized(Tensor x, IGroupSum group, ref double count, out Tensor mean, out Tensor variance)
    {
        int[] others = [.. Enumerable.Range(0, x.Rank).Where(static axis => axis != 1)], along = Channels.Along(x);
        Tensor own = Tensor.Concatenate([x.Sum(others), Tensor.Full(1, count, x.DType)]), total = own.SumOver(group);
        count = (double)total.Detach()[channels];
        if (count <= 1) throw new ShapeException($"BatchNorm: expected more than one value per channel in training, got {x.Shape} and nothing from the group.");
        Tensor center = total.Narrow(0, 0, channels) / count, deviation = x - center.Reshape(along);
        Tensor spread = deviation.Square().Sum(others).SumOver(group) / count;
        (mean, variance) = (center.Detach(), spread.Detach());
        Tensor scale = (spread + epsilon).Pow(-0.5);
        if (weight is not null) scale = scale * weight.To(x.DType);
        Tensor y = deviation * scale.Reshape(along);
        return bias is null ? y : y + bias.To(x.DType).Reshape(along);
    }

    /// <summary>running += momentum·(scale·fresh − running).</summary>
    void Blend(Tensor running, Tensor fresh, double scale)
    {
        fresh = fresh.To(running.DType);
        if (running.DType == DType.Float32) Blend<float>(running, fresh, scale);
        else Blend<double>(running, fresh, scale);
        running.Storage.Changed();
    }

    void Blend<T>(Tensor running, Tensor fresh, double scale) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> old = running.Span<T>(), batch = fresh.Span<T>();
        T rate = T.CreateChecked(momentum), factor = T.CreateChecked(scale);
        for (int c = 0; c < old.Length; c++) old[c] += rate * (factor * batch[c] - old[c]);
        GC.KeepAlive(running);
        GC.KeepAlive(fresh);
    }
}
