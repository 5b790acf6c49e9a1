using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Copies of rows, which are often shorter than what a call to a general copy costs: whole vectors, then one that overlaps the last.</summary>
internal static unsafe class RowCopy
{
    /// <summary>Copies <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T>(T* from, T* to, int count) where T : unmanaged
    {
        byte* source = (byte*)from, target = (byte*)to;
        nint bytes = (nint)count * sizeof(T);
        if (bytes >= 64 && Vector512.IsHardwareAccelerated)
        {
            for (nint i = 0; i < bytes - 64; i += 64) Vector512.Load(source + i).Store(target + i);
            Vector512.Load(source + bytes - 64).Store(target + bytes - 64);
        }
        else if (bytes >= 32)
        {
            for (nint i = 0; i < bytes - 32; i += 32) Vector256.Load(source + i).Store(target + i);
            Vector256.Load(source + bytes - 32).Store(target + bytes - 32);
        }
        else if (bytes >= 16)
        {
            Vector128.Load(source).Store(target);
            Vector128.Load(source + bytes - 16).Store(target + bytes - 16);
        }
        else
        {
            for (int i = 0; i < count; i++) to[i] = from[i];
        }
    }

    /// <summary>Copies past the caches, if the target is aligned and whole vectors long, or otherwise as <see cref="Run"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Stream<T>(T* from, T* to, int count) where T : unmanaged
    {
        if (Streaming.Takes<Vector256<T>>(to) && count % Vector256<T>.Count == 0)
            for (int i = 0; i < count; i += Vector256<T>.Count) Vector256.Load(from + i).StoreAlignedNonTemporal(to + i);
        else Run(from, to, count);
    }

    /// <summary>to[i] = from[i · step]; nothing between or beyond those is needed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Gather<T>(T* from, int step, T* to, int count) where T : unmanaged
    {
        if (step == 1) Run(from, to, count);
        else if (step == 2 && sizeof(T) == sizeof(float) && count >= Vector256<float>.Count && InstructionSets.Active >= InstructionSet.Avx2)
        {
            int last = count - Vector256<float>.Count;
            for (int i = 0; i < last; i += Vector256<float>.Count) Even((float*)from + 2 * i).Store((float*)to + i);
            Even((float*)from + 2 * last).Store((float*)to + last);
        }
        else
            for (int i = 0; i < count; i++) to[i] = from[(nint)i * step];
    }

    /// <summary>The quarters of a shuffle of two registers, which works within their halves and leaves them as 0, 2, 1, 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> InOrder(Vector256<float> quarters) => Avx2.Permute4x64(quarters.AsDouble(), 0b_11_01_10_00).AsSingle();

    /// <summary>Elements 0, 2 … 14; nothing beyond the last is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Even(float* source) =>
        InOrder(Avx.Shuffle(Vector256.Load(source), Vector256.Load(source + Vector256<float>.Count - 1), 0b_11_01_10_00));
}
