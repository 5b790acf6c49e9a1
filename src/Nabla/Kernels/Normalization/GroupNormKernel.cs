using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Normalization of each sample's groups of channels in a contiguous [batch, channels, inner] block; float and double. A group of one
/// sample lies in one run of memory and is one job. Weight and bias per channel may be null.
/// </summary>
internal static unsafe class GroupNormKernel
{
    /// <summary>y = x̂·weight + bias with x̂ = (x − mean) / √(variance + ε) over a group; keeps <see cref="Moments.Kept"/> numbers per sample and group.</summary>
    public static void Forward<T>(
        T* x, T* weight, T* bias, int batch, int channels, int groups, int inner, double epsilon, T* y, T* kept) where T : unmanaged =>
        RowRanges.RunLanes<T, Values<T>>(
            batch * groups, (nint)channels / groups * inner, new Values<T>(x, weight, bias, channels / groups, groups, inner, epsilon, y, kept));

    /// <summary>
    /// With s = dy·weight: dx = scale·(s − mean s − x̂·mean(s·x̂)) per group; dWeight = Σ dy·x̂ and dBias = Σ dy over batch and inner.
    /// </summary>
    public static void Backward<T>(
        T* x, T* weight, T* kept, T* dy, int batch, int channels, int groups, int inner, T* dx, T* dWeight, T* dBias) where T : unmanaged
    {
        // Two sums per sample and channel, added up over the samples in their order: threads change no bit.
        T* parts = (T*)Scratch.Get((nuint)(2 * (nint)batch * channels * sizeof(T)));
        RowRanges.RunLanes<T, Slopes<T>>(
            batch * groups, (nint)channels / groups * inner, new Slopes<T>(x, weight, kept, dy, channels / groups, groups, inner, dx, parts));
        for (int n = 1; n < batch; n++) RowLoops.Add(parts, parts + 2 * (nint)channels * n, 2 * channels);
        for (int c = 0; c < channels; c++) (dWeight[c], dBias[c]) = (parts[2 * c], parts[2 * c + 1]);
    }

    readonly struct Values<T>(T* x, T* weight, T* bias, int size, int groups, int inner, double epsilon, T* y, T* kept) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                nint start = (nint)row * size * inner;
                Moments moments = Moments<V, T>.Of(x + start, 1, 0, size * inner, epsilon, y + start);
                Moments<V, T>.Write(moments, kept + (nint)row * Moments.Kept);
                int channel = row % groups * size;
                for (int c = 0; c < size; c++)
                {
                    double w = weight == null ? 1 : Lane<V, T>.Read(weight + channel + c), b = bias == null ? 0 : Lane<V, T>.Read(bias + channel + c);
                    nint at = start + (nint)c * inner;
                    RowLoops<V, T>.Affine(x + at, inner, moments.Center, moments.Scale * w, moments.Offset * w + b, y + at);
                }
            }
        }
    }

    readonly struct Slopes<T>(T* x, T* weight, T* kept, T* dy, int size, int groups, int inner, T* dx, T* parts) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                nint start = (nint)row * size * inner;
                T* of = kept + (nint)row * Moments.Kept, own = parts + 2 * (nint)row * size;
                double center = Lane<V, T>.Read(of), scale = Lane<V, T>.Read(of + 1), offset = Lane<V, T>.Read(of + 2);
                double plain = 0, product = 0;
                for (int c = 0; c < size; c++)
                {
                    nint at = start + (nint)c * inner;
                    var sums = SlopeLoops<V, T>.Sums(x + at, dy + at, inner, center, inner, dx + at);
                    double w = Weight<V>(row, c);
                    plain += w * sums.Plain;
                    product += w * sums.Product;
                    Lane<V, T>.Write(own + 2 * c, sums.Product * scale + sums.Plain * offset);
                    Lane<V, T>.Write(own + 2 * c + 1, sums.Plain);
                }
                var slope = ChannelSlope.From(plain, product, scale, offset, 1, (double)size * inner);
                for (int c = 0; c < size; c++)
                {
                    nint at = start + (nint)c * inner;
                    SlopeLoops<V, T>.Combine(x + at, dy + at, inner, center, slope.OfSlope * Weight<V>(row, c), slope.OfValue, slope.Constant, dx + at);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        double Weight<V>(int row, int c) where V : unmanaged, ILanes<V> => weight == null ? 1 : Lane<V, T>.Read(weight + row % groups * size + c);
    }
}
