using System.Numerics;

namespace Nabla.Kernels;

/// <summary>A = Q·R by reflections; see <see cref="ReflectionBlocks{TSimd, TVector, T}"/>.</summary>
internal static unsafe class Orthogonal
{
    /// <summary>A diagonal element below this share of its column has lost all digits: the column depends on those before.</summary>
    public static T LeastShare<T>() where T : unmanaged, IFloatingPointIeee754<T> => T.CreateTruncating(typeof(T) == typeof(float) ? 5e-7 : 1e-15);

    /// <summary>
    /// Matrices [rows, columns] with rows ≥ columns, one after the other, become Q [rows, vectors] and R [columns, columns] with a positive
    /// diagonal; columns that are not independent have a 0 there. The distances are those from one matrix's factor to the next.
    /// </summary>
    public static void Factor<T>(int count, int rows, int columns, int vectors, T* a, T* q, nint qDistance, T* r, nint rDistance) where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixBatch.Run<T, Work<T>>(
            count, columns, 2L * rows * columns * vectors,
            new() { Rows = rows, Columns = columns, Vectors = vectors, A = a, Q = q, R = r, QDistance = qDistance, RDistance = rDistance });

    /// <summary>The rows of at [count, length], count ≤ length, become an orthonormal basis of what they span.</summary>
    public static void Orthonormalize(Span<double> at, int length, int count)
    {
        double[] q = new double[at.Length], r = new double[count * count];
        fixed (double* pa = at, pq = q, pr = r)
        {
            Transpose.Run(pa, length, pq, count, length, count);
            Factor(1, length, count, count, pq, pq, 0, pr, 0);
            Transpose.Run(pq, count, pa, length, count, length);
        }
    }

    struct Work<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, Vectors;
        public T* A, Q, R;
        public nint QDistance, RDistance;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
        {
            byte* memory = Workspace.OfJob(ReflectionBlocks<TSimd, TVector, T>.Bytes(Rows, Columns, Vectors));
            new ReflectionBlocks<TSimd, TVector, T>(Rows, Columns, Vectors, memory).Factor(
                A + (nint)index * Rows * Columns, Q + index * QDistance, R + index * RDistance, Columns);
        }
    }
}
