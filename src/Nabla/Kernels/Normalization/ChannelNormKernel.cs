using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Normalization per channel of a contiguous [batch, channels, inner] block; float and double. A channel is one job, so that its
/// passes find it in the second-level cache. Weight and bias may be null.
/// </summary>
internal static unsafe class ChannelNormKernel
{
    /// <summary>
    /// y = x̂·weight + bias with x̂ = (x − mean) / √(variance + ε) over batch and inner; keeps <see cref="Moments.Kept"/> numbers per channel.
    /// </summary>
    public static void Forward<T>(
        T* x, T* weight, T* bias, int batch, int channels, int inner, double epsilon, T* y, T* mean, T* variance, T* kept) where T : unmanaged
    {
        if (inner == 1) ColumnNormKernel.Forward(x, weight, bias, batch, channels, epsilon, y, mean, variance, kept);
        else RowRanges.RunLanes<T, Values<T>>(channels, channels, 1, new Values<T>(x, weight, bias, batch, channels, inner, epsilon, y, mean, variance, kept));
    }

    /// <summary>dBias = Σ dy, dWeight = Σ dy·x̂, dx = weight·scale·(dy − mean dy − x̂·mean(dy·x̂)), all over batch and inner.</summary>
    public static void Backward<T>(
        T* x, T* weight, T* kept, T* dy, int batch, int channels, int inner, T* dx, T* dWeight, T* dBias) where T : unmanaged
    {
        if (inner == 1) ColumnNormKernel.Backward(x, weight, kept, dy, batch, channels, dx, dWeight, dBias);
        else RowRanges.RunLanes<T, Slopes<T>>(channels, channels, 1, new Slopes<T>(x, weight, kept, dy, batch, channels, inner, dx, dWeight, dBias));
    }

    /// <summary>y = (x − center)·scale + shift with one number of each per channel.</summary>
    public static void Apply<T>(T* x, T* center, T* scale, T* shift, int batch, int channels, int inner, T* y) where T : unmanaged
    {
        if (inner == 1) ColumnNormKernel.Apply(x, center, scale, shift, batch, channels, y);
        else RowRanges.RunLanes<T, Affine<T>>(batch * channels, inner, new Affine<T>(x, center, scale, shift, channels, inner, y));
    }

    readonly struct Affine<T>(T* x, T* center, T* scale, T* shift, int channels, int inner, T* y) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                int c = row % channels;
                RowLoops<V, T>.Affine(x + (nint)row * inner, inner, Lane<V, T>.Read(center + c), Lane<V, T>.Read(scale + c), Lane<V, T>.Read(shift + c),
                    y + (nint)row * inner);
            }
        }
    }

    readonly struct Values<T>(
        T* x, T* weight, T* bias, int batch, int channels, int inner, double epsilon, T* y, T* mean, T* variance, T* kept) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int channel = first; channel < end; channel++)
            {
                nint start = (nint)channel * inner, stride = (nint)channels * inner;
                Moments moments = Moments<V, T>.Of(x + start, batch, stride, inner, epsilon, y + start);
                Moments<V, T>.Write(moments, kept + channel * Moments.Kept);
                Lane<V, T>.Write(mean + channel, moments.Mean);
                Lane<V, T>.Write(variance + channel, moments.Variance);
                double w = weight == null ? 1 : Lane<V, T>.Read(weight + channel), b = bias == null ? 0 : Lane<V, T>.Read(bias + channel);
                for (int n = 0; n < batch; n++)
                    RowLoops<V, T>.Affine(
                        x + start + n * stride, inner, moments.Center, moments.Scale * w, moments.Offset * w + b, y + start + n * stride);
            }
        }
    }

    readonly struct Slopes<T>(T* x, T* weight, T* kept, T* dy, int batch, int channels, int inner, T* dx, T* dWeight, T* dBias) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int channel = first; channel < end; channel++)
            {
                nint start = (nint)channel * inner, stride = (nint)channels * inner;
                T* of = kept + channel * Moments.Kept;
                double center = Lane<V, T>.Read(of), scale = Lane<V, T>.Read(of + 1), offset = Lane<V, T>.Read(of + 2);
                double plain = 0, deviated = 0, count = (double)batch * inner;
                for (int n = 0; n < batch; n++)
                {
                    nint at = start + n * stride, ahead = n + 1 < batch ? stride : inner - n * stride;
                    (double dySum, double product) = SlopeLoops<V, T>.Sums(x + at, dy + at, inner, center, ahead, dx + at);
                    plain += dySum;
                    deviated += product;
                }
                var slope = ChannelSlope.From(plain, deviated, scale, offset, weight == null ? 1 : Lane<V, T>.Read(weight + channel), count);
                Lane<V, T>.Write(dBias + channel, plain);
                Lane<V, T>.Write(dWeight + channel, slope.Weight);
                for (int n = 0; n < batch; n++)
                    SlopeLoops<V, T>.Combine(
                        x + start + n * stride, dy + start + n * stride, inner, center, slope.OfSlope, slope.OfValue, slope.Constant, dx + start + n * stride);
            }
        }
    }
}
