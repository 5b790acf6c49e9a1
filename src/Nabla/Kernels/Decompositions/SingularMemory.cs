using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>One singular value decomposition of a matrix [rows, columns] with rows ≥ columns, from its elements to its factors.</summary>
internal unsafe struct SingularMemory
{
    readonly int rows, columns;
    readonly BidiagonalMemory core;
    readonly double* q, product;            // of tall matrices: Q [rows, columns] and Uᵀ [columns, rows]
    readonly byte* reflections;
    readonly int* order;
    double unit;                            // a power of two that brings the largest element near 1; NaN if one is not finite

    public SingularMemory(int rows, int columns, bool hasVectors, byte* memory)
    {
        (this.rows, this.columns) = (rows, columns);
        core = new(columns, hasVectors, memory);
        memory += Workspace.Align(BidiagonalMemory.Bytes(columns, hasVectors));
        order = (int*)memory;
        memory += Workspace.Align(columns * sizeof(int));
        nint tall = rows == columns ? 0 : (nint)rows * columns;
        q = (double*)memory;
        product = q + tall;
        reflections = (byte*)(product + tall);
    }

    public static nint Bytes(int rows, int columns, bool hasVectors) =>
        Workspace.Align(BidiagonalMemory.Bytes(columns, hasVectors)) + Workspace.Align(columns * sizeof(int))
        + (rows == columns ? 0 : 2 * sizeof(double) * (nint)rows * columns + ReflectionBlocks<SimdScalar<double>, double, double>.Bytes(rows, columns, columns));

    readonly bool IsTall => rows > columns;

    /// <summary>Everything but the output.</summary>
    public void Decompose<TSimd, TVector, T>(T* a)
        where TSimd : struct, ISimd<TVector, double> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
    {
        double largest = double.CreateTruncating(Vectors.LargestMagnitude<T>(new(a, rows * columns)));
        unit = double.IsFinite(largest) ? Math.ScaleB(1, largest == 0 ? 0 : Math.Clamp(Math.ILogB(largest), -1000, 1000)) : double.NaN;
        if (double.IsNaN(unit)) return;
        Read(a, 1 / unit);
        if (IsTall) new ReflectionBlocks<TSimd, TVector, double>(rows, columns, columns, reflections).Factor(q, q, core.Matrix, core.Stride);
        var bidiagonal = new Bidiagonal<TSimd, TVector>(core);
        bidiagonal.Reduce();
        if (core.Left == null) new BidiagonalValues(columns, core.Diagonal, core.Above, (byte*)core.Matrix).Run();       // the matrix has served
        else
        {
            bidiagonal.Accumulate();
            new BidiagonalIteration<TSimd, TVector>(core).Run();
        }
        Sort();
        if (IsTall && core.Left != null) MatMul.Run(columns, rows, columns, core.Left, core.Stride, 1, q, 1, columns, product, rows);
    }

    /// <summary>
    /// Writes left vectors as columns, falling singular values below them, and right vectors as columns. The largest component of each left vector is
    /// positive. Without vectors, writes the values.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Write<T>(T* left) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* values = core.Left == null ? left : left + (nint)rows * columns, right = values + columns;
        for (int i = 0; i < columns; i++)
        {
            int from = double.IsNaN(unit) ? i : order[i];
            double value = core.Diagonal[from] * unit;
            values[i] = T.CreateTruncating(Math.Abs(value));
            if (core.Left == null) continue;
            double* u = IsTall ? product + (nint)from * rows : core.Left + from * core.Stride;
            double one = unit / unit * (u[Vectors.IndexOfLargest<double>(new(u, rows))] < 0 ? -1 : 1);           // NaN where the unit is
            Put(u, one, rows, left + i, columns);
            Put(core.Right + from * core.Stride, value < 0 ? -one : one, columns, right + i, columns);
        }
    }

    [MethodImpl(Compiled.Apart)]
    static void Put<T>(double* from, double sign, int length, T* to, nint step) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int j = 0; j < length; j++, to += step) *to = T.CreateTruncating(sign * from[j]);
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Read<T>(T* a, double scale) where T : unmanaged, IFloatingPointIeee754<T>
    {
        double* to = IsTall ? q : core.Matrix;
        nint row = IsTall ? columns : core.Stride;
        for (int i = 0; i < rows; i++, to += row)
            for (int j = 0; j < columns; j++) to[j] = double.CreateTruncating(*a++) * scale;
    }

    /// <summary>Places by falling value, equal ones in the order they have.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly void Sort()
    {
        for (int i = 0; i < columns; i++)
        {
            double value = Math.Abs(core.Diagonal[i]);
            int at = i;
            for (; at > 0 && Math.Abs(core.Diagonal[order[at - 1]]) < value; at--) order[at] = order[at - 1];
            order[at] = i;
        }
    }
}
