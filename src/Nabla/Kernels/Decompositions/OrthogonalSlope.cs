using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The gradient of A = Q·R: (dQ + Q·M)·R⁻ᵀ, where M mirrors the lower triangle of R·dRᵀ − dQᵀ·Q (Walter, Lehmann: Algorithmic differentiation of
/// linear algebra functions with application in optimum experimental design, 2018). Both factors, and both of their gradients, stand above
/// each other: [rows + columns, columns].
/// </summary>
internal unsafe struct OrthogonalSlope<T> : IMatrixWork<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Rows, Columns;
    public T* Factors, Slopes, Result;

    [MethodImpl(Compiled.Apart)]
    public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        int m = Rows, n = Columns;
        nint offset = index * (nint)(m + n) * n;
        T* q = Factors + offset, r = q + (nint)m * n, dq = Slopes + offset, dr = dq + (nint)m * n, result = Result + (nint)index * m * n;
        T* inner = (T*)Workspace.OfJob(sizeof(T) * ((nint)n * n + (nint)m * n)), turned = inner + (nint)n * n;
        MatMul.Run(n, n, m, dq, 1, n, q, n, 1, inner, n);
        for (int i = 0; i < n * n; i++) inner[i] = -inner[i];
        if (new ReadOnlySpan<T>(dr, n * n).ContainsAnyExcept(T.Zero)) MatMul.Run(n, n, n, r, n, 1, dr, 1, n, inner, n, accumulate: true);
        Mirror(inner, n);
        new ReadOnlySpan<T>(dq, m * n).CopyTo(new(result, m * n));
        MatMul.Run(m, n, n, q, n, 1, inner, n, 1, result, n, accumulate: true);
        Transpose.Run(result, n, turned, m, n, m);
        new Triangle<TSimd, TVector, T>(r, n, 1, turned, m).Solve(0, n, isForward: false, hasUnitDiagonal: false);
        Transpose.Run(turned, m, result, n, m, n);
    }

    [MethodImpl(Compiled.Apart)]
    static void Mirror(T* x, int n)
    {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) x[j * (nint)n + i] = x[i * (nint)n + j];
    }
}
