using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>y = x·scale where number i of a stream says keep, else 0. Element i always reads number i, whatever thread computes it.</summary>
internal static unsafe class DropoutKernel
{
    const int Piece = 1024;

    public static void Run<T>(RandomStream stream, double keep, T* x, nint n, T* y) where T : unmanaged
    {
        int chunk = Elementwise.ChunkOf(n);
        var job = new Job<T>(stream, keep, x, n, y, chunk);
        Workers.For((int)((n + chunk - 1) / chunk), ref job);
    }

    readonly struct Job<T>(RandomStream stream, double keep, T* x, nint n, T* y, int chunk) : IJob where T : unmanaged
    {
        [MethodImpl(Compiled.Apart)]
        public void Run(int index)
        {
            float* mask = stackalloc float[Piece];
            double scale = 1 / keep;
            nint end = Math.Min(n, ((nint)index + 1) * chunk);
            for (nint start = (nint)index * chunk; start < end; start += Piece)
            {
                nint count = Math.Min(Piece, end - start);
                Draw.Bernoulli(stream, start, new Span<float>(mask, (int)count), keep);
                if (typeof(T) == typeof(float))
                    Loops.Run<Keep, float>(new(scale), Read((float*)mask), Read((float*)x + start), (float*)y + start, count);
                else
                    for (nint i = 0; i < count; i++) ((double*)y)[start + i] = mask[i] == 0 ? 0 : ((double*)x)[start + i] * scale;
            }
        }

        static Operand<float> Read(float* from) => new(from, false);
    }

    readonly struct Keep(double scale) : ILaneFunction2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b) where V : struct, ILanes<V> => V.IfEqual(a, V.Constant(0), a, b * V.Constant(scale));
    }
}
