using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Matrix products of float or double: C[m, n] (+)= A[m, k] · B[k, n] + bias[n], any strides of A and B.</summary>
/// <remarks>
/// The code that runs is chosen by shape, strides and processor, never by the number of threads, and threads divide rows and
/// columns of C, never k: the result is the same bit for bit on any number of them.
/// </remarks>
internal static unsafe class MatMul
{
    // Bytes of a result. From 8 MB on, as elsewhere, the activation after a layer would miss it: what a product takes from memory is less than what it computes.
    const long LargeFrom = 12 << 20;

    /// <summary>One product. Strides are in elements; C's columns are adjacent. Without accumulate C is not read. Bias is per column.</summary>
    public static void Run<T>(int m, int n, int k, T* a, nint aRow, nint aColumn, T* b, nint bRow, nint bColumn,
        T* c, nint cRow, bool accumulate = false, T* bias = null) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Run(new Product<T>
        {
            M = m, N = n, K = k, A = a, ARow = aRow, AColumn = aColumn, B = b, BRow = bRow, BColumn = bColumn,
            C = c, CRow = cRow, Accumulate = accumulate, Bias = bias, IsLarge = (long)m * n * sizeof(T) >= LargeFrom,
        });
    }

    internal static void Run<T>(in Product<T> product) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Debug.Assert(product is { M: >= 0, N: >= 0, K: >= 0 }, "Sizes are checked by the operation.");
        if (product.M == 0 || product.N == 0) return;
        if (product.K == 0) Empty(product);
        else Dispatch(Flatten(product));
    }

    /// <summary>
    /// <paramref name="batch"/> products whose operands lie a fixed distance apart. Distance 0 in A or B repeats that operand;
    /// the bias is shared.
    /// </summary>
    public static void RunBatch<T>(int batch, int m, int n, int k, T* a, nint aBatch, nint aRow, nint aColumn,
        T* b, nint bBatch, nint bRow, nint bColumn, T* c, nint cBatch, nint cRow, bool accumulate = false, T* bias = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (batch == 0) return;
        bool stacked = bBatch == 0 && aBatch == m * aRow && cBatch == m * cRow && (long)batch * m <= int.MaxValue;
        if (stacked || batch == 1)
        {
            Run(batch * m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, accumulate, bias);
            return;
        }
        var job = new BatchJob<T>
        {
            First = new Product<T>
            {
                M = m, N = n, K = k, A = a, ARow = aRow, AColumn = aColumn, B = b, BRow = bRow, BColumn = bColumn,
                C = c, CRow = cRow, Accumulate = accumulate, Bias = bias, IsLarge = (long)batch * m * n * sizeof(T) >= LargeFrom,
            },
            ABatch = aBatch, BBatch = bBatch, CBatch = cBatch, Count = batch,
        };
        job.Run();
    }

    /// <summary>The definition, summed in double: the oracle of every kernel here.</summary>
    public static void Naive<T>(int m, int n, int k, T* a, nint aRow, nint aColumn, T* b, nint bRow, nint bColumn,
        T* c, nint cRow, bool accumulate = false, T* bias = null) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int p = 0; p < k; p++)
                    sum += double.CreateChecked(a[i * aRow + p * aColumn]) * double.CreateChecked(b[p * bRow + j * bColumn]);
                if (bias != null) sum += double.CreateChecked(bias[j]);
                if (accumulate) sum += double.CreateChecked(c[i * cRow + j]);
                c[i * cRow + j] = T.CreateChecked(sum);
            }
    }

    /// <summary>The next multiple of a tile's side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;

    // A column of C is a row of its transpose: with Aᵀ contiguous that is the row kernel.
    static Product<T> Flatten<T>(in Product<T> p) where T : unmanaged
    {
        if (p.N != 1 || p.M == 1 || p.ARow != 1 || p.CRow != 1 || p.Bias != null) return p;
        return p with { M = 1, N = p.M, A = p.B, ARow = 0, AColumn = p.BRow, B = p.A, BRow = p.AColumn, BColumn = 1, CRow = p.M };
    }

    static void Empty<T>(in Product<T> p) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < p.M; i++)
            for (int j = 0; j < p.N; j++)
            {
                T* c = p.C + i * p.CRow + j;
                T value = p.Bias == null ? T.Zero : p.Bias[j];
                *c = p.Accumulate ? *c + value : value;
            }
    }

    // A method each, so that a process loads the types of one instruction set only.
    static void Dispatch<T>(in Product<T> product) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (InstructionSets.Active)
        {
            case InstructionSet.Avx512: With512(product); break;
            case InstructionSet.Avx2: With256(product); break;
            case InstructionSet.Vector128: With128(product); break;
            default: WithScalars(product); break;
        }
    }

    static void With512<T>(in Product<T> product) where T : unmanaged, IFloatingPointIeee754<T> =>
        Choose<Simd512<T>, Vector512<T>, T>(product);

    static void With256<T>(in Product<T> product) where T : unmanaged, IFloatingPointIeee754<T> =>
        Choose<Simd256<T>, Vector256<T>, T>(product);

    static void With128<T>(in Product<T> product) where T : unmanaged, IFloatingPointIeee754<T> =>
        Choose<Simd128<T>, Vector128<T>, T>(product);

    static void WithScalars<T>(in Product<T> product) where T : unmanaged, IFloatingPointIeee754<T> =>
        Choose<SimdScalar<T>, T, T>(product);

    static void Choose<TSimd, TVector, T>(in Product<T> product)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (RowProduct<TSimd, TVector, T>.Fits(product)) RowProduct<TSimd, TVector, T>.Run(product);
        else if (FewStepsProduct<TSimd, TVector, T>.Fits(product)) FewStepsProduct<TSimd, TVector, T>.Run(product);
        else if (DotProduct<TSimd, TVector, T>.Fits(product)) DotProduct<TSimd, TVector, T>.Run(product);
        else BlockedProduct<TSimd, TVector, T>.Run(product);
    }
}
