using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Layer normalization of the rows of a contiguous [rows, columns] block; float and double. Weight and bias may be null. Without
/// centering it is normalization by the root mean square: mean 0 stands for the mean everywhere.
/// </summary>
internal static unsafe class LayerNormKernel
{
    const int MaximumParts = 32;

    /// <summary>y = x̂·weight + bias with x̂ = (x − mean) / √(variance + ε); keeps <see cref="Moments.Kept"/> numbers per row.</summary>
    public static void Forward<T>(T* x, T* weight, T* bias, int rows, int columns, double epsilon, bool isCentered, T* y, T* kept) where T : unmanaged
    {
        T* room = (T*)Scratch.Get((nuint)(2 * (nint)columns * sizeof(T)));
        weight = Given(weight, room, columns, 1);
        bias = Given(bias, room + columns, columns, 0);
        bool isLarge = Streaming.Suits<T>((nint)rows * columns);
        RowRanges.RunLanes<T, Values<T>>(rows, columns, new Values<T>(x, weight, bias, columns, epsilon, isCentered, y, kept, isLarge));
        if (isLarge) Streaming.Fence();
    }

    /// <summary>
    /// With s = dy·weight: dx = scale·(s − mean s − x̂·mean(s·x̂)) per row; dWeight = Σ dy·x̂ and dBias = Σ dy over the rows.
    /// </summary>
    public static void Backward<T>(
        T* x, T* weight, T* kept, T* dy, int rows, int columns, bool isCentered, T* dx, T* dWeight, T* dBias) where T : unmanaged
    {
        // The sums over rows are made per range and added up in order: ranges depend on sizes only, so threads change no bit.
        int perRange = Math.Max((rows + MaximumParts - 1) / MaximumParts, Math.Max(1, Elementwise.ChunkOf((nint)rows * columns) / columns));
        int ranges = (rows + perRange - 1) / perRange;
        T* parts = (T*)Scratch.Get((nuint)((2 * (nint)ranges + 1) * columns * sizeof(T)));
        weight = Given(weight, parts + 2 * (nint)columns * ranges, columns, 1);
        bool isLarge = Streaming.Suits<T>((nint)rows * columns);
        RowRanges.RunLanes<T, Slopes<T>>(rows, ranges, perRange, new Slopes<T>(x, weight, kept, dy, columns, perRange, isCentered, dx, parts, isLarge));
        if (isLarge) Streaming.Fence();
        for (int range = 1; range < ranges; range++) RowLoops.Add(parts, parts + 2 * (nint)columns * range, 2 * columns);
        Copy(parts, dWeight, columns);
        Copy(parts + columns, dBias, columns);
    }

    /// <summary>A parameter, or a row of what stands for it: a question in a loop, even one whose answer is known, costs a jump per vector.</summary>
    static T* Given<T>(T* parameter, T* room, int columns, double otherwise) where T : unmanaged
    {
        if (parameter != null) return parameter;
        new Span<T>(room, columns).Fill(Number.To<T>(otherwise));
        return room;
    }

    static void Copy<T>(T* from, T* to, int count) where T : unmanaged => new Span<T>(from, count).CopyTo(new Span<T>(to, count));

