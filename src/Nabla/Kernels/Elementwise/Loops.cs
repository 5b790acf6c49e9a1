using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// The serial loops behind every elementwise operation: <c>y[i] = f(a[i], …)</c> over lanes V of T, one vector a turn: the
/// processor overlaps the turns by itself, and long formulas stay within what the compiler inlines. The rest is a vector that is
/// loaded and stored in part, so a tail has the same bits as the body and nothing beyond the end is touched. An output may be
/// one of the inputs.
/// </summary>
internal static unsafe class Loops
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<F, V, T>(F f, Operand<T> a, T* y, nint n)
        where F : struct, ILaneFunction1 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T);
        V a0 = First<V, T>(a);
        T* pa = Start(a, &a0);
        nint stepA = Step<V, T>(a);
        for (; n >= width; n -= width, pa += stepA, y += width) Store(y, f.Run(Load<V, T>(pa)));
        if (n > 0) StorePart(y, f.Run(LoadPart<V, T>(pa, n)), n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<F, V, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n)
        where F : struct, ILaneFunction2 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T);
        V a0 = First<V, T>(a), b0 = First<V, T>(b);
        T* pa = Start(a, &a0), pb = Start(b, &b0);
        nint stepA = Step<V, T>(a), stepB = Step<V, T>(b);
        for (; n >= width; n -= width, pa += stepA, pb += stepB, y += width) Store(y, f.Run(Load<V, T>(pa), Load<V, T>(pb)));
        if (n > 0) StorePart(y, f.Run(LoadPart<V, T>(pa, n), LoadPart<V, T>(pb, n)), n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<F, V, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n)
        where F : struct, ILaneFunction3 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T);
        V a0 = First<V, T>(a), b0 = First<V, T>(b), c0 = First<V, T>(c);
        T* pa = Start(a, &a0), pb = Start(b, &b0), pc = Start(c, &c0);
        nint stepA = Step<V, T>(a), stepB = Step<V, T>(b), stepC = Step<V, T>(c);
        for (; n >= width; n -= width, pa += stepA, pb += stepB, pc += stepC, y += width)
            Store(y, f.Run(Load<V, T>(pa), Load<V, T>(pb), Load<V, T>(pc)));
        if (n > 0) StorePart(y, f.Run(LoadPart<V, T>(pa, n), LoadPart<V, T>(pb, n), LoadPart<V, T>(pc, n)), n);
    }

    // An input that is one element for all is a vector of copies of it on the stack, from which the loop never moves on.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V First<V, T>(Operand<T> a) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        if (!a.IsScalar) return default;
        return V.Constant(typeof(T) == typeof(float) ? *(float*)a.Start : *(double*)a.Start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static T* Start<V, T>(Operand<T> a, V* first) where V : unmanaged where T : unmanaged => a.IsScalar ? (T*)first : a.Start;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static nint Step<V, T>(Operand<T> a) where V : unmanaged where T : unmanaged => a.IsScalar ? 0 : sizeof(V) / sizeof(T);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Load<V, T>(T* x) where V : unmanaged where T : unmanaged => Unsafe.ReadUnaligned<V>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<V, T>(T* y, V value) where V : unmanaged where T : unmanaged => Unsafe.WriteUnaligned(y, value);

    /// <summary>The first <paramref name="count"/> lanes from memory, zeros beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V LoadPart<V, T>(T* x, nint count) where V : unmanaged where T : unmanaged
    {
        if (Avx512F.IsSupported && typeof(T) == typeof(float))
            return Unsafe.BitCast<Vector512<float>, V>(Avx512F.MaskLoad((float*)x, Mask(count), default));
        V part = default;
        Unsafe.CopyBlockUnaligned(&part, x, (uint)(count * sizeof(T)));
        return part;
    }

    /// <summary>The first <paramref name="count"/> lanes to memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StorePart<V, T>(T* y, V value, nint count) where V : unmanaged where T : unmanaged
    {
        if (Avx512F.IsSupported && typeof(T) == typeof(float))
            Avx512F.MaskStore((float*)y, Mask(count), Unsafe.BitCast<V, Vector512<float>>(value));
        else
            Unsafe.CopyBlockUnaligned(y, &value, (uint)(count * sizeof(T)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Mask(nint count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();
}
