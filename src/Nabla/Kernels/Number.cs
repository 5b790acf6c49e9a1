using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

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
