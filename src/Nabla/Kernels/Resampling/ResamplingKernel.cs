using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Planes [height, width] at another resolution, block by block in the first cache: rows of the output are first sums of a few whole rows of the
/// input, and then resampled along; or the other way round where that is less work. Either map may be missing, and that axis stays.
/// </summary>
internal static unsafe class ResamplingKernel
{
    public static void Run<T>(ResamplingMap? down, ResamplingMap? along, T* x, int planes, int height, int width, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool shuffles = typeof(T) == typeof(float) && InstructionSets.Active >= InstructionSet.Avx2;
        int lanesWidth = LaneChoice.IsWide ? sizeof(Lanes512) / sizeof(float) : sizeof(LanesN) / sizeof(float);
        if (shuffles && down is not null && along is not null) Join(ref down, ref along, lanesWidth);
        ShuffledTaps? taps = shuffles ? along?.Shuffled(lanesWidth) : null;
        bool streams = InstructionSets.Active >= InstructionSet.Avx2 && Streaming.TakesHalves(y, along?.To ?? width)
            && Streaming.Suits<T>((nint)planes * (down?.To ?? height) * (along?.To ?? width));
        fixed (int* downStarts = down?.Starts, downPlaces = down?.Places, alongStarts = along?.Starts, alongPlaces = along?.Places)
        fixed (int* lows = down?.Lows, highs = down?.Highs)
        fixed (int* bases = taps?.Bases, lanes = taps?.Lanes)
        fixed (T* downWeights = down?.Weights<T>(), alongWeights = along?.Weights<T>())
        fixed (float* shuffledWeights = taps?.Weights)
        {
            var rows = new Rows<T>(
                new(downStarts, downPlaces, downWeights, down?.To ?? height), lows, highs, new(alongStarts, alongPlaces, alongWeights, along?.To ?? width),
                new(bases, lanes, (T*)shuffledWeights, taps), x, x + (nint)planes * height * width, height, width, y, streams);
            RowRanges.RunLanes<T, Rows<T>>(planes * rows.Height, Math.Max(rows.Width, width), rows);
            if (streams) Streaming.Fence();
        }
    }

    /// <summary>Rows that are copied a whole number of times are one row of all copies: then nothing is left to do down the columns.</summary>
    static void Join(ref ResamplingMap? down, ref ResamplingMap? along, int lanesWidth)
    {
        if (down!.Copies == 0 || (long)down.Copies * along!.To > LongestJoined) return;
        ResamplingMap joined = along.Repeated(down.Copies);
        if (joined.Shuffled(lanesWidth) is not null) (down, along) = (null, joined);
    }

    /// <summary>Elements of a block of rows, which passes through the first cache, and the fewest rows of one.</summary>
    const int BlockSize = 4096, LeastBlock = 16;

    /// <summary>Outputs of all copies of a row, whose map is kept: longer ones take no more time row by row.</summary>
    const int LongestJoined = 4096;

    /// <summary>Elements by which reading from memory is announced: short rows that are read two at a time are not what the processor would foresee.</summary>
    const int Ahead = 2048;

    /// <summary>A map in memory that does not move; without entries where the axis stays as it is.</summary>
    readonly struct Taps<T>(int* starts, int* places, T* weights, int count) where T : unmanaged
    {
        public readonly int* Starts = starts, Places = places;

        public readonly T* Weights = weights;

        public readonly int Count = count;
    }

    readonly struct Rows<T>(
        Taps<T> down, int* lows, int* highs, Taps<T> along, ShuffledRows<T> shuffled, T* x, T* end, int height, int width, T* y, bool streams) : ILaneRows
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Height => down.Count;

        public int Width => along.Count;

