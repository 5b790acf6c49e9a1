using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>A relation of two numbers, one by one and as vectors of all-ones or all-zeros.</summary>
internal interface IRelation
{
    static abstract bool Holds<T>(T a, T b) where T : unmanaged, INumber<T>;

    static abstract Vector256<T> Mask<T>(Vector256<T> a, Vector256<T> b) where T : unmanaged;
}

internal readonly struct IsLess : IRelation
{
    public static bool Holds<T>(T a, T b) where T : unmanaged, INumber<T> => a < b;

    public static Vector256<T> Mask<T>(Vector256<T> a, Vector256<T> b) where T : unmanaged => Vector256.LessThan(a, b);
}

internal readonly struct IsLessOrEqual : IRelation
{
    public static bool Holds<T>(T a, T b) where T : unmanaged, INumber<T> => a <= b;

    public static Vector256<T> Mask<T>(Vector256<T> a, Vector256<T> b) where T : unmanaged => Vector256.LessThanOrEqual(a, b);
}

internal readonly struct IsEqual : IRelation
{
    public static bool Holds<T>(T a, T b) where T : unmanaged, INumber<T> => a == b;

    public static Vector256<T> Mask<T>(Vector256<T> a, Vector256<T> b) where T : unmanaged => Vector256.Equals(a, b);
}

internal readonly struct IsNotEqual : IRelation
{
    public static bool Holds<T>(T a, T b) where T : unmanaged, INumber<T> => a != b;

    public static Vector256<T> Mask<T>(Vector256<T> a, Vector256<T> b) where T : unmanaged => ~Vector256.Equals(a, b);
}

/// <summary>The serial loop of a relation: 32 truth values a turn where elements have 4 bytes or 1, one by one otherwise.</summary>
internal readonly unsafe struct RelationLoop<TRelation, T> : IRunFunction<T, byte> where TRelation : struct, IRelation where T : unmanaged, INumber<T>
{
    const int Width = 32;

    public static int Inputs => 2;

    [MethodImpl(Compiled.Apart)]
    public void Run(Operand<T> a, Operand<T> b, Operand<T> c, byte* y, nint n)
    {
        nint i = 0, stepA = a.IsScalar ? 0 : 1, stepB = b.IsScalar ? 0 : 1;
        if (sizeof(T) == 4)
            for (; i <= n - Width; i += Width)
            {
                Vector256<short> low = Vector256.Narrow(Mask(a, b, i), Mask(a, b, i + 8));
                Vector256<short> high = Vector256.Narrow(Mask(a, b, i + 16), Mask(a, b, i + 24));
                (Vector256.Narrow(low, high).AsByte() & Vector256<byte>.One).Store(y + i);
            }
        else if (sizeof(T) == 1)
            for (; i <= n - Width; i += Width) (Mask(a, b, i).AsByte() & Vector256<byte>.One).Store(y + i);
        for (; i < n; i++) y[i] = TRelation.Holds(a.Start[i * stepA], b.Start[i * stepB]) ? (byte)1 : (byte)0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Mask(Operand<T> a, Operand<T> b, nint i) => TRelation.Mask(Load(a, i), Load(b, i)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<T> Load(Operand<T> x, nint i) => x.IsScalar ? Vector256.Create(*x.Start) : Vector256.Load(x.Start + i);
}
