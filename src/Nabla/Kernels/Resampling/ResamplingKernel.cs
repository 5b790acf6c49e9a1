using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>An <see cref="ResamplingMap"/> applied to the middle axis of [outer, from, inner] → [outer, to, inner].</summary>
internal static unsafe class ResamplingKernel
{
    public static void Run<T>(ResamplingMap map, T* x, int outer, int inner, T* y) where T : unmanaged
    {
        fixed (int* starts = map.Starts, places = map.Places)
        fixed (T* weights = map.Weights<T>())
        {
            var taps = new Taps<T>(starts, places, weights);
            if (inner == 1) RowRanges.Run(outer, map.To, new Along<T>(taps, map.From, map.To, x, y));
            else RowRanges.RunLanes<T, Across<T>>(outer * map.To, inner, new Across<T>(taps, map.From, map.To, inner, x, y));
        }
    }

    readonly struct Taps<T>(int* starts, int* places, T* weights) where T : unmanaged
    {
        public readonly int* Starts = starts, Places = places;

        public readonly T* Weights = weights;
    }

    /// <summary>Each output is a sum of whole rows of <c>inner</c> elements.</summary>
    readonly struct Across<T>(Taps<T> taps, int from, int to, int inner, T* x, T* y) : ILaneRows where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            for (int row = first; row < end; row++)
            {
                int output = row % to, start = taps.Starts[output], stop = taps.Starts[output + 1];
                T* source = x + (nint)(row / to) * from * inner, target = y + (nint)row * inner;
                nint width = Lane<V, T>.Width, length = inner;
                for (nint i = 0; i < length; i += width)
                {
                    nint count = Math.Min(width, length - i);
                    V sum = V.Constant(0);
                    for (int k = start; k < stop; k++)
                    {
                        V value = Lane<V, T>.LoadUpTo(source + taps.Places[k] * length + i, count, default);
                        sum = V.FusedMultiplyAdd(value, V.Parameter(Lane<V, T>.Read(taps.Weights + k)), sum);
                    }
                    Lane<V, T>.StoreUpTo(target + i, sum, count);
                }
            }
        }
    }

    /// <summary>The axis is the last: outputs one by one.</summary>
    readonly struct Along<T>(Taps<T> taps, int from, int to, T* x, T* y) : IRows where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int first, int end)
        {
            for (int row = first; row < end; row++)
            {
                if (typeof(T) == typeof(float)) Row((float*)x + (nint)row * from, (float*)taps.Weights, (float*)y + (nint)row * to);
                else Row((double*)x + (nint)row * from, (double*)taps.Weights, (double*)y + (nint)row * to);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Row<F>(F* source, F* weights, F* target) where F : unmanaged, System.Numerics.IFloatingPointIeee754<F>
        {
            int* starts = taps.Starts, places = taps.Places;
            for (int j = 0, k = 0; j < to; j++)
            {
                F sum = F.Zero;
                for (int stop = starts[j + 1]; k < stop; k++) sum = F.FusedMultiplyAdd(source[places[k]], weights[k], sum);
                target[j] = sum;
            }
        }
    }
}
