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
        ShuffledTaps? shuffled = typeof(T) == typeof(float) && InstructionSets.Active >= InstructionSet.Avx2
            ? along?.Shuffled(LaneChoice.IsWide ? sizeof(Lanes512) / sizeof(float) : sizeof(LanesN) / sizeof(float)) : null;
        fixed (int* downStarts = down?.Starts, downPlaces = down?.Places, alongStarts = along?.Starts, alongPlaces = along?.Places)
        fixed (int* bases = shuffled?.Bases, lanes = shuffled?.Lanes)
        fixed (T* downWeights = down?.Weights<T>(), alongWeights = along?.Weights<T>())
        fixed (float* shuffledWeights = shuffled?.Weights)
        {
            var rows = new Rows<T>(
                new(downStarts, downPlaces, downWeights, down?.To ?? height), new(alongStarts, alongPlaces, alongWeights, along?.To ?? width),
                new(bases, lanes, (T*)shuffledWeights, shuffled), x, x + (nint)planes * height * width, height, width, y,
                InstructionSets.Active >= InstructionSet.Avx2 && Streaming.TakesHalves(y, along?.To ?? width)
                    && Streaming.Suits<T>((nint)planes * (down?.To ?? height) * (along?.To ?? width)));
            RowRanges.RunLanes<T, Rows<T>>(planes * rows.Height, Math.Max(rows.Width, width), rows);
        }
    }

    /// <summary>Elements of a block of rows, which passes through the first cache, and the fewest rows of one.</summary>
    const int BlockSize = 4096, LeastBlock = 16;

    /// <summary>Elements by which reading from memory is announced: short rows that are read two at a time are not what the processor would foresee.</summary>
    const int Ahead = 2048;

    /// <summary>Rows that share what is loaded to shuffle and weigh them.</summary>
    const int Together = 4;

    /// <summary>A map in memory that does not move; without entries where the axis stays as it is.</summary>
    readonly struct Taps<T>(int* starts, int* places, T* weights, int count) where T : unmanaged
    {
        public readonly int* Starts = starts, Places = places;

        public readonly T* Weights = weights;

        public readonly int Count = count;

        /// <summary>The first input that outputs read, and the end of the last; 0 and 0 if they read none.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (int Low, int High) Reach(int output, int outputs)
        {
            (int low, int high) = (int.MaxValue, 0);
            for (int k = Starts[output]; k < Starts[output + outputs]; k++) (low, high) = (Math.Min(low, Places[k]), Math.Max(high, Places[k] + 1));
            return high == 0 ? (0, 0) : (low, high);
        }
    }

    /// <summary><see cref="ShuffledTaps"/> in memory that does not move.</summary>
    readonly struct Shuffles<T>(int* bases, int* lanes, T* weights, ShuffledTaps? taps) where T : unmanaged
    {
        public readonly int* Bases = bases, Lanes = lanes;

        public readonly T* Weights = weights;

        public readonly int Taps = taps?.Taps ?? 0, Groups = taps?.Groups ?? 0;

        public readonly bool ReadsTwo = taps?.ReadsTwo ?? false;
    }

    readonly struct Rows<T>(Taps<T> down, Taps<T> along, Shuffles<T> shuffles, T* x, T* end, int height, int width, T* y, bool streams) : ILaneRows
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Height => down.Count;

        public int Width => along.Count;

        // Where both axes grow, rows are resampled along while there are few of them.
        bool AlongFirst => along.Starts != null && Width >= width && Height >= height;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
            if (streams) Streaming.Fence();
        }

        /// <summary>Distance of rows in work memory: whole vectors, and room for two that begin before the end of a row.</summary>
        static nint Pitch<V>(nint length) where V : unmanaged, ILanes<V> => (length / Lane<V, T>.Width + 3) * Lane<V, T>.Width;

        [MethodImpl(Compiled.Apart)]
        void AlongThenDown<V>(T* plane, int output, int count, T* sums, T* edge, T* results) where V : unmanaged, ILanes<V>
        {
            (int low, int high) = down.Starts == null ? (output, output + count) : down.Reach(output, count);
            T* source = plane + (nint)low * width;
            for (nint i = 0, next = (high - low) * (nint)width; i < next; i += Lane<V, T>.Width) Lane<V, T>.Prefetch(source + next + i);
            // Vectors may read beyond the end of a row.
            if (source + (nint)(high - low) * width + Pitch<V>(0) > end)
            {
                Unsafe.CopyBlockUnaligned(edge, source, (uint)((high - low) * (nint)width * sizeof(T)));
                source = edge;
            }
            if (down.Starts == null) Along<V>(source, width, count, results, Width);
            else
            {
                nint pitch = Pitch<V>(Width);
                Along<V>(source, width, high - low, sums, pitch);
                Down<V>(down, sums - low * pitch, pitch, Width, output, count, results, Width, 0, streams);
            }
        }

        [MethodImpl(Compiled.Apart)]
        void DownThenAlong<V>(T* plane, int output, int count, T* sums, T* results) where V : unmanaged, ILanes<V>
        {
            nint pitch = along.Starts == null ? width : Pitch<V>(width);
            if (along.Starts == null) sums = results;
            if (down.Starts != null) Down<V>(down, plane, width, width, output, count, sums, pitch, Ahead, streams && along.Starts == null);
            else
                for (int i = 0; i < count; i++) Unsafe.CopyBlockUnaligned(sums + i * pitch, plane + (nint)(output + i) * width, (uint)(width * sizeof(T)));
            if (along.Starts != null) Along<V>(sums, pitch, count, results, Width);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Along<V>(T* source, nint pitch, int rows, T* target, nint targetPitch) where V : unmanaged, ILanes<V>
        {
            if (shuffles.Bases != null) Shuffle<V>(shuffles, source, pitch, rows, Width, target, targetPitch);
            else
                for (int i = 0; i < rows; i++) Along(along, source + i * pitch, target + i * targetPitch);
        }

        /// <summary>Rows of the sum of those each is made of, times their weights.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Down<V>(Taps<T> taps, T* plane, nint planePitch, nint length, int output, int count, T* sums, nint pitch, nint ahead, bool streams)
            where V : unmanaged, ILanes<V>
        {
            int* starts = taps.Starts, places = taps.Places;
            T* weights = taps.Weights;
            for (int end = output + count; output < end; output++, sums += pitch)
            {
                int start = starts[output], stop = starts[output + 1];
                if (start == stop) new Span<T>(sums, (int)length).Clear();
                else SumRows<V>(places + start, weights + start, stop - start, plane, planePitch, length, sums, ahead, streams);
            }
        }

        /// <summary>One row of sums. Rows of one or two terms, the usual case, are short of instructions rather than of memory: each number of terms and way of storing has a loop.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void SumRows<V>(int* places, T* weights, int count, T* plane, nint pitch, nint length, T* sum, nint ahead, bool streams) where V : unmanaged, ILanes<V>
        {
            if (count == 1) SumRows<V, N1>(places, weights, count, plane, pitch, length, sum, ahead, streams);
            else if (count == 2) SumRows<V, N2>(places, weights, count, plane, pitch, length, sum, ahead, streams);
            else SumRows<V, N3>(places, weights, count, plane, pitch, length, sum, ahead, streams);
        }

        /// <summary>The same with <typeparamref name="C"/> terms; three stand for more.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void SumRows<V, C>(int* places, T* weights, int count, T* plane, nint pitch, nint length, T* sum, nint ahead, bool streams)
            where V : unmanaged, ILanes<V> where C : unmanaged, ISize
        {
            var terms = new Terms<V, C>(places, weights, count, plane, pitch, ahead);
            nint i = 0, step = Lane<V, T>.Width;
            if (streams)
            {
                for (; i <= length - step; i += step) Streaming.StoreHalves((float*)(sum + i), terms.Sum(i, step), step);
                if (i < length) Streaming.StoreHalves((float*)(sum + i), terms.Sum(i, length - i), length - i);
                return;
            }
            for (; i <= length - step; i += step) Lane<V, T>.Store(sum + i, terms.Sum(i, step));
            if (i == length) return;
            // The last vector ends with the row: masked stores take longer.
            if (length > step) Lane<V, T>.Store(sum + length - step, terms.Sum(length - step, step));
            else Lane<V, T>.StoreUpTo(sum + i, terms.Sum(i, length - i), length - i);
        }

        /// <summary>Rows of the input and what they count for a row of the output.</summary>
        readonly ref struct Terms<V, C> where V : unmanaged, ILanes<V> where C : unmanaged, ISize
        {
            readonly int* places;
            readonly T* weights, plane, first, second;
            readonly V weight, other;
            readonly nint pitch, ahead;
            readonly int count;

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public Terms(int* places, T* weights, int count, T* plane, nint pitch, nint ahead)
            {
                this.places = places;
                this.weights = weights;
                this.plane = plane;
                (this.count, this.pitch, this.ahead) = (count, pitch, ahead);
                first = plane + places[0] * pitch;
                weight = Lane<V, T>.Spread(weights);
                if (sizeof(C) == 1) return;
                second = plane + places[1] * pitch;
                other = Lane<V, T>.Spread(weights + 1);
            }

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            public V Sum(nint at, nint lanes)
            {
                if (ahead > 0) Lane<V, T>.Prefetch(first + at + ahead);
                if (ahead > 0 && sizeof(C) > 1) Lane<V, T>.Prefetch(second + at + ahead);
                V value = Lane<V, T>.LoadUpTo(first + at, lanes, default) * weight;
                if (sizeof(C) > 1) value = V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(second + at, lanes, default), other, value);
                if (sizeof(C) > 2)
                    for (int k = 2; k < count; k++)
                        value = V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(plane + places[k] * pitch + at, lanes, default), Lane<V, T>.Spread(weights + k), value);
                return value;
            }
        }

        /// <summary>Outputs one by one.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

        /// <summary>Outputs a vector at a time, with the same roundings. The last group ends with the row and may overlap the one before.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Shuffle<V>(Shuffles<T> shuffles, T* source, nint pitch, int rows, nint outputs, T* target, nint targetPitch)
            where V : unmanaged, ILanes<V>
        {
            nint width = Lane<V, T>.Width;
            int* bases = shuffles.Bases, lanes = shuffles.Lanes;
            T* weights = shuffles.Weights;
            int taps = shuffles.Taps;
            bool two = shuffles.ReadsTwo;
            for (int group = 0; group < shuffles.Groups; group++)
            {
                T* from = source, to = target + Math.Min(group * width, outputs - width);
                int row = 0;
                for (; row <= rows - Together; row += Together, from += Together * pitch, to += Together * targetPitch)
                {
                    V sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                    for (int k = 0; k < taps; k++)
                    {
                        V weight = Lane<V, T>.Load(weights + k * width), picks = Lane<V, T>.Load((T*)lanes + k * width);
                        T* at = from + bases[k];
                        V x0 = Lane<V, T>.Shuffle(at, picks, two), x1 = Lane<V, T>.Shuffle(at + pitch, picks, two);
                        V x2 = Lane<V, T>.Shuffle(at + 2 * pitch, picks, two), x3 = Lane<V, T>.Shuffle(at + 3 * pitch, picks, two);
                        if (k == 0) (sum0, sum1, sum2, sum3) = (x0 * weight, x1 * weight, x2 * weight, x3 * weight);
                        else
                        {
                            (sum0, sum1) = (V.FusedMultiplyAdd(x0, weight, sum0), V.FusedMultiplyAdd(x1, weight, sum1));
                            (sum2, sum3) = (V.FusedMultiplyAdd(x2, weight, sum2), V.FusedMultiplyAdd(x3, weight, sum3));
                        }
                    }
                    Lane<V, T>.Store(to, sum0);
                    Lane<V, T>.Store(to + targetPitch, sum1);
                    Lane<V, T>.Store(to + 2 * targetPitch, sum2);
                    Lane<V, T>.Store(to + 3 * targetPitch, sum3);
                }
                for (; row < rows; row++, from += pitch, to += targetPitch)
                {
                    V sum = Lane<V, T>.Shuffle(from + bases[0], Lane<V, T>.Load((T*)lanes), two) * Lane<V, T>.Load(weights);
                    for (int k = 1; k < taps; k++)
                        sum = V.FusedMultiplyAdd(
                            Lane<V, T>.Shuffle(from + bases[k], Lane<V, T>.Load((T*)lanes + k * width), two), Lane<V, T>.Load(weights + k * width), sum);
                    Lane<V, T>.Store(to, sum);
                }
                bases += taps;
                lanes += taps * width;
                weights += taps * width;
            }
        }
    }
}
