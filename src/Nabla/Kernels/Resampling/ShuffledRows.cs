using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// <see cref="ShuffledTaps"/> in memory that does not move, and rows resampled along by them, a vector of outputs at a time with the roundings of outputs one
/// by one. The last group ends with the row and may overlap the one before.
/// </summary>
internal readonly unsafe struct ShuffledRows<T>(int* bases, int* lanes, T* weights, ShuffledTaps? shuffled) where T : unmanaged
{
    /// <summary>Rows that share what is loaded to shuffle and weigh them.</summary>
    const int Together = 4;

    readonly int taps = shuffled?.Taps ?? 0;
    readonly bool isCopy = shuffled?.IsCopy ?? false, readsTwo = shuffled?.ReadsTwo ?? false, isWholeRow = shuffled?.IsWholeRow ?? false;

    /// <summary>False if the map cannot be shuffled.</summary>
    public bool IsGiven => bases != null;

    /// <summary>Resamples rows of a distance of <paramref name="pitch"/>. If <paramref name="past"/>, copies of whole aligned vectors go past the caches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<V>(T* source, nint pitch, int rows, nint outputs, T* target, nint targetPitch, bool past) where V : unmanaged, ILanes<V>
    {
        if (isWholeRow) Run<V, N3>(source, pitch, rows, outputs, target, targetPitch, past);
        else if (readsTwo) Run<V, N2>(source, pitch, rows, outputs, target, targetPitch, past);
        else Run<V, N1>(source, pitch, rows, outputs, target, targetPitch, past);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Run<V, C>(T* source, nint pitch, int rows, nint outputs, T* target, nint targetPitch, bool past)
        where V : unmanaged, ILanes<V> where C : unmanaged, ISize
    {
        if (isCopy) Pick<V, C>(source, pitch, rows, outputs, target, targetPitch, past);
        else Weigh<V, C>(source, pitch, rows, outputs, target, targetPitch);
    }

    /// <summary>Outputs that are one input each. Row after row: memory takes whole lines fastest in their order.</summary>
    // Fields are copied first: the compiler reads them from memory at every turn otherwise.
    [MethodImpl(Compiled.Apart)]
    void Pick<V, C>(T* source, nint pitch, int rows, nint outputs, T* target, nint targetPitch, bool past)
        where V : unmanaged, ILanes<V> where C : unmanaged, ISize
    {
        nint width = Lane<V, T>.Width, last = outputs - width;
        int* begin = bases;
        T* places = (T*)lanes;
        for (; rows > 0; rows--, source += pitch, target += targetPitch)
        {
            var row = new Inputs<V, C>(source);
            for (nint output = 0, group = 0; output < outputs; output += width, group++)
                Streaming.Store(target + Math.Min(output, last), row.Pick(begin[group], Lane<V, T>.Load(places + output)), past);
        }
    }

    /// <summary>Outputs that are sums.</summary>
    [MethodImpl(Compiled.Apart)]
    void Weigh<V, C>(T* source, nint pitch, int rows, nint outputs, T* target, nint targetPitch) where V : unmanaged, ILanes<V> where C : unmanaged, ISize
    {
        nint width = Lane<V, T>.Width, entries = taps, last = outputs - width;
        for (; rows >= Together; rows -= Together, source += Together * pitch, target += Together * targetPitch)
        {
            int* begin = bases;
            T* places = (T*)lanes, factors = weights;
            Inputs<V, C> row0 = new(source), row1 = new(source + pitch), row2 = new(source + 2 * pitch), row3 = new(source + 3 * pitch);
            for (nint output = 0; output < outputs; output += width, begin += entries, places += entries * width, factors += entries * width)
            {
                T* to = target + Math.Min(output, last);
                nint at = *begin;
                V factor = Lane<V, T>.Load(factors), picks = Lane<V, T>.Load(places);
                V sum0 = row0.Pick(at, picks) * factor, sum1 = row1.Pick(at, picks) * factor;
                V sum2 = row2.Pick(at, picks) * factor, sum3 = row3.Pick(at, picks) * factor;
                for (nint k = 1; k < entries; k++)
                {
                    (at, factor, picks) = (begin[k], Lane<V, T>.Load(factors + k * width), Lane<V, T>.Load(places + k * width));
                    sum0 = V.FusedMultiplyAdd(row0.Pick(at, picks), factor, sum0);
                    sum1 = V.FusedMultiplyAdd(row1.Pick(at, picks), factor, sum1);
                    sum2 = V.FusedMultiplyAdd(row2.Pick(at, picks), factor, sum2);
                    sum3 = V.FusedMultiplyAdd(row3.Pick(at, picks), factor, sum3);
                }
                Lane<V, T>.Store(to, sum0);
                Lane<V, T>.Store(to + targetPitch, sum1);
                Lane<V, T>.Store(to + 2 * targetPitch, sum2);
                Lane<V, T>.Store(to + 3 * targetPitch, sum3);
            }
        }
        for (; rows > 0; rows--, source += pitch, target += targetPitch)
        {
            int* begin = bases;
            T* places = (T*)lanes, factors = weights;
            Inputs<V, C> row = new(source);
            for (nint output = 0; output < outputs; output += width, begin += entries, places += entries * width, factors += entries * width)
            {
                V sum = row.Pick(*begin, Lane<V, T>.Load(places)) * Lane<V, T>.Load(factors);
                for (nint k = 1; k < entries; k++)
                    sum = V.FusedMultiplyAdd(row.Pick(begin[k], Lane<V, T>.Load(places + k * width)), Lane<V, T>.Load(factors + k * width), sum);
                Lane<V, T>.Store(target + Math.Min(output, last), sum);
            }
        }
    }

    /// <summary>
    /// A row of inputs, of which <typeparamref name="C"/> vectors are read where each group begins. Three stand for a row that fits two vectors, which are
    /// loaded once: loads that begin anywhere in lines on their way from memory cost more than the shuffles.
    /// </summary>
    readonly struct Inputs<V, C> where V : unmanaged, ILanes<V> where C : unmanaged, ISize
    {
        readonly T* row;
        readonly V low, high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Inputs(T* row)
        {
            this.row = row;
            if (sizeof(C) == 3) (low, high) = (Lane<V, T>.Load(row), Lane<V, T>.Load(row + Lane<V, T>.Width));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Pick(nint at, V places) => sizeof(C) == 3 ? Lane<V, T>.Shuffle(low, high, places) : Lane<V, T>.Shuffle(row + at, places, sizeof(C) == 2);
    }
}
