using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Copies a strip of a matrix into the order in which a tile reads it: all lanes of step 0, all lanes of step 1, …</summary>
/// <remarks>A lane is a row of A or a column of B; a step is an index of k. So one routine serves both operands.</remarks>
internal static unsafe class Packing<T> where T : unmanaged
{
    /// <summary>Panels that are filled together, at most: so many cache lines of a step that memory gives them as one stream.</summary>
    public const int Group = 32;

    /// <summary>Panels that are wider together than any cache line.</summary>
    public const int LeastGroup = 8;

    const int Ahead = 8;                // steps that memory needs to arrive
    const int CrowdingBytes = 4096;     // panels so far apart, or a multiple of it, fall into one set of the first cache: it keeps few of them

    /// <summary>Fills panel[steps, width] with the <paramref name="lanes"/> of the source and zeros beyond them.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Panel(T* source, nint lane, nint step, int lanes, int steps, T* panel, int width)
    {
        // The unused lanes are computed too: zeros spare them the cost of denormals.
        if (lanes < width) new Span<T>(panel, width * steps).Clear();
        if (lane == 1) CopySteps(source, step, lanes, steps, panel, width);
        else if (step == 1 && Sse2.IsSupported) Transpose(source, lane, lanes, steps, panel, width);
        else Gather(source, lane, step, lanes, steps, panel, width);
    }

    /// <summary>
    /// Fills the panels of a wider strip, one behind the other. Where lanes are adjacent a group of them is filled side by side: each cache
    /// line of a step is then read once, which counts when the next step is a page away.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static void Panels(T* source, nint lane, nint step, int lanes, int steps, T* panels, int width)
    {
        int whole = lane == 1 ? lanes / width * width : 0;
        int group = (nint)width * steps * sizeof(T) % CrowdingBytes == 0 ? LeastGroup : Group;
        for (int first = 0; first < whole; first += group * width)
            SideBySide(source + first, step, Math.Min(group * width, whole - first), steps, panels + (nint)first * steps, width);
        for (int first = whole; first < lanes; first += width)
            Panel(source + first * lane, lane, step, Math.Min(width, lanes - first), steps, panels + (nint)first * steps, width);
    }