        // Where both axes grow, rows are resampled along while there are few of them.
        bool AlongFirst => along.Starts != null && (down.Starts == null || Width >= width && Height >= height);

        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int stop) where V : unmanaged, ILanes<V>
        {
            int block = Math.Max(BlockSize / (Math.Max(width, Width) + 1), LeastBlock);
            // Few of the inputs' rows are used, and memory that is not touched costs nothing.
            nint inputs = down.Starts == null ? block : height, between = AlongFirst ? inputs * Pitch<V>(Width) : block * Pitch<V>(width);
            T* sums = (T*)Workspace.OfJob((between + inputs * width + Pitch<V>(0)) * sizeof(T));
            for (int row = first, count; row < stop; row += count)
            {
                (int plane, int output) = Math.DivRem(row, Height);
                count = Math.Min(Math.Min(block, stop - row), Height - output);
                T* source = x + (nint)plane * height * width, target = y + (nint)row * Width;
                if (AlongFirst) AlongThenDown<V>(source, output, count, sums, sums + between, target);
                else DownThenAlong<V>(source, output, count, sums, target);
            }
        }

        /// <summary>Distance of rows in work memory: whole vectors, and room for two that begin before the end of a row.</summary>
        static nint Pitch<V>(nint length) where V : unmanaged, ILanes<V> => (length / Lane<V, T>.Width + 3) * Lane<V, T>.Width;

        [MethodImpl(Compiled.Apart)]
        void AlongThenDown<V>(T* plane, int output, int count, T* sums, T* edge, T* results) where V : unmanaged, ILanes<V>
        {
            int low = output, high = output + count;
            if (down.Starts != null) (low, high) = (Math.Min(lows[output], highs[high - 1]), highs[high - 1]);
            T* source = plane + (nint)low * width;
            nint inputs = (high - low) * (nint)width;
            if (down.Starts != null) Announce<V>(source + inputs, inputs);
            // Vectors may read beyond the end of a row.
            if (source + inputs + Pitch<V>(0) > end)
            {
                Unsafe.CopyBlockUnaligned(edge, source, (uint)(inputs * sizeof(T)));
                source = edge;
            }
            if (down.Starts == null) Along<V>(source, width, count, results, Width, streams && Width % Lane<V, T>.Width == 0 && Streaming.Takes<V>(results));
            else
            {
                nint pitch = Pitch<V>(Width);
                Along<V>(source, width, high - low, sums, pitch);
                Down<V>(down, sums - low * pitch, pitch, Width, output, count, results, Width, false, streams);
            }
        }

        [MethodImpl(Compiled.Apart)]
        void DownThenAlong<V>(T* plane, int output, int count, T* sums, T* results) where V : unmanaged, ILanes<V>
        {
            nint pitch = along.Starts == null ? width : Pitch<V>(width);
            if (along.Starts == null) sums = results;
            Down<V>(down, plane, width, width, output, count, sums, pitch, true, streams && along.Starts == null);
            if (along.Starts != null) Along<V>(sums, pitch, count, results, Width);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Along<V>(T* source, nint pitch, int rows, T* target, nint targetPitch, bool past = false) where V : unmanaged, ILanes<V>
        {
            if (shuffled.IsGiven) shuffled.Run<V>(source, pitch, rows, Width, target, targetPitch, past);
            else
                for (int i = 0; i < rows; i++) Along(along, source + i * pitch, target + i * targetPitch);
        }

        /// <summary>Rows of the sum of those each is made of, times their weights. If <paramref name="fromMemory"/>, what comes after them is announced.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Down<V>(Taps<T> taps, T* plane, nint planePitch, nint length, int output, int count, T* sums, nint pitch, bool fromMemory, bool streams)
            where V : unmanaged, ILanes<V>
        {
            int* starts = taps.Starts, places = taps.Places;
            T* weights = taps.Weights;
            for (int end = output + count; output < end; output++, sums += pitch)
            {
                int start = starts[output], terms = starts[output + 1] - start;
                if (fromMemory)
                    for (int k = start; k < starts[output + 1]; k++) Announce<V>(plane + places[k] * planePitch + Ahead, length);
                if (terms == 0) new Span<T>(sums, (int)length).Clear();
                else if (terms == 1) SumRows<V, N1>(new(places + start, weights + start, terms, plane, planePitch), length, sums, streams);
                else if (terms == 2) SumRows<V, N2>(new(places + start, weights + start, terms, plane, planePitch), length, sums, streams);
                else SumRows<V, N3>(new(places + start, weights + start, terms, plane, planePitch), length, sums, streams);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Announce<V>(T* x, nint length) where V : unmanaged, ILanes<V>
        {
            for (nint i = 0; i < length; i += Lane<V, T>.Width) Lane<V, T>.Prefetch(x + i);
        }

        /// <summary>
        /// One row of sums. Rows of one or two terms, the usual case, are short of instructions rather than of memory: each number of terms and way of storing
        /// has a loop. A vector that would not be whole begins, or ends, with the row: masked stores take longer.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void SumRows<V, C>(Terms<V, C> terms, nint length, T* sum, bool streams) where V : unmanaged, ILanes<V> where C : unmanaged, ISize
        {
            nint step = Lane<V, T>.Width, last = length - step, i = 0;
            if (last < 0)
            {
                if (streams) Streaming.StorePart((float*)sum, terms.Sum(0, length), length);
                else Lane<V, T>.Store(sum, terms.Sum(0, length), length);
            }
            else if (streams)
            {
                nint head = Streaming.Head<V>(sum, length);
                if (head > 0) Streaming.StoreLower((float*)sum, terms.Sum(0));
                for (i = head; i <= last; i += step) Streaming.Store(sum + i, terms.Sum(i));
                if (i < length) Streaming.StoreUpper((float*)(sum + last), terms.Sum(last));
            }
            else
            {
                for (; i <= last; i += step) Lane<V, T>.Store(sum + i, terms.Sum(i));
                if (i < length) Lane<V, T>.Store(sum + last, terms.Sum(last));
            }
        }

        /// <summary>Rows of the input and what they count for a row of the output: <typeparamref name="C"/> of them; three stand for more.</summary>
        readonly ref struct Terms<V, C> where V : unmanaged, ILanes<V> where C : unmanaged, ISize
        {
            readonly T* first, second, plane;
            readonly V weight, other;
            readonly int* places;
            readonly T* weights;
            readonly nint pitch;
            readonly int count;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public Terms(int* places, T* weights, int count, T* plane, nint pitch)
            {
                first = plane + places[0] * pitch;
                weight = Lane<V, T>.Spread(weights);
                if (sizeof(C) == 1) return;
                second = plane + places[1] * pitch;
                other = Lane<V, T>.Spread(weights + 1);
                if (sizeof(C) == 2) return;
                this.places = places;
                this.weights = weights;
                this.plane = plane;
                (this.count, this.pitch) = (count, pitch);
            }

            /// <summary>The sum of whole vectors.</summary>
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public V Sum(nint at) => Sum(at, Lane<V, T>.Width);

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public V Sum(nint at, nint lanes)
            {
                V value = Lane<V, T>.LoadUpTo(first + at, lanes, default) * weight;
                if (sizeof(C) > 1) value = V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(second + at, lanes, default), other, value);
                if (sizeof(C) > 2)
                    for (int k = 2; k < count; k++)
                        value = V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(plane + places[k] * pitch + at, lanes, default), Lane<V, T>.Spread(weights + k), value);
                return value;
            }
        }

        /// <summary>Outputs one by one.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Along(Taps<T> taps, T* source, T* target)
        {
            int* starts = taps.Starts, places = taps.Places;
            T* weights = taps.Weights;
            int k = 0;
            for (int j = 0; j < taps.Count; j++)
            {
                T sum = T.Zero;
                int stop = starts[j + 1];
                if (k < stop) sum = source[places[k]] * weights[k++];
                for (; k < stop; k++) sum = T.FusedMultiplyAdd(source[places[k]], weights[k], sum);
                target[j] = sum;
            }
        }
    }
}
