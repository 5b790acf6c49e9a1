using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Reflections that stand as rows of a matrix [n, n], row i holding the vector of one that touches places up to i only, then zeros. They act in blocks, by
/// products: I − V·T·Vᵀ with T⁻¹ from VᵀV, as in <see cref="ReflectionBlocks{TSimd, TVector, T}"/>.
/// </summary>
/// <param name="n">Rows and columns.</param>
/// <param name="stride">Elements between rows, of these and of what is reflected.</param>
/// <param name="memory"><see cref="Bytes"/> bytes.</param>
internal readonly unsafe struct ReflectionRows<TSimd, TVector, T>(int n, nint stride, byte* memory)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Width = 64;

    public static nint Bytes(int n) => sizeof(T) * (nint)Width * (n + Width);

    /// <summary>Each row of x [n, n] goes through the reflections, from the first to the last.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Apply(T* reflections, T* x)
    {
        T* triangle = (T*)memory, product = triangle + Width * Width;
        for (int first = 0; first < n; first += Width)
        {
            int last = Math.Min(n, first + Width), width = last - first;
            T* v = reflections + first * stride;
            MatMul.Run(width, width, last, v, stride, 1, v, 1, stride, triangle, Width);
            for (int i = 0; i < width; i++)
            {
                T* row = triangle + i * Width;
                for (int j = 0; j < i; j++) row[j] = -row[j];
                double square = Vectors.SquareSum<T>(new(v + i * stride, last));        // more exact than the product, added up in order
                row[i] = square == 0 ? -T.One : T.CreateTruncating(square * -0.5);
            }
            MatMul.Run(width, n, last, v, stride, 1, x, 1, stride, product, n);
            new Triangle<TSimd, TVector, T>(triangle, Width, 1, product, n).Solve(0, width, isForward: true, hasUnitDiagonal: false);
            MatMul.Run(n, last, width, product, 1, n, v, stride, 1, x, stride, accumulate: true);
        }
    }
}