    // Whole registers: what one writes beyond a step, the next step overwrites, if that is all it reaches. So the last step is exact, and
    // the last panel, beyond which there may be nothing to read.
    [MethodImpl(Compiled.Apart)]
    static void SideBySide(T* source, nint step, int lanes, int steps, T* panels, int width)
    {
        nint next = (nint)width * steps;
        int register = Vector256.IsHardwareAccelerated ? Vector256<T>.Count : Vector128<T>.Count;
        bool isExact = MatMul.RoundUp(width, register) > 2 * width;
        for (int p = 1; p <= steps; p++, source += step, panels += width)
        {
            T* from = source, to = panels, last = source + (p == steps || isExact ? 0 : lanes - width);
            for (; from < last; from += width, to += next)
            {
                if (Sse.IsSupported) Sse.Prefetch0(from + Ahead * step);
                if (Vector256.IsHardwareAccelerated)
                    for (int i = 0; i < width; i += Vector256<T>.Count) Vector256.Load(from + i).Store(to + i);
                else
                    for (int i = 0; i < width; i += Vector128<T>.Count) Vector128.Load(from + i).Store(to + i);
            }
            for (last = source + lanes; from < last; from += width, to += next) Copy(from, to, width);
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void CopySteps(T* source, nint step, int lanes, int steps, T* panel, int width)
    {
        for (int p = 0; p < steps; p++, source += step, panel += width) Copy(source, panel, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Copy(T* from, T* to, int lanes)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
            for (; i + Vector256<T>.Count <= lanes; i += Vector256<T>.Count) Vector256.Load(from + i).Store(to + i);
        for (; i + Vector128<T>.Count <= lanes; i += Vector128<T>.Count) Vector128.Load(from + i).Store(to + i);
        for (; i < lanes; i++) to[i] = from[i];
    }

    // Lanes far apart, steps adjacent: wide panels in whole tiles of a transposed copy, what is left in square blocks of one 128-bit register per lane.
    static void Transpose(T* source, nint lane, int lanes, int steps, T* panel, int width)
    {
        int side = Kernels.Transpose.Tile, tileLanes = lanes - lanes % side, tileSteps = steps - steps % side;
        if (sizeof(T) != sizeof(float) || tileLanes == 0 || tileSteps == 0)
        {
            TransposeBlocks(source, lane, lanes, steps, panel, width);
            return;
        }
        Kernels.Transpose.Panel((float*)source, lane, (float*)panel, width, tileSteps, tileLanes, ahead: width * lane);
        if (tileSteps < steps) TransposeBlocks(source + tileSteps, lane, tileLanes, steps - tileSteps, panel + (nint)tileSteps * width, width);
        if (tileLanes < lanes) TransposeBlocks(source + tileLanes * lane, lane, lanes - tileLanes, steps, panel + tileLanes, width);
    }

    [MethodImpl(Compiled.Apart)]
    static void TransposeBlocks(T* source, nint lane, int lanes, int steps, T* panel, int width)
    {
        int side = Vector128<T>.Count, line = 64 / sizeof(T);
        int wholeSteps = steps - steps % side, wholeLanes = lanes - lanes % side;
        for (int first = 0; first < wholeSteps; first += line)      // a cache line of every lane at a time
        {
            int last = Math.Min(first + line, wholeSteps);
            for (int i = 0; i < wholeLanes; i += side)
                for (int p = first; p < last; p += side)
                    if (typeof(T) == typeof(float)) Transpose4((float*)source + i * lane + p, lane, (float*)panel + (nint)p * width + i, width);
                    else Transpose2((double*)source + i * lane + p, lane, (double*)panel + (nint)p * width + i, width);
        }
        Gather(source + wholeSteps, lane, 1, wholeLanes, steps - wholeSteps, panel + (nint)wholeSteps * width, width);
        source += wholeLanes * lane;
        panel += wholeLanes;
        if (typeof(T) == typeof(float) && lanes - wholeLanes == 2) TransposePair((float*)source, lane, steps, (float*)panel, width);
        else if (lanes > wholeLanes) Gather(source, lane, 1, lanes - wholeLanes, steps, panel, width);
    }

    // The last two lanes of a six-row tile.
    [MethodImpl(Compiled.Apart)]
    static void TransposePair(float* x, nint lane, int steps, float* y, nint width)
    {
        for (; steps >= 4; steps -= 4, x += 4, y += 4 * width)
        {
            Vector128<float> x0 = Vector128.Load(x), x1 = Vector128.Load(x + lane);
            Vector128<float> low = Sse.UnpackLow(x0, x1), high = Sse.UnpackHigh(x0, x1);
            Sse.StoreLow(y, low);
            Sse.StoreHigh(y + width, low);
            Sse.StoreLow(y + 2 * width, high);
            Sse.StoreHigh(y + 3 * width, high);
        }
        for (; steps > 0; steps--, x++, y += width) (y[0], y[1]) = (x[0], x[lane]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose4(float* x, nint lane, float* y, nint width)
    {
        Vector128<float> x0 = Vector128.Load(x), x1 = Vector128.Load(x + lane);
        Vector128<float> x2 = Vector128.Load(x + 2 * lane), x3 = Vector128.Load(x + 3 * lane);
        Vector128<float> low01 = Sse.UnpackLow(x0, x1), high01 = Sse.UnpackHigh(x0, x1);
        Vector128<float> low23 = Sse.UnpackLow(x2, x3), high23 = Sse.UnpackHigh(x2, x3);
        Sse.MoveLowToHigh(low01, low23).Store(y);
        Sse.MoveHighToLow(low23, low01).Store(y + width);
        Sse.MoveLowToHigh(high01, high23).Store(y + 2 * width);
        Sse.MoveHighToLow(high23, high01).Store(y + 3 * width);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transpose2(double* x, nint lane, double* y, nint width)
    {
        Vector128<double> x0 = Vector128.Load(x), x1 = Vector128.Load(x + lane);
        Sse2.UnpackLow(x0, x1).Store(y);
        Sse2.UnpackHigh(x0, x1).Store(y + width);
    }

    [MethodImpl(Compiled.Apart)]
    static void Gather(T* source, nint lane, nint step, int lanes, int steps, T* panel, int width)
    {
        for (int p = 0; p < steps; p++)
            for (int i = 0; i < lanes; i++) panel[(nint)p * width + i] = source[p * step + i * lane];
    }
}
