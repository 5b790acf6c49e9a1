using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The serial loops behind every elementwise operation: <c>y[i] = f(a[i], …)</c> over lanes V of T, one vector a turn: the
/// processor overlaps the turns by itself, and long formulas stay within what the compiler inlines. The rest is a vector that is
/// loaded and stored in part, so a tail has the same bits as the body and nothing beyond the end is touched. An output may be
/// one of the inputs.
/// </summary>
internal static unsafe class Loops
{
    /// <summary>Runs f on the lanes of T: see <see cref="LaneChoice"/>. Results that go past the caches: see <see cref="Streaming"/>; the fence is the caller's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<F, T>(F f, Operand<T> a, T* y, nint n, bool streams = false) where F : struct, ILaneFunction1 where T : unmanaged
    {
        if (typeof(T) == typeof(double)) Run<F, Float64, T>(f, a, y, n, false);
        else if (LaneChoice.IsWide) Run<F, Lanes512, T>(f, a, y, n, streams);
        else if (InstructionSets.Active != InstructionSet.Scalar) Run<F, LanesN, T>(f, a, y, n, streams);
        else Run<F, Float32, T>(f, a, y, n, false);
    }

    /// <summary>The same for a function of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<F, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n, bool streams = false) where F : struct, ILaneFunction2 where T : unmanaged
    {
        if (typeof(T) == typeof(double)) Run<F, Float64, T>(f, a, b, y, n, false);
        else if (LaneChoice.IsWide) Run<F, Lanes512, T>(f, a, b, y, n, streams);
        else if (InstructionSets.Active != InstructionSet.Scalar) Run<F, LanesN, T>(f, a, b, y, n, streams);
        else Run<F, Float32, T>(f, a, b, y, n, false);
    }

    /// <summary>The same for a function of three.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<F, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n, bool streams = false) where F : struct, ILaneFunction3 where T : unmanaged
    {
        if (typeof(T) == typeof(double)) Run<F, Float64, T>(f, a, b, c, y, n, false);
        else if (LaneChoice.IsWide) Run<F, Lanes512, T>(f, a, b, c, y, n, streams);
        else if (InstructionSets.Active != InstructionSet.Scalar) Run<F, LanesN, T>(f, a, b, c, y, n, streams);
        else Run<F, Float32, T>(f, a, b, c, y, n, false);
    }

    [MethodImpl(Compiled.Apart)]
    static void Run<F, V, T>(F f, Operand<T> a, T* y, nint n, bool streams)
        where F : struct, ILaneFunction1 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T);
        V a0 = First<V, T>(a);
        T* pa = Start(a, &a0);
        nint stepA = Step<V, T>(a);
        streams &= Streaming.Takes<V>(y);
        for (; n >= width; n -= width, pa += stepA, y += width) Streaming.Store(y, f.Run(Lane<V, T>.Load(pa)), streams);
        if (n > 0) Lane<V, T>.Store(y, f.Run(Lane<V, T>.Load(pa, n, default)), n);
    }

    [MethodImpl(Compiled.Apart)]
    static void Run<F, V, T>(F f, Operand<T> a, Operand<T> b, T* y, nint n, bool streams)
        where F : struct, ILaneFunction2 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T);
        V a0 = First<V, T>(a), b0 = First<V, T>(b);
        T* pa = Start(a, &a0), pb = Start(b, &b0);
        nint stepA = Step<V, T>(a), stepB = Step<V, T>(b);
        streams &= Streaming.Takes<V>(y);
        for (; n >= width; n -= width, pa += stepA, pb += stepB, y += width) Streaming.Store(y, f.Run(Lane<V, T>.Load(pa), Lane<V, T>.Load(pb)), streams);
        if (n > 0) Lane<V, T>.Store(y, f.Run(Lane<V, T>.Load(pa, n, default), Lane<V, T>.Load(pb, n, default)), n);
    }

    [MethodImpl(Compiled.Apart)]
    static void Run<F, V, T>(F f, Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n, bool streams)
        where F : struct, ILaneFunction3 where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T);
        V a0 = First<V, T>(a), b0 = First<V, T>(b), c0 = First<V, T>(c);
        T* pa = Start(a, &a0), pb = Start(b, &b0), pc = Start(c, &c0);
        nint stepA = Step<V, T>(a), stepB = Step<V, T>(b), stepC = Step<V, T>(c);
        streams &= Streaming.Takes<V>(y);
        for (; n >= width; n -= width, pa += stepA, pb += stepB, pc += stepC, y += width)
            Streaming.Store(y, f.Run(Lane<V, T>.Load(pa), Lane<V, T>.Load(pb), Lane<V, T>.Load(pc)), streams);
        if (n > 0) Lane<V, T>.Store(y, f.Run(Lane<V, T>.Load(pa, n, default), Lane<V, T>.Load(pb, n, default), Lane<V, T>.Load(pc, n, default)), n);
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
}
