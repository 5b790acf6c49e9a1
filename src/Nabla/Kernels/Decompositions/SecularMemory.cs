using System.Numerics;

namespace Nabla.Kernels;

/// <summary>
/// A diagonal matrix and what is added to it, D + ρ·z·zᵀ, with its eigenvalues: the roots λ of 1 + Σ wⱼ/(dⱼ − λ), wⱼ = ρ·zⱼ²; or D² + z·zᵀ, where the roots are
/// λ² and the first d is 0. The d rise, with gaps between them, and no w is 0. Behind the last of them the registers hold poles far away without weight.
/// </summary>
internal unsafe struct SecularMemory
{
    const int WidestRegister = 8, RowsOfNumbers = 4, AtOnce = 32, StepsOfRoot = 5;
    const double FarAway = 1e150;

    /// <summary>Values.</summary>
    public int Count;

    /// <summary>Whether poles are squares of the d, so that λ is singular.</summary>
    public bool AreSquares;

    /// <summary>d and w.</summary>
    public readonly double* Poles, Weights;

    /// <summary>Root k is pole Origins[k] plus Offsets[k]: as exact beside the pole nearest to it as a number can be.</summary>
    public readonly int* Origins;

    /// <inheritdoc cref="Origins"/>
    public readonly double* Offsets;

    /// <summary>The z of which the roots, as they are rounded, are exact (Gu, Eisenstat).</summary>
    public readonly double* Exact;

    /// <summary>Where the component of a vector that belongs to pole j is wanted.</summary>
    public readonly int* Places;

    public SecularMemory(int most, byte* memory)
    {
        int length = Length(most);
        Poles = (double*)memory;
        Weights = Poles + length;
        Offsets = Weights + length;
        Exact = Offsets + length;
        Origins = (int*)(Exact + length);
        Places = Origins + length;
    }

    public static nint Bytes(int most) => (RowsOfNumbers * sizeof(double) + 2 * sizeof(int)) * (nint)Length(most);

    /// <summary>λ after its root was found.</summary>
    public readonly double Value(int k)
    {
        double pole = Poles[Origins[k]], offset = Offsets[k];
        return AreSquares ? pole + offset / (pole + Math.Sqrt(pole * pole + offset)) : pole + offset;
    }

    /// <summary>Finds all roots.</summary>
    public readonly void Solve()
    {
        for (int j = Count; j < Count + WidestRegister; j++) (Poles[j], Weights[j], Exact[j]) = (FarAway, 0, 0);
        MatrixBatch.Run<double, Roots>(Tasks, AtOnce, (long)StepsOfRoot * AtOnce * Count, new() { Memory = this });
        MatrixBatch.Run<double, Corrections>(Tasks, AtOnce, (long)AtOnce * Count, new() { Memory = this });
    }

    /// <summary>Their vectors, one in each row: the right ones, or the left ones of singular values.</summary>
    public readonly void Vectors<T>(T* to, nint stride, bool areLeft) where T : unmanaged, IFloatingPointIeee754<T> =>
        MatrixBatch.Run<double, Rows<T>>(Tasks, AtOnce, (long)AtOnce * Count, new() { Memory = this, To = to, Stride = stride, AreLeft = areLeft });

    readonly int Tasks => (Count + AtOnce - 1) / AtOnce;

    readonly int End(int index) => Math.Min(Count, (index + 1) * AtOnce);

    static int Length(int most) => MatMul.RoundUp(most, WidestRegister) + WidestRegister;

    struct Roots : IMatrixWork<double>
    {
        public SecularMemory Memory;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            var equation = new SecularEquation<TSimd, TVector>(Memory);
            for (int k = index * AtOnce; k < Memory.End(index); k++) equation.Solve(k);
        }
    }

    struct Corrections : IMatrixWork<double>
    {
        public SecularMemory Memory;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct =>
            new SecularEquation<TSimd, TVector>(Memory).Correct(index * AtOnce, Memory.End(index));
    }

    struct Rows<T> : IMatrixWork<double> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public SecularMemory Memory;
        public T* To;
        public nint Stride;
        public bool AreLeft;

        public readonly void Run<TSimd, TVector>(int index) where TSimd : struct, ISimd<TVector, double> where TVector : struct
        {
            var equation = new SecularEquation<TSimd, TVector>(Memory);
            for (int k = index * AtOnce; k < Memory.End(index); k++) equation.Row(k, To + k * Stride, AreLeft);
        }
    }
}
