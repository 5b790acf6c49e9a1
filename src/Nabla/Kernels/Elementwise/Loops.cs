using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>A function of one lane value.</summary>
internal interface ILaneFunction1
{
    V Run<V>(V a) where V : struct, ILanes<V>;
}

/// <summary>A function of two lane values.</summary>
internal interface ILaneFunction2
{
    V Run<V>(V a, V b) where V : struct, ILanes<V>;
}

/// <summary>A function of three lane values.</summary>
internal interface ILaneFunction3
{
    V Run<V>(V a, V b, V c) where V : struct, ILanes<V>;
}

/// <summary>An input of a loop: consecutive elements, or one element for all.</summary>
internal readonly unsafe struct Operand<T>(T* start, bool isScalar) where T : unmanaged
{
    public readonly T* Start = start;
    public readonly bool IsScalar = isScalar;

    public Operand<T> From(nint index) => IsScalar ? this : new(Start + index, false);
}

/// <summary>
/// The serial loops behind every elementwise operation: <c>y[i] = f(a[i], …)</c> over lanes V of T. Four vectors a turn; the rest
/// goes through a padded vector on the stack, so that a tail has the same bits as the body.
/// </summary>
internal static unsafe class Loops
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<F, V, T>(F f, Operand<T> a, T* y, nint n)
        where F : struct, ILaneFunction1 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T), i = 0;
        V a0 = First<V, T>(a);
        for (; i <= n - width; i += width) Store(y + i, f.Run(Load(a, a0, i)));
        if (i < n) StorePart(y + i, f.Run(LoadPart(a, a0, i, n - i)), n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<F, V, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n)
        where F : struct, ILaneFunction2 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T), i = 0;
        V a0 = First<V, T>(a), b0 = First<V, T>(b);
        for (; i <= n - width; i += width) Store(y + i, f.Run(Load(a, a0, i), Load(b, b0, i)));
        if (i < n) StorePart(y + i, f.Run(LoadPart(a, a0, i, n - i), LoadPart(b, b0, i, n - i)), n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<F, V, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n)
        where F : struct, ILaneFunction3 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T), i = 0;
        V a0 = First<V, T>(a), b0 = First<V, T>(b), c0 = First<V, T>(c);
        for (; i <= n - 2 * width; i += 2 * width)
        {
            V y0 = f.Run(Load(a, a0, i), Load(b, b0, i), Load(c, c0, i));
            V y1 = f.Run(Load(a, a0, i + width), Load(b, b0, i + width), Load(c, c0, i + width));
            Store(y + i, y0);
            Store(y + i + width, y1);
        }
        for (; i <= n - width; i += width) Store(y + i, f.Run(Load(a, a0, i), Load(b, b0, i), Load(c, c0, i)));
        if (i < n)
            StorePart(y + i, f.Run(LoadPart(a, a0, i, n - i), LoadPart(b, b0, i, n - i), LoadPart(c, c0, i, n - i)), n - i);
    }

    /// <summary>The broadcast value of a scalar operand; unused for a consecutive one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V First<V, T>(Operand<T> a) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        if (!a.IsScalar) return default;
        return V.Constant(typeof(T) == typeof(float) ? *(float*)a.Start : *(double*)a.Start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Load<V, T>(Operand<T> a, V first, nint i) where V : unmanaged where T : unmanaged =>
        a.IsScalar ? first : Unsafe.ReadUnaligned<V>(a.Start + i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<V, T>(T* y, V value) where V : unmanaged where T : unmanaged => Unsafe.WriteUnaligned(y, value);

    static V LoadPart<V, T>(Operand<T> a, V first, nint i, nint count) where V : unmanaged where T : unmanaged
    {
        if (a.IsScalar) return first;
        V part = default;
        Unsafe.CopyBlockUnaligned(&part, a.Start + i, (uint)(count * sizeof(T)));
        return part;
    }

    static void StorePart<V, T>(T* y, V value, nint count) where V : unmanaged where T : unmanaged =>
        Unsafe.CopyBlockUnaligned(y, &value, (uint)(count * sizeof(T)));
}
