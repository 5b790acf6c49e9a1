using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The gradient of A = V·diag(λ)·Vᵀ: V·M·Vᵀ with dλ on the diagonal of M, and beside it (VᵀdV)ᵢⱼ / (λⱼ − λᵢ), made symmetric (Giles: Collected matrix
/// derivative results for forward and reverse mode algorithmic differentiation, 2008). Values, and their gradients, stand as a row
/// above vectors: [n + 1, n].
/// </summary>
internal unsafe struct SymmetricEigenSlope<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Tile = 32, BlockRows = 128;

    public int N;
    public T* Factors, Slopes, Result;

    [MethodImpl(Compiled.Apart)]
    public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        int n = N;
        nint size = (nint)n * n, offset = index * (size + n);
        T* values = Factors + offset, v = values + n, slopes = Slopes + offset, result = Result + index * size;
        T* inner = (T*)Workspace.OfJob(2 * sizeof(T) * size), product = inner + size;
        if (new ReadOnlySpan<T>(slopes + n, n * n).ContainsAnyExcept(T.Zero))
        {
            MatMul.Run(n, n, n, v, 1, n, slopes + n, n, 1, inner, n);
            DivideByGaps(inner, values);
        }
        else new Span<T>(inner, n * n).Clear();
        for (int i = 0; i < n; i++) inner[i * ((nint)n + 1)] = slopes[i];
        MatMul.Run(n, n, n, v, n, 1, inner, n, 1, product, n);
        // The lower half of the result, and that mirrored.
        for (int i = 0; i < n; i += BlockRows)
        {
            int rows = Math.Min(BlockRows, n - i);
            T* block = result + i * (nint)n;
            MatMul.Run(rows, i + rows, n, product + i * (nint)n, n, 1, v, 1, n, block, n);
            Transpose.Run(block, n, result + i, n, i, rows);
            block += i;
            for (int row = 0; row < rows; row++)
                for (int column = 0; column < row; column++) block[column * (nint)n + row] = block[row * (nint)n + column];
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void DivideByGaps(T* inner, T* values)
    {
        int n = N;
        T half = T.CreateTruncating(0.5);
        for (int top = 0; top < n; top += Tile)
            for (int left = 0; left <= top; left += Tile)
                for (int i = top; i < Math.Min(n, top + Tile); i++)
                    for (int j = left; j < Math.Min(i, left + Tile); j++)
                    {
                        T* below = inner + i * (nint)n + j, above = inner + j * (nint)n + i;
                        *below = *above = half * (*above - *below) / (values[i] - values[j]);
                    }
    }
}
