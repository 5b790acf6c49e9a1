using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

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
}