    readonly struct Values<T>(T* x, T* weight, T* bias, int columns, double epsilon, bool isCentered, T* y, T* kept, bool isLarge) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                T* from = x + (nint)row * columns, to = y + (nint)row * columns;
                Moments moments = isCentered ? Moments<V, T>.Of(from, 1, 0, columns, epsilon, isLarge ? from : to) : Moments<V, T>.OfSquares(from, columns, epsilon);
                Moments<V, T>.Write(moments, kept + (nint)row * Moments.Kept);
                Apply<V>(from, moments, to);
            }
        }

        [MethodImpl(Compiled.Apart)]
        void Apply<V>(T* from, in Moments moments, T* to) where V : unmanaged, ILanes<V>
        {
            V center = V.Constant(moments.Center), scale = V.Constant(moments.Scale), offset = V.Constant(moments.Offset);
            T* w = weight, b = bias;
            nint n = columns, width = Lane<V, T>.Width, i = 0;
            bool streams = isLarge && Streaming.Takes<V>(to);
            for (; i <= n - width; i += width)
            {
                V value = V.FusedMultiplyAdd(Lane<V, T>.Load(from + i) - center, scale, offset);
                Streaming.Store(to + i, V.FusedMultiplyAdd(value, Lane<V, T>.Load(w + i), Lane<V, T>.Load(b + i)), streams);
            }
            if (i == n) return;
            nint count = n - i;
            V last = V.FusedMultiplyAdd(Lane<V, T>.Load(from + i, count, center) - center, scale, offset);
            Lane<V, T>.Store(to + i, V.FusedMultiplyAdd(last, Lane<V, T>.Load(w + i, count, center), Lane<V, T>.Load(b + i, count, center)), count);
        }
    }

    readonly struct Slopes<T>(T* x, T* weight, T* kept, T* dy, int columns, int perRange, bool isCentered, T* dx, T* parts, bool isLarge) : ILaneRows
        where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            T* sums = parts + 2 * (nint)columns * (first / perRange);
            new Span<T>(sums, 2 * columns).Clear();
            for (int row = first; row < end; row++)
            {
                nint at = (nint)row * columns;
                T* of = kept + (nint)row * Moments.Kept;
                Row<V>(x + at, dy + at, Lane<V, T>.Read(of), Lane<V, T>.Read(of + 1), Lane<V, T>.Read(of + 2), sums, sums + columns, dx + at);
            }
        }

        [MethodImpl(Compiled.Apart)]
        void Row<V>(T* from, T* slopes, double rowCenter, double rowScale, double rowOffset, T* dWeight, T* dBias, T* to) where V : unmanaged, ILanes<V>
        {
            V center = V.Constant(rowCenter), scale = V.Constant(rowScale), offset = V.Constant(rowOffset);
            V zero = V.Constant(0), plain = zero, weighted = zero;
            T* w = weight;
            nint n = columns, width = Lane<V, T>.Width, i = 0;
            for (; i <= n - width; i += width)
            {
                V dyi = Lane<V, T>.Load(slopes + i), hat = V.FusedMultiplyAdd(Lane<V, T>.Load(from + i) - center, scale, offset);
                V s = dyi * Lane<V, T>.Load(w + i);
                plain += s;
                weighted = V.FusedMultiplyAdd(s, hat, weighted);
                Lane<V, T>.Store(dWeight + i, V.FusedMultiplyAdd(dyi, hat, Lane<V, T>.Load(dWeight + i)));
                Lane<V, T>.Store(dBias + i, dyi + Lane<V, T>.Load(dBias + i));
            }
            nint count = n - i;
            V restDy = zero, restHat = zero, restS = zero;
            if (count > 0)
            {
                restDy = Lane<V, T>.Load(slopes + i, count, zero);
                restHat = V.FusedMultiplyAdd(Lane<V, T>.Load(from + i, count, center) - center, scale, offset);
                restS = restDy * Lane<V, T>.Load(w + i, count, zero);
                plain += restS;
                weighted = V.FusedMultiplyAdd(restS, restHat, weighted);
                Lane<V, T>.Store(dWeight + i, V.FusedMultiplyAdd(restDy, restHat, Lane<V, T>.Load(dWeight + i, count, zero)), count);
                Lane<V, T>.Store(dBias + i, restDy + Lane<V, T>.Load(dBias + i, count, zero), count);
            }
            V mean = V.Constant(isCentered ? Lane<V, T>.Sum(plain) / columns : 0), slope = V.Constant(Lane<V, T>.Sum(weighted) / columns);
            if (count > 0) Lane<V, T>.Store(to + i, scale * (restS - mean - restHat * slope), count);
            bool streams = isLarge && Streaming.Takes<V>(to);
            for (i = 0; i <= n - width; i += width)
            {
                V dyi = Lane<V, T>.Load(slopes + i), hat = V.FusedMultiplyAdd(Lane<V, T>.Load(from + i) - center, scale, offset);
                V s = dyi * Lane<V, T>.Load(w + i);
                Streaming.Store(to + i, scale * (s - mean - hat * slope), streams);
            }
        }
    }
}
