using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Bench.Limits;

/// <summary>
/// Bytes per second between a core and the memory that holds a working set of a given size: reading (a sum), copying, and triad
/// z = x + 3y (McCalpin's STREAM), with plain and with streaming stores. Vectors are 512 bits wide; the runtime splits them where
/// the processor has narrower ones.
/// </summary>
internal static unsafe class Bandwidth
{
    const int Step = 64;      // floats per turn

    /// <summary>GB/s of the given pattern over <paramref name="bytes"/> in all.</summary>
    public static double Measure(Pattern pattern, long bytes)
    {
        int arrays = pattern switch { Pattern.Read => 1, Pattern.Copy => 2, _ => 3 };
        int length = (int)(bytes / arrays / sizeof(float) / Step * Step);
        Tensor memory = Tensor.Full(length * arrays, 1);    // touches every page, as large as the engine makes them
        fixed (float* x = &memory.Origin<float>())
        {
            float* first = x, last = x + (arrays - 1) * length, middle = x + (arrays > 2 ? length : 0);
            int passes = (int)Math.Clamp((32 << 20) / bytes, 1, 1 << 12);
            double best = Math.Min(Time(false), pattern == Pattern.Read ? double.PositiveInfinity : Time(true));
            GC.KeepAlive(memory);
            return (double)length * arrays * sizeof(float) * passes / best * 1e-9;

            double Time(bool isStreaming) => Shortest.Of(() => Pass(pattern, isStreaming, first, middle, last, length, passes));
        }
    }

    static void Pass(Pattern pattern, bool isStreaming, float* x, float* y, float* z, nint length, int passes)
    {
        for (int i = 0; i < passes; i++)
        {
            if (pattern == Pattern.Read) Sum(x, length);
            else if (pattern == Pattern.Copy && isStreaming) CopyStreaming(x, z, length);
            else if (pattern == Pattern.Copy) Copy(x, z, length);
            else if (isStreaming) TriadStreaming(x, y, z, length);
            else Triad(x, y, z, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Sum(float* x, nint length)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (float* end = x + length; x < end; x += Step)
        {
            a += Vector512.Load(x);
            b += Vector512.Load(x + 16);
            c += Vector512.Load(x + 32);
            d += Vector512.Load(x + 48);
        }
        return Vector512.Sum(a + b + c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Copy(float* x, float* z, nint length)
    {
        for (float* end = x + length; x < end; x += Step, z += Step)
        {
            Vector512.Load(x).Store(z);
            Vector512.Load(x + 16).Store(z + 16);
            Vector512.Load(x + 32).Store(z + 32);
            Vector512.Load(x + 48).Store(z + 48);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void CopyStreaming(float* x, float* z, nint length)
    {
        for (float* end = x + length; x < end; x += 16, z += 16) Vector512.Load(x).StoreAlignedNonTemporal(z);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Triad(float* x, float* y, float* z, nint length)
    {
        for (float* end = x + length; x < end; x += 32, y += 32, z += 32)
        {
            (Vector512.Load(x) + Vector512.Load(y) * 3).Store(z);
            (Vector512.Load(x + 16) + Vector512.Load(y + 16) * 3).Store(z + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TriadStreaming(float* x, float* y, float* z, nint length)
    {
        for (float* end = x + length; x < end; x += 16, y += 16, z += 16)
            (Vector512.Load(x) + Vector512.Load(y) * 3).StoreAlignedNonTemporal(z);
    }
}

/// <summary>How memory is used.</summary>
internal enum Pattern
{
    /// <summary>Reads only.</summary>
    Read,

    /// <summary>A read and a write.</summary>
    Copy,

    /// <summary>Two reads and a write.</summary>
    Triad,
}
