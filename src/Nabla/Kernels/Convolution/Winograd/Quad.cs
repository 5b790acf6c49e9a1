using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Four registers of four floats.</summary>
internal static unsafe class Quad
{
    /// <summary>Column i of the four rows a, b, c, d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* a, float* b, float* c, float* d,
        out Vector128<float> x0, out Vector128<float> x1, out Vector128<float> x2, out Vector128<float> x3)
    {
        if (!Sse.IsSupported)
        {
            x0 = Vector128.Create(a[0], b[0], c[0], d[0]);
            x1 = Vector128.Create(a[1], b[1], c[1], d[1]);
            x2 = Vector128.Create(a[2], b[2], c[2], d[2]);
            x3 = Vector128.Create(a[3], b[3], c[3], d[3]);
            return;
        }
        Vector128<float> r0 = Vector128.Load(a), r1 = Vector128.Load(b), r2 = Vector128.Load(c), r3 = Vector128.Load(d);
        Vector128<float> low01 = Sse.UnpackLow(r0, r1), high01 = Sse.UnpackHigh(r0, r1), low23 = Sse.UnpackLow(r2, r3), high23 = Sse.UnpackHigh(r2, r3);
        x0 = Sse.MoveLowToHigh(low01, low23);
        x1 = Sse.MoveHighToLow(low23, low01);
        x2 = Sse.MoveLowToHigh(high01, high23);
        x3 = Sse.MoveHighToLow(high23, high01);
    }
}
