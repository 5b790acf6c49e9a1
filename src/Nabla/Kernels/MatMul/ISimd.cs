using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>What the matrix kernels need from a register of <typeparamref name="T"/>, so that each kernel is written once.</summary>
internal unsafe interface ISimd<TVector, T> where TVector : struct where T : unmanaged
{
    /// <summary>Elements in a register.</summary>
    static abstract int Count { get; }

    /// <summary>True if a step of the outer-product tile is so short that the loop around it matters.</summary>
    static abstract bool IsNarrow { get; }

    /// <summary>Rows of the outer-product tile; it is two registers wide, so twice as many accumulators must fit.</summary>
    static abstract int TileRows { get; }

    /// <summary>Rows of the dot-product tile; it is four columns wide, so four times as many accumulators must fit.</summary>
    static abstract int DotRows { get; }

    static abstract TVector Load(T* source);

    /// <summary>The first <paramref name="count"/> elements, then zeros; nothing beyond them is read.</summary>
    static abstract TVector Load(T* source, int count);

    static abstract void Store(T* target, TVector value);

    /// <summary>Stores the first <paramref name="count"/> elements; nothing beyond them is written.</summary>
    static abstract void Store(T* target, TVector value, int count);

    static abstract TVector Broadcast(T value);

    static abstract TVector Add(TVector x, TVector y);

    static abstract TVector Subtract(TVector x, TVector y);

    static abstract TVector Multiply(TVector x, TVector y);

    static abstract TVector Divide(TVector x, TVector y);

    /// <summary>x · y + z, in one rounding where the processor has it.</summary>
    static abstract TVector MultiplyAdd(TVector x, TVector y, TVector z);

    /// <summary>The sums of the elements of four registers, each in the same fixed order.</summary>
    static abstract void Sums(TVector a, TVector b, TVector c, TVector d, T* sums);

    /// <summary>The sums of the elements of 4 × 4 registers, each in the same fixed order.</summary>
    static abstract void Sums(
        TVector s00, TVector s01, TVector s02, TVector s03, TVector s10, TVector s11, TVector s12, TVector s13,
        TVector s20, TVector s21, TVector s22, TVector s23, TVector s30, TVector s31, TVector s32, TVector s33, T* sums);
}

/// <summary>
/// A number known to the compiler: a kernel of that many rows contains no others. From 1 on it is the size of the type too, and conditions read it
/// there: <c>sizeof</c>, like a comparison of types, is a constant while the compiler reads a method, so what it excludes is never looked at.
/// <see cref="Value"/> is a call first, folded after all that the method contains has been inlined: compiling a tile took twice as long.
/// </summary>
internal interface ISize
{
    static abstract int Value { get; }
}

internal readonly struct N0 : ISize { public static int Value => 0; }
internal readonly struct N1 : ISize { public static int Value => 1; }
[StructLayout(LayoutKind.Sequential, Size = 2)] internal readonly struct N2 : ISize { public static int Value => 2; }
[StructLayout(LayoutKind.Sequential, Size = 3)] internal readonly struct N3 : ISize { public static int Value => 3; }
[StructLayout(LayoutKind.Sequential, Size = 4)] internal readonly struct N4 : ISize { public static int Value => 4; }
[StructLayout(LayoutKind.Sequential, Size = 5)] internal readonly struct N5 : ISize { public static int Value => 5; }
[StructLayout(LayoutKind.Sequential, Size = 6)] internal readonly struct N6 : ISize { public static int Value => 6; }
[StructLayout(LayoutKind.Sequential, Size = 7)] internal readonly struct N7 : ISize { public static int Value => 7; }
[StructLayout(LayoutKind.Sequential, Size = 8)] internal readonly struct N8 : ISize { public static int Value => 8; }
[StructLayout(LayoutKind.Sequential, Size = 9)] internal readonly struct N9 : ISize { public static int Value => 9; }
[StructLayout(LayoutKind.Sequential, Size = 10)] internal readonly struct N10 : ISize { public static int Value => 10; }
[StructLayout(LayoutKind.Sequential, Size = 11)] internal readonly struct N11 : ISize { public static int Value => 11; }
[StructLayout(LayoutKind.Sequential, Size = 12)] internal readonly struct N12 : ISize { public static int Value => 12; }
[StructLayout(LayoutKind.Sequential, Size = 13)] internal readonly struct N13 : ISize { public static int Value => 13; }
[StructLayout(LayoutKind.Sequential, Size = 14)] internal readonly struct N14 : ISize { public static int Value => 14; }
