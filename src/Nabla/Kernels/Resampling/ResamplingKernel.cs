using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// Planes [height, width] at another resolution: a row of the output is first a sum of a few whole rows of the input, in a row of its own that
/// stays in the first cache, and then resampled along. Either map may be missing, and that axis stays.
/// </summary>
internal static unsafe class ResamplingKernel
{
    public static void Run<T>(ResamplingMap? down, ResamplingMap? along, T* x, int planes, int height, int width, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ShuffledTaps? shuffled = typeof(T) == typeof(float) && InstructionSets.Active >= InstructionSet.Avx2 ? along?.Shuffled : null;
        fixed (int* downStarts = down?.Starts, downPlaces = down?.Places, alongStarts = along?.Starts, alongPlaces = along?.Places)
        fixed (int* bases = shuffled?.Bases, lanes = shuffled?.Lanes)
        fixed (T* downWeights = down?.Weights<T>(), alongWeights = along?.Weights<T>())
        fixed (float* shuffledWeights = shuffled?.Weights)
        {
            var rows = new Rows<T>(
                new(downStarts, downPlaces, downWeights, down?.To ?? height), new(alongStarts, alongPlaces, alongWeights, along?.To ?? width),
                new(bases, lanes, shuffledWeights, along?.Taps ?? 0, shuffled?.Groups ?? 0), x, height, width, y);
            RowRanges.RunLanes<T, Rows<T>>(planes * rows.Height, Math.Max(rows.Width, width), rows);
        }
    }

    /// <summary>A map in memory that does not move; without entries where the axis stays as it is.</summary>
    readonly struct Taps<T>(int* starts, int* places, T* weights, int count) where T : unmanaged
    {
        public readonly int* Starts = starts, Places = places;

        public readonly T* Weights = weights;

        public readonly int Count = count;
    }

    /// <summary><see cref="ShuffledTaps"/> in memory that does not move.</summary>
    readonly struct Eights(int* bases, int* lanes, float* weights, int each, int groups)
    {
        public readonly int* Bases = bases, Lanes = lanes;

        public readonly float* Weights = weights;

        public readonly int Each = each, Groups = groups;
    }

    readonly struct Rows<T>(Taps<T> down, Taps<T> along, Eights eights, T* x, int height, int width, T* y) : ILaneRows
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Height => down.Count;

        public int Width => along.Count;

        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            // Vectors may read beyond the end of a row of its own.
            T[] memory = new T[width + ShuffledTaps.Width];
            fixed (T* row = memory)
            {
                int output = first % Height;
                T* plane = x + (nint)(first / Height) * height * width, target = y + (nint)first * Width;
                for (int i = first; i < end; i++, target += Width)
                {
                    T* sum = along.Starts == null ? target : row;
                    if (down.Starts == null) Unsafe.CopyBlockUnaligned(sum, plane + (nint)output * width, (uint)(width * sizeof(T)));
                    else SumRows<V>(down, plane, output, width, sum);
                    if (eights.Bases != null) AlongEights(eights, (float*)row, Width, (float*)target);
                    else if (along.Starts != null) Along(along, row, target);
                    if (++output < Height) continue;
                    output = 0;
                    plane += (nint)height * width;
                }
            }
        }

        /// <summary>The rows that an output row is made of, each times its weight.</summary>
        [MethodImpl(Compiled.Apart)]
        static void SumRows<V>(Taps<T> taps, T* plane, int output, nint length, T* sum) where V : unmanaged, ILanes<V>
        {
            int start = taps.Starts[output], stop = taps.Starts[output + 1];
            if (start == stop)
            {
                new Span<T>(sum, (int)length).Clear();
                return;
            }
            T* top = plane + taps.Places[start] * length;
            V weight = V.Parameter(Lane<V, T>.Read(taps.Weights + start));
            nint step = Lane<V, T>.Width, count = Math.Min(step, length);
            for (nint i = 0; i < length; i += step)
            {
                nint at = Math.Min(i, length - count);      // the last vector ends with the row: masked stores take longer
                V value = Lane<V, T>.LoadUpTo(top + at, count, default) * weight;
                for (int k = start + 1; k < stop; k++)
                    value = V.FusedMultiplyAdd(
                        Lane<V, T>.LoadUpTo(plane + taps.Places[k] * length + at, count, default), V.Parameter(Lane<V, T>.Read(taps.Weights + k)), value);
                Lane<V, T>.StoreUpTo(sum + at, value, count);
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

        /// <summary>Outputs eight at a time, with the same roundings.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static void AlongEights(Eights eights, float* source, int outputs, float* target)
        {
            int* bases = eights.Bases, lanes = eights.Lanes;
            float* weights = eights.Weights;
            int each = eights.Each;
            for (int group = 0; group < eights.Groups; group++)
            {
                Vector256<float> sum = Eight(source + bases[0], lanes) * Vector256.Load(weights);
                for (int k = 1; k < each; k++)
                    sum = Fma.MultiplyAdd(Eight(source + bases[k], lanes + k * ShuffledTaps.Width), Vector256.Load(weights + k * ShuffledTaps.Width), sum);
                sum.Store(target + ShuffledTaps.FirstOutput(group, outputs));
                bases += each;
                lanes += each * ShuffledTaps.Width;
                weights += each * ShuffledTaps.Width;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector256<float> Eight(float* source, int* lanes) => Avx2.PermuteVar8x32(Vector256.Load(source), Vector256.Load(lanes));
    }
}
