namespace Nabla.Kernels;

/// <summary>
/// One matrix product C[m, n] (+)= A[m, k] · B[k, n] + bias[n]. Strides are in elements and may be anything for A and B
/// (transposed views, gaps, zero, negative); the rows of C are contiguous and do not overlap anything that is read.
/// </summary>
internal unsafe struct Product<T> where T : unmanaged
{
    public int M, N, K;
    public T* A;
    public nint ARow, AColumn;
    public T* B;
    public nint BRow, BColumn;
    public T* C;
    public nint CRow;

    /// <summary>Add to C; otherwise C is overwritten without being read.</summary>
    public bool Accumulate;

    /// <summary>C, with what is computed beside it, is too large for a cache to keep until it is read.</summary>
    public bool IsLarge;

    /// <summary>One value per column, or null.</summary>
    public T* Bias;

    /// <summary>Multiply-adds.</summary>
    public readonly long Work => (long)M * N * K;
}
