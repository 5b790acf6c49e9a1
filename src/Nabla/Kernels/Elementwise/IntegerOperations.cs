using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>A function of two integers of one type, one by one and as vectors. Overflow wraps around.</summary>
internal interface IIntegerOperation
{
    static abstract string Name { get; }

    /// <summary>True if a zero on the right has no result.</summary>
    static virtual bool Divides => false;

    /// <summary>True if <see cref="Vector{T}"/> is worth calling.</summary>
    static virtual bool HasVector => true;

    static abstract T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T>;

    static virtual Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => throw new NotSupportedException();
}

internal readonly struct IntegerSum : IIntegerOperation
{
    public static string Name => "Add";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a + b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => a + b;
}

internal readonly struct IntegerDifference : IIntegerOperation
{
    public static string Name => "Subtract";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a - b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => a - b;
}

internal readonly struct IntegerProduct : IIntegerOperation
{
    public static string Name => "Multiply";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a * b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => a * b;
}

internal readonly struct IntegerMinimum : IIntegerOperation
{
    public static string Name => "Minimum";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a < b ? a : b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => Vector512.Min(a, b);
}

internal readonly struct IntegerMaximum : IIntegerOperation
{
    public static string Name => "Maximum";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a > b ? a : b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => Vector512.Max(a, b);
}

/// <summary>⌊a / b⌋.</summary>
internal readonly struct IntegerQuotient : IIntegerOperation
{
    public static string Name => "FloorDivide";

    public static bool Divides => true;

    public static bool HasVector => false;

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T>
    {
        if (b == -T.One) return T.Zero - a;                      // the processor traps on the smallest integer over −1
        T quotient = a / b;
        return quotient * b != a && T.IsNegative(a) != T.IsNegative(b) ? quotient - T.One : quotient;
    }
}

/// <summary>a − b·⌊a / b⌋: the sign of b.</summary>
internal readonly struct IntegerRemainder : IIntegerOperation
{
    public static string Name => "%";

    public static bool Divides => true;

    public static bool HasVector => false;

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a - IntegerQuotient.Value(a, b) * b;
}

internal readonly struct BitwiseAnd : IIntegerOperation
{
    public static string Name => "LogicalAnd";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a & b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => a & b;
}

internal readonly struct BitwiseOr : IIntegerOperation
{
    public static string Name => "LogicalOr";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a | b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => a | b;
}

internal readonly struct BitwiseXor : IIntegerOperation
{
    public static string Name => "LogicalXor";

    public static T Value<T>(T a, T b) where T : unmanaged, IBinaryInteger<T> => a ^ b;

    public static Vector512<T> Vector<T>(Vector512<T> a, Vector512<T> b) where T : unmanaged => a ^ b;
}

/// <summary>The serial loop of an integer operation.</summary>
internal readonly unsafe struct IntegerLoop<TOp, T> : IRunFunction<T, T> where TOp : struct, IIntegerOperation where T : unmanaged, IBinaryInteger<T>
{
    public static int Inputs => 2;

    [MethodImpl(Compiled.Apart)]
    public void Run(Operand<T> a, Operand<T> b, Operand<T> c, T* y, nint n)
    {
        nint i = 0, stepA = a.IsScalar ? 0 : 1, stepB = b.IsScalar ? 0 : 1;
        if (TOp.HasVector && n >= Vector512<T>.Count)
        {
            Vector512<T> firstA = Vector512.Create(*a.Start), firstB = Vector512.Create(*b.Start);
            for (; i <= n - Vector512<T>.Count; i += Vector512<T>.Count)
                TOp.Vector(a.IsScalar ? firstA : Vector512.Load(a.Start + i), b.IsScalar ? firstB : Vector512.Load(b.Start + i)).Store(y + i);
        }
        for (; i < n; i++) y[i] = TOp.Value(a.Start[i * stepA], b.Start[i * stepB]);
    }
}
