using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>s ← memory·s + (1 − memory)(g² + ε); w ← g / √s: a direction from a full second moment.</summary>
internal readonly struct FullSquaresUpdate(double memory, double epsilon) : IUpdate
{
    public int States => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V>
    {
        s = V.FusedMultiplyAdd(V.Constant(1 - memory), V.FusedMultiplyAdd(g, g, V.Constant(epsilon)), V.Constant(memory) * s);
        w = g / V.Sqrt(s);
    }
}

/// <summary>w ← w + share·(g² + ε): sums of squares down the columns, row by row.</summary>
internal readonly struct AddSquareUpdate(double share, double epsilon) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> =>
        w = V.FusedMultiplyAdd(V.Constant(share), V.FusedMultiplyAdd(g, g, V.Constant(epsilon)), w);
}

/// <summary>w ← w / √(row·g): a row of the gradient by its second moment, a share of the column sums in place of g.</summary>
internal readonly struct FactoredUpdate(double row) : IUpdate
{
    public int States => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V> => w /= V.Sqrt(V.Constant(row) * g);
}

/// <summary>A float or a double as a double, and back.</summary>
internal static class Number
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Of<T>(T x) where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.As<T, float>(ref x) : Unsafe.As<T, double>(ref x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T To<T>(double x) where T : unmanaged
    {
        if (typeof(T) == typeof(double)) return Unsafe.As<double, T>(ref x);
        float narrow = (float)x;
        return Unsafe.As<float, T>(ref narrow);
    }
}
