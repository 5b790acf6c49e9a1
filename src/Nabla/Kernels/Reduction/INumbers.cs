using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>A register of numbers of any type: what folds are computed on. See <see cref="ILanes{V}"/> for formulas over floats.</summary>
internal unsafe interface INumbers<V, T> where V : unmanaged, INumbers<V, T> where T : unmanaged, INumber<T>
{
    static abstract V operator +(V a, V b);

    static abstract V operator *(V a, V b);

    /// <summary>Numbers from memory, at any address.</summary>
    static abstract V Load(T* x);

    /// <summary>The same number in every lane.</summary>
    static abstract V Spread(T value);

    /// <summary>The larger; NaN if either is NaN.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The smaller; NaN if either is NaN.</summary>
    static abstract V Min(V a, V b);

    /// <summary>As many as an ordinary vector holds: the parts of a wider one combined.</summary>
    static abstract NumbersN<T> Narrow<TFold>(V a) where TFold : struct, IFold;
}

// The native maximum of vectors is its second argument if one is NaN; what is left to do is a NaN in the first.

/// <summary>As many as an ordinary vector of the machine holds.</summary>
internal readonly unsafe struct NumbersN<T>(Vector<T> value) : INumbers<NumbersN<T>, T> where T : unmanaged, INumber<T>
{
    readonly Vector<T> value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> operator +(NumbersN<T> a, NumbersN<T> b) => new(a.value + b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> operator *(NumbersN<T> a, NumbersN<T> b) => new(a.value * b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> Load(T* x) => new(Vector.Load(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> Spread(T value) => new(new Vector<T>(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> Max(NumbersN<T> a, NumbersN<T> b) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.value, a.value), Vector.MaxNative(a.value, b.value), a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> Min(NumbersN<T> a, NumbersN<T> b) =>
        new(Vector.ConditionalSelect(Vector.Equals(a.value, a.value), Vector.MinNative(a.value, b.value), a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> Narrow<TFold>(NumbersN<T> a) where TFold : struct, IFold => a;

    /// <summary>
    /// All lanes as one number: each of the lower half with its counterpart of the upper half, and so on. It never leaves the registers: while a row's
    /// lanes wait for each other in memory, nothing of the next row is asked for.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Fold<TFold>(NumbersN<T> a) where TFold : struct, IFold
    {
        if (Vector<byte>.Count == 64) a = TFold.Combine<NumbersN<T>, T>(a, new(a.value.AsVector512().GetUpper().ToVector512Unsafe().AsVector()));
        if (Vector<byte>.Count >= 32) a = TFold.Combine<NumbersN<T>, T>(a, new(a.value.AsVector256().GetUpper().ToVector256Unsafe().AsVector()));
        a = TFold.Combine<NumbersN<T>, T>(a, Moved(a, Vector128.Create((byte)8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)));
        if (Unsafe.SizeOf<T>() < 8) a = TFold.Combine<NumbersN<T>, T>(a, Moved(a, Vector128.Create((byte)4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7)));
        if (Unsafe.SizeOf<T>() < 4) a = TFold.Combine<NumbersN<T>, T>(a, Moved(a, Vector128.Create((byte)2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3, 2, 3)));
        if (Unsafe.SizeOf<T>() < 2) a = TFold.Combine<NumbersN<T>, T>(a, Moved(a, Vector128.Create((byte)1)));
        return a.value.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static NumbersN<T> Moved(NumbersN<T> a, Vector128<byte> from) =>
        new(Vector128.Shuffle(a.value.AsVector128().AsByte(), from).As<byte, T>().AsVector());
}

/// <summary>512 bits of them, where the processor has such registers: see <see cref="LaneChoice.IsWide"/>.</summary>
internal readonly unsafe struct Numbers512<T>(Vector512<T> value) : INumbers<Numbers512<T>, T> where T : unmanaged, INumber<T>
{
    readonly Vector512<T> value = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Numbers512<T> operator +(Numbers512<T> a, Numbers512<T> b) => new(a.value + b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Numbers512<T> operator *(Numbers512<T> a, Numbers512<T> b) => new(a.value * b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Numbers512<T> Load(T* x) => new(Vector512.Load(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Numbers512<T> Spread(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Numbers512<T> Max(Numbers512<T> a, Numbers512<T> b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.value, a.value), Vector512.MaxNative(a.value, b.value), a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Numbers512<T> Min(Numbers512<T> a, Numbers512<T> b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(a.value, a.value), Vector512.MinNative(a.value, b.value), a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumbersN<T> Narrow<TFold>(Numbers512<T> a) where TFold : struct, IFold
    {
        if (Vector<byte>.Count == 64) return new(a.value.AsVector());
        return TFold.Combine<NumbersN<T>, T>(new(a.value.GetLower().AsVector()), new(a.value.GetUpper().AsVector()));
    }
}
