using System.Numerics;

namespace Nabla.Kernels;

/// <summary>T·x = b in place for triangles [n, n] with any strides and right sides [n, columns]; the other half of T is not read.</summary>
internal unsafe struct TriangularWork<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public int N, Columns;
    public T* Triangle, X;
    public nint Row, Column;
    public bool IsUpper;

    public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        T* triangle = Triangle + (nint)index * N * N, x = X + (nint)index * N * Columns;
        new Triangle<TSimd, TVector, T>(triangle, Row, Column, x, Columns).Solve(0, N, isForward: !IsUpper, hasUnitDiagonal: false);
    }
}
