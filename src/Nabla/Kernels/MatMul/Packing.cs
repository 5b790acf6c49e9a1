using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Copies a strip of a matrix into the order in which a tile reads it: all lanes of step 0, all lanes of step 1, …</summary>
/// <remarks>A lane is a row of A or a column of B; a step is an index of k. So one routine serves both operands.</remarks>
internal static unsafe class Packing<T> where T : unmanaged
{
    /// <summary>Fills panel[steps, width] with the <paramref name="lanes"/> of the source and zeros beyond them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel(T* source, nint lane, nint step, int lanes, int steps, T* panel, int width)
    {
        if (lanes < width) new Span<T>(panel, width * steps).Clear();
        if (lane == 1) CopySteps(source, step, lanes, steps, panel, width);
        else if (step == 1 && sizeof(T) == sizeof(float) && Sse.IsSupported)
            Transpose((float*)source, lane, lanes, steps, (float*)panel, width);
        else Gather(source, lane, step, lanes, 0, steps, panel, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CopySteps(T* source, nint step, int lanes, int steps, T* panel, int width)
    {
        int register = Vector512.IsHardwareAccelerated ? Vector512<T>.Count : Vector128<T>.Count;
        int whole = lanes - lanes % register;
        for (int p = 0; p < steps; p++, source += step, panel += width)
        {
            int i = 0;
            for (; i < whole; i += register)
            {
                if (Vector512.IsHardwareAccelerated) Vector512.Store(Vector512.Load(source + i), panel + i);
                else Vector128.Store(Vector128.Load(source + i), panel + i);
            }
            for (; i < lanes; i++) panel[i] = source[i];
        }
    }

    // Lanes far apart, steps adjacent: blocks of 4 × 4 are transposed in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Transpose(float* source, nint lane, int lanes, int steps, float* panel, int width)
    {
        const int Line = 16;    // a cache line of each lane at a time
        int wholeSteps = steps & ~3, wholeLanes = lanes & ~3;
        for (int p0 = 0; p0 < wholeSteps; p0 += Line)
        {
            int p1 = Math.Min(p0 + Line, wholeSteps);
            for (int i = 0; i < wholeLanes; i += 4)
            {
                float* x = source + i * lane, x1 = x + lane, x2 = x1 + lane, x3 = x2 + lane;
                for (int p = p0; p < p1; p += 4)
                {
                    var low01 = Sse.UnpackLow(Vector128.Load(x + p), Vector128.Load(x1 + p));
                    var high01 = Sse.UnpackHigh(Vector128.Load(x + p), Vector128.Load(x1 + p));
                    var low23 = Sse.UnpackLow(Vector128.Load(x2 + p), Vector128.Load(x3 + p));
                    var high23 = Sse.UnpackHigh(Vector128.Load(x2 + p), Vector128.Load(x3 + p));
                    float* y = panel + (nint)p * width + i;
                    Sse.MoveLowToHigh(low01, low23).Store(y);
                    Sse.MoveHighToLow(low23, low01).Store(y + width);
                    Sse.MoveLowToHigh(high01, high23).Store(y + 2 * width);
                    Sse.MoveHighToLow(high23, high01).Store(y + 3 * width);
                }
            }
        }
        Packing<float>.Gather(source + wholeSteps, lane, 1, wholeLanes, 0, steps - wholeSteps, panel + (nint)wholeSteps * width, width);
        Packing<float>.Gather(source, lane, 1, lanes, wholeLanes, steps, panel, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gather(T* source, nint lane, nint step, int lanes, int firstLane, int steps, T* panel, int width)
    {
        for (int p = 0; p < steps; p++)
            for (int i = firstLane; i < lanes; i++)
                panel[(nint)p * width + i] = source[p * step + i * lane];
    }
}
