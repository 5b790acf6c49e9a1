using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Where, along the middle axis of a contiguous [outer, size, inner] block, the extremum of the elements so far is: the last of equals,
/// and from the first NaN on the last NaN.
/// </summary>
internal static unsafe class RunningArgument
{
    public static void Run<TFold, T>(T* x, int outer, int size, int inner, long* y) where TFold : struct, IFold where T : unmanaged, INumber<T> =>
        Ranges.For(outer, 2L * size * inner, new Blocks<TFold, T>(x, size, inner, y));

    readonly struct Blocks<TFold, T>(T* x, int size, int inner, long* y) : IRange where TFold : struct, IFold where T : unmanaged, INumber<T>
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int first, int end)
        {
            for (int o = first; o < end; o++)
            {
                T* block = x + (nint)o * size * inner;
                long* to = y + (nint)o * size * inner;
                new Span<long>(to, inner).Clear();
                for (int r = 1; r < size; r++)
                {
                    T* row = block + (nint)r * inner;
                    to += inner;
                    for (int i = 0; i < inner; i++)
                    {
                        long before = (to - inner)[i];
                        T next = row[i];
                        to[i] = T.IsNaN(next) || TFold.Combine(block[(nint)before * inner + i], next) == next ? r : before;
                    }
                }
            }
        }
    }
}
