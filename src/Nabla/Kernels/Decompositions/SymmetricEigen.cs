using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = V·diag(λ)·Vᵀ of symmetric matrices: small ones in doubles, see <see cref="Tridiagonal{TSimd, TVector}"/>, and large ones in their own type, see
/// <see cref="LargeSymmetricEigen{TSimd, TVector, T}"/>.
/// </summary>
internal static unsafe class SymmetricEigen
{
    const int LargeSize = 96;           // as fast either way

    /// <summary>a [n, n] row-major becomes eigenvectors as rows; the values come falling.</summary>
    public static double[] Factor(double[] a, int n)
    {
        double[] factors = new double[(n + 1) * n], values = factors[..n];
        fixed (double* pa = a, pf = factors) Factor(1, n, pa, pf);
        Array.Copy(factors, values, n);
        Array.Reverse(values);
        for (int k = 0; k < n; k++)
            for (int i = 0; i < n; i++) a[(n - 1 - k) * n + i] = factors[(i + 1) * n + k];
        return values;
    }

    /// <summary>
    /// <paramref name="count"/> matrices [n, n], of which (A + Aᵀ)/2 is taken. Each becomes its rising values above its vectors as columns, [n + 1, n]. The
    /// largest component of each vector is positive.
    /// </summary>
    /// <exception cref="ArithmeticException">A matrix has NaN or infinity.</exception>
    public static void Factor<T>(int count, int n, T* matrices, T* factors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (n < LargeSize) MatrixBatch.Run<double, Work<T>>(count, n, 10L * n * n * n, new() { N = n, Matrices = matrices, Factors = factors });
        else MatrixBatch.Run<T, LargeWork<T>>(count, n, 4L * n * n * n, new() { N = n, Matrices = matrices, Factors = factors });
    }

    /// <summary>The power of two that brings the largest element of a [n, n] near 1 if it is divided by it; 0 for a matrix of zeros.</summary>
    /// <exception cref="ArithmeticException">The matrix has NaN or infinity.</exception>
    public static int PowerOf<T>(T* a, int n) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double largest = double.CreateTruncating(Vectors.LargestMagnitude<T>(new(a, n * n)));
        if (!double.IsFinite(largest)) throw new ArithmeticException("SymmetricEigen: expected to converge, got a matrix with NaN or infinity.");
        return largest == 0 ? 0 : Math.ILogB(largest);
    }

    struct LargeWork<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int N;
        public T* Matrices, Factors;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
        {
            byte* memory = Workspace.OfJob(LargeSymmetricEigen<TSimd, TVector, T>.Bytes(N));
            new LargeSymmetricEigen<TSimd, TVector, T>(N, memory).Factor(Matrices + (nint)index * N * N, Factors + (nint)index * N * (N + 1));
        }
    }

    struct Work<T> : IMatrixWork<double> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int N;
        public T* Matrices, Factors;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            nint core = Workspace.Align(BidiagonalMemory.Bytes(N, hasVectors: true)), numbers = Workspace.Align(N * sizeof(int));
            byte* memory = Workspace.OfJob(core + numbers + N * sizeof(double));
            var work = new BidiagonalMemory(N, hasVectors: true, memory);
            double unit = Read(Matrices + (nint)index * N * N, work);
            new Tridiagonal<TSimd, TVector>(work).Run();
            Write(work, unit, (int*)(memory + core), (double*)(memory + core + numbers), Factors + (nint)index * N * (N + 1));
        }

        /// <summary>The symmetric part, divided by a power of two that brings the largest element near 1; returns that.</summary>
        [MethodImpl(Compiled.Apart)]
        readonly double Read(T* a, in BidiagonalMemory work)
        {
            int n = N;
            double unit = Math.ScaleB(1, Math.Clamp(PowerOf(a, n), -1000, 1000)), half = 0.5 / unit;
            nint stride = work.Stride;
            for (int i = 0; i < n; i++)
                for (int j = 0; j <= i; j++)
                {
                    double sum = double.CreateTruncating(a[i * (nint)n + j]) * half + double.CreateTruncating(a[j * (nint)n + i]) * half;
                    work.Matrix[i * stride + j] = work.Matrix[j * stride + i] = sum;
                }
            return unit;
        }

        [MethodImpl(Compiled.Apart)]
        readonly void Write(in BidiagonalMemory work, double unit, int* order, double* signs, T* to)
        {
            int n = N;
            for (int i = 0; i < n; i++)             // by rising value, equal ones in the order they have
            {
                double value = work.Diagonal[i];
                int at = i;
                for (; at > 0 && work.Diagonal[order[at - 1]] > value; at--) order[at] = order[at - 1];
                order[at] = i;
            }
            for (int k = 0; k < n; k++)
            {
                double* vector = work.Right + order[k] * work.Stride;
                signs[k] = vector[Vectors.IndexOfLargest<double>(new(vector, n))] < 0 ? -1 : 1;
                *to++ = T.CreateTruncating(work.Diagonal[order[k]] * unit);
            }
            for (int i = 0; i < n; i++)
                for (int k = 0; k < n; k++) *to++ = T.CreateTruncating(work.Right[order[k] * work.Stride + i] * signs[k]);
        }
    }
}
