using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The gradient of symmetric matrices from that of their Cholesky factors: ½·L⁻ᵀ·H·L⁻¹, where H mirrors the lower triangle of Lᵀ·G (Murray:
/// Differentiation of the Cholesky decomposition, 2016).
/// </summary>
internal unsafe struct CholeskySlope<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int BlockRows = 64;

    public int N;
    public T* L, G, Result;

    [MethodImpl(Compiled.Apart)]
    public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        int n = N;
        nint offset = (nint)index * n * n;
        T* l = L + offset, result = Result + offset, work = (T*)Workspace.OfJob((nint)n * n * sizeof(T));
        LowerProduct(l, G + offset, result, n);
        Transpose.LowerToUpper(result, n, work, n, n);
        HalveAndMirror(result, work, n);
        new Triangle<TSimd, TVector, T>(l, 1, n, result, n).Solve(0, n, isForward: false, hasUnitDiagonal: false);
        Transpose.Run(result, n, work, n, n, n);
        new Triangle<TSimd, TVector, T>(l, 1, n, work, n, isLower: true).Solve(0, n, isForward: false, hasUnitDiagonal: false);
        Transpose.LowerToUpper(work, n, result, n, n);
        for (int i = 0; i < n; i++) new ReadOnlySpan<T>(work + i * (nint)n, i).CopyTo(new(result + i * (nint)n, i));         // symmetric to the last bit
    }

    /// <summary>The lower triangle of Lᵀ·G: a block of rows needs the rows of L and G from its first on, and no columns after its last.</summary>
    static void LowerProduct(T* l, T* g, T* result, int n)
    {
        for (int first = 0; first < n; first += BlockRows)
        {
            int last = Math.Min(first + BlockRows, n);
            nint row = (nint)first * n;
            MatMul.Run(last - first, last, n - first, l + row + first, 1, n, g + row, n, 1, result + row, n);
        }
    }

    /// <summary>Half of the lower triangle of x, and that of its transpose above.</summary>
    [MethodImpl(Compiled.Apart)]
    static void HalveAndMirror(T* x, T* transposed, int n)
    {
        T half = T.CreateTruncating(0.5);
        for (int i = 0; i < n; i++, x += n, transposed += n)
        {
            for (int j = 0; j <= i; j++) x[j] *= half;
            for (int j = i + 1; j < n; j++) x[j] = transposed[j] * half;
        }
    }
}
