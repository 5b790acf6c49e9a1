using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Loops over a row of scores within a block of keys; they stay in the first-level cache between the products.</summary>
internal static unsafe class ScoreRows<V, T> where V : unmanaged, ILanes<V> where T : unmanaged
{
    static nint Width => Lane<V, T>.Width;

    /// <summary>s ← s·scale + bias in place; the largest. A bias column of 0 repeats one number.</summary>
    [MethodImpl(Compiled.Apart)]
    public static double Scale(T* s, int n, double scale, T* bias, nint biasColumn)
    {
        V factor = V.Constant(scale), zero = V.Constant(0), low = V.Constant(double.NegativeInfinity), largest = low;
        bool repeats = bias == null || biasColumn != 1;
        V shift = V.Constant(bias == null ? 0 : Lane<V, T>.Read(bias));
        for (nint i = 0; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            V score = V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(s + i, count, zero), factor, repeats ? shift : Lane<V, T>.LoadUpTo(bias + i, count, zero));
            Lane<V, T>.StoreUpTo(s + i, score, count);
            largest = V.Max(largest, count == Width ? score : Lane<V, T>.Load(s + i, count, low));
        }
        return Lane<V, T>.Max(largest);
    }

    /// <summary>s ← exp(s·scale − shift) in place, where shift is no less than s·scale but for rounding and the scale is positive; the sum.</summary>
    [MethodImpl(Compiled.Apart)]
    public static double Exp(T* s, int n, double scale, double shift)
    {
        V factor = V.Constant(scale), minus = V.Constant(-shift), low = V.Constant(double.NegativeInfinity), sum = V.Constant(0);
        nint i = 0;
        for (; i <= n - 4 * Width; i += 4 * Width)
        {
            V a = V.FusedMultiplyAdd(Lane<V, T>.Load(s + i), factor, minus), b = V.FusedMultiplyAdd(Lane<V, T>.Load(s + i + Width), factor, minus);
            V c = V.FusedMultiplyAdd(Lane<V, T>.Load(s + i + 2 * Width), factor, minus), d = V.FusedMultiplyAdd(Lane<V, T>.Load(s + i + 3 * Width), factor, minus);
            V.ExpOfNegative(ref a, ref b, ref c, ref d);
            Lane<V, T>.Store(s + i, a);
            Lane<V, T>.Store(s + i + Width, b);
            Lane<V, T>.Store(s + i + 2 * Width, c);
            Lane<V, T>.Store(s + i + 3 * Width, d);
            sum += a + b + (c + d);
        }
        for (; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            V weight = V.ExpOfNegative(V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(s + i, count, low), factor, minus));
            Lane<V, T>.StoreUpTo(s + i, weight, count);
            sum += weight;
        }
        return Lane<V, T>.Sum(sum);
    }

    /// <summary>weight ← exp(weight·scale − shift), slope ← weight·(slope − center)·scale: all of a row without bias and dropout in one pass.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void ExpSlope(T* weight, T* slope, int n, double scale, double shift, double center)
    {
        V factor = V.Constant(scale), minus = V.Constant(-shift), middle = V.Constant(center);
        nint i = 0;
        for (; i <= n - 4 * Width; i += 4 * Width)
        {
            V a = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + i), factor, minus), b = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + i + Width), factor, minus);
            V c = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + i + 2 * Width), factor, minus), d = V.FusedMultiplyAdd(Lane<V, T>.Load(weight + i + 3 * Width), factor, minus);
            V.ExpOfNegative(ref a, ref b, ref c, ref d);
            Share(i, a);
            Share(i + Width, b);
            Share(i + 2 * Width, c);
            Share(i + 3 * Width, d);
        }
        for (; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            V share = V.ExpOfNegative(V.FusedMultiplyAdd(Lane<V, T>.LoadUpTo(weight + i, count, factor), factor, minus));
            V result = share * (Lane<V, T>.LoadUpTo(slope + i, count, middle) - middle) * factor;
            Lane<V, T>.StoreUpTo(weight + i, share, count);
            Lane<V, T>.StoreUpTo(slope + i, result, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Share(nint at, V share)
        {
            Lane<V, T>.Store(weight + at, share);
            Lane<V, T>.Store(slope + at, share * (Lane<V, T>.Load(slope + at) - middle) * factor);
        }
    }

    /// <summary>x ← x·factor.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Multiply(T* x, int n, double factor)
    {
        V by = V.Constant(factor);
        for (nint i = 0; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            Lane<V, T>.StoreUpTo(x + i, Lane<V, T>.LoadUpTo(x + i, count, by) * by, count);
        }
    }

    /// <summary>x ← x·y.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Multiply(T* x, T* y, int n)
    {
        V zero = V.Constant(0);
        for (nint i = 0; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            Lane<V, T>.StoreUpTo(x + i, Lane<V, T>.LoadUpTo(x + i, count, zero) * Lane<V, T>.LoadUpTo(y + i, count, zero), count);
        }
    }

    /// <summary>slope ← weight·(slope − shift)·scale.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Slope(T* weight, T* slope, int n, double shift, double scale)
    {
        V center = V.Constant(shift), factor = V.Constant(scale);
        for (nint i = 0; i < n; i += Width)
        {
            nint count = Math.Min(n - i, Width);
            V result = Lane<V, T>.LoadUpTo(weight + i, count, factor) * (Lane<V, T>.LoadUpTo(slope + i, count, center) - center) * factor;
            Lane<V, T>.StoreUpTo(slope + i, result, count);
        }
    }

    /// <summary>Which weights of a row stay: 1 / keep or 0, numbers <paramref name="first"/> … of the stream.</summary>
    public static void Mask(RandomStream stream, long first, int n, double keep, T* mask)
    {
        if (typeof(T) == typeof(float))
        {
            Draw.Bernoulli(stream, first, new Span<float>(mask, n), keep, (float)(1 / keep));
            return;
        }
        const int Piece = 64;
        float* piece = stackalloc float[Piece];
        for (int start = 0; start < n; start += Piece)
        {
            int count = Math.Min(Piece, n - start);
            Draw.Bernoulli(stream, first + start, new Span<float>(piece, count), keep);
            for (int i = 0; i < count; i++) Lane<V, T>.Write(mask + start + i, piece[i] / keep);
        }
    }
}
