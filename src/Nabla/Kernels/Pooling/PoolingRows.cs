using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>One tap of a sliding window applied to a row of outputs, which read every <c>step</c>-th element of a row of inputs.</summary>
internal static unsafe class PoolingRows
{
    /// <summary>best[o] = x[o · step] where that is larger, the first NaN, or the first element at all (winner below 0).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Challenge<T>(T* x, int step, int position, T* best, int* winners, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int o = 0;
        if (typeof(T) == typeof(float) && step <= 2 && count >= Vector256<float>.Count && InstructionSets.Active >= InstructionSet.Avx2)
        {
            Vector256<int> lanes = Vector256.Create(position) + Vector256<int>.Indices * step;
            for (; o < count; o += Vector256<float>.Count)
            {
                // The last vector overlaps the one before: to meet an element twice changes nothing.
                int at = Math.Min(o, count - Vector256<float>.Count);
                float* from = (float*)x + at * step;
                Vector256<float> champion = Vector256.Load((float*)best + at);
                Vector256<int> winner = Vector256.Load(winners + at);
                PairPooling.Challenge(ref champion, ref winner, step == 1 ? Vector256.Load(from) : PairPooling.Even(from),
                    lanes + Vector256.Create(at * step), Vector256.LessThan(winner, Vector256<int>.Zero).AsSingle());
                champion.Store((float*)best + at);
                winner.Store(winners + at);
            }
            return;
        }
        for (; o < count; o++)
        {
            T value = x[o * step];
            if (winners[o] >= 0 && !(value > best[o]) && !(T.IsNaN(value) && !T.IsNaN(best[o]))) continue;
            best[o] = value;
            winners[o] = position + o * step;
        }
    }

    /// <summary>sums[o] += x[o · step].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<T>(T* x, int step, T* sums, int count) where T : unmanaged, INumber<T>
    {
        int o = 0;
        if (step == 1)
            for (; o <= count - Vector<T>.Count; o += Vector<T>.Count) (Vector.Load(sums + o) + Vector.Load(x + o)).Store(sums + o);
        else if (typeof(T) == typeof(float) && step == 2 && InstructionSets.Active >= InstructionSet.Avx2)
            for (; o <= count - Vector256<float>.Count; o += Vector256<float>.Count)
                (Vector256.Load((float*)sums + o) + PairPooling.Even((float*)x + 2 * o)).Store((float*)sums + o);
        for (; o < count; o++) sums[o] += x[o * step];
    }

    /// <summary>dx[o · step] += shares[o].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter<T>(T* shares, int step, T* dx, int count) where T : unmanaged, INumber<T>
    {
        int o = 0;
        if (step == 1)
            for (; o <= count - Vector<T>.Count; o += Vector<T>.Count) (Vector.Load(dx + o) + Vector.Load(shares + o)).Store(dx + o);
        for (; o < count; o++) dx[o * step] += shares[o];
    }

    /// <summary>The sum of <paramref name="count"/> neighbours.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static T Sum<T>(T* x, int count) where T : unmanaged, INumber<T>
    {
        int i = 0;
        T sum = T.Zero;
        if (count >= 2 * Vector<T>.Count)
        {
            Vector<T> first = Vector<T>.Zero, second = Vector<T>.Zero;
            for (; i <= count - 2 * Vector<T>.Count; i += 2 * Vector<T>.Count)
            {
                first += Vector.Load(x + i);
                second += Vector.Load(x + i + Vector<T>.Count);
            }
            sum = Vector.Sum(first + second);
        }
        for (; i < count; i++) sum += x[i];
        return sum;
    }
}
