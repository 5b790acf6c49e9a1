namespace Nabla.Kernels;

/// <summary>
/// What the singular values of a square matrix [n, n] are found in: the matrix, which becomes bidiagonal, and the vectors as rows. Rows are
/// <see cref="Stride"/> apart, whole registers of any width, and below them stand three rows of zeros, so that loops over
/// four rows at once need no ends.
/// </summary>
internal readonly unsafe struct BidiagonalMemory
{
    const int SpareRows = 3, WidestRegister = 8, RowsOfNumbers = 7;

    public readonly int N;
    public readonly nint Stride;

    /// <summary>The matrix.</summary>
    public readonly double* Matrix;

    /// <summary>Uᵀ and Vᵀ, or null if nobody wants them.</summary>
    public readonly double* Left, Right;

    /// <summary>The diagonal, and what stands above it: Above[k] beside Diagonal[k].</summary>
    public readonly double* Diagonal, Above;

    /// <summary>2 / vᵀv of each reflection.</summary>
    public readonly double* LeftScale, RightScale;

    /// <summary>The reflection at work on columns, what it takes from each column, and the reflection at work on rows.</summary>
    public readonly double* V, W, U;

    /// <summary>Lays it out in memory of <see cref="Bytes"/> bytes, zeros.</summary>
    public BidiagonalMemory(int n, bool hasVectors, byte* memory)
    {
        (N, Stride) = (n, StrideOf(n));
        nint table = Table(n), row = Row(n);
        new Span<byte>(memory, (int)Bytes(n, hasVectors)).Clear();
        Matrix = (double*)memory;
        Left = hasVectors ? Matrix + table : null;
        Right = hasVectors ? Left + table : null;
        Diagonal = Matrix + (hasVectors ? 3 : 1) * table;
        Above = Diagonal + row;
        LeftScale = Above + row;
        RightScale = LeftScale + row;
        V = RightScale + row;
        W = V + row;
        U = W + row;
    }

    public static nint Bytes(int n, bool hasVectors) => checked((int)(sizeof(double) * ((hasVectors ? 3 : 1) * Table(n) + RowsOfNumbers * Row(n))));

    static nint StrideOf(int n) => Elimination.Stride<double>(n);

    static nint Table(int n) => (n + SpareRows) * StrideOf(n);

    static nint Row(int n) => StrideOf(n) + WidestRegister;
}
