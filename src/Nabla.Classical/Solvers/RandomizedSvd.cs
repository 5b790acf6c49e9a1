using System.Numerics;
using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical;

/// <summary>
/// The largest singular values and their right vectors by subspace iteration from a random start (Halko, Martinsson, Tropp: Finding
/// structure with randomness, 2011). If one side is short, the iteration runs on the Gram matrix of that side, where a step costs
/// almost nothing; else on the table itself.
/// </summary>
internal static unsafe class RandomizedSvd
{
    const int Panel = 128, GramIterations = 12;

    /// <summary>σ [count] falling and vt [count, columns].</summary>
    public static (double[] Values, double[] Vt) Factor<T>(
        Matrix<T> x, int count, int oversampling, int powerIterations, RandomStream random) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int shorter = Math.Min(x.Rows, x.Columns), width = Math.Min(count + oversampling, shorter);
        return shorter <= 2 * (powerIterations + 1) * width
            ? ByGram(x, count, width, random)
            : ByTable(x, count, width, powerIterations, random);
    }

    static (double[], double[]) ByGram<T>(Matrix<T> x, int count, int width, RandomStream random) where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isWide = x.Columns > x.Rows;
        Matrix<double> gram = Gram(x, isWide);
        int n = gram.Rows;
        double[] basis = Start(n, width, random);
        for (int i = 0; i < GramIterations && width < n; i++) basis = Orthonormal(Products.Multiply(new(basis, width, n), gram).Values, n, width);
        // Rayleigh–Ritz: the best vectors within the subspace.
        Matrix<double> q = new(basis, width, n), image = Products.Multiply(q, gram);
        double[] small = Products.Affine(image, basis, null).Values;
        double[] squares = SymmetricEigen.Factor(small, width);
        double[] values = Array.ConvertAll(squares[..count], v => Math.Sqrt(Math.Max(v, 0)));
        Matrix<double> vectors = Products.Multiply(new Matrix<double>(small[..(count * width)], count, width), q);
        if (!isWide) return (values, vectors.Values);
        // Left vectors so far: v = xᵀu / σ.
        Matrix<double> v = Products.Multiply(vectors, ToDouble(x));
        for (int i = 0; i < count; i++)
            foreach (ref double e in v.Row(i)) e /= values[i] > 0 ? values[i] : 1;
        return (values, v.Values);
    }

    static (double[], double[]) ByTable<T>(Matrix<T> x, int count, int width, int powerIterations, RandomStream random) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Columns;
        double[] basis = Start(n, width, random);
        Matrix<T> image = null!;
        for (int i = 0; i <= powerIterations; i++)
        {
            image = Products.Affine(x, Round<T>(basis), null);                                      // [rows, width]
            double[] columns = ToDouble(Products.TransposedMultiply(image, x)).Values;              // [width, columns of x]
            basis = Orthonormal(columns, n, width);
        }
        image = Products.Affine(x, Round<T>(basis), null);
        double[] small = ToDouble(Products.TransposedMultiply(image, image)).Values, squares = SymmetricEigen.Factor(small, width);
        double[] values = Array.ConvertAll(squares[..count], v => Math.Sqrt(Math.Max(v, 0)));
        return (values, Products.Multiply(new Matrix<double>(small[..(count * width)], count, width), new Matrix<double>(basis, width, n)).Values);
    }

    /// <summary>xᵀx, or xxᵀ, by panels on and above the diagonal.</summary>
    static Matrix<double> Gram<T>(Matrix<T> x, bool ofRows) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = ofRows ? x.Rows : x.Columns, depth = ofRows ? x.Columns : x.Rows;
        nint along = ofRows ? x.Columns : 1, down = ofRows ? 1 : x.Columns;
        var gram = new Matrix<T>(n, n);
        fixed (T* p = x.Values, g = gram.Values)
            for (int i = 0; i < n; i += Panel)
                MatMul.Run(Math.Min(Panel, n - i), n - i, depth, p + i * along, along, down, p + i * along, down, along, g + (nint)i * n + i, n);
        Matrix<double> full = ToDouble(gram);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) full[i, j] = full[j, i];
        return full;
    }

    static double[] Start(int n, int width, RandomStream random)
    {
        var basis = new double[width * n];
        for (int i = 0; i < basis.Length; i++) basis[i] = Draw.Normal(random, i);
        return Orthonormal(basis, n, width);
    }

    static double[] Orthonormal(double[] rows, int n, int width)
    {
        Orthogonal.Orthonormalize(rows, n, width);
        return rows;
    }

    static T[] Round<T>(double[] values) where T : unmanaged, IFloatingPointIeee754<T> => Array.ConvertAll(values, T.CreateTruncating);

    internal static Matrix<double> ToDouble<T>(Matrix<T> x) where T : unmanaged, IFloatingPointIeee754<T> =>
        x is Matrix<double> already ? already : new(Array.ConvertAll(x.Values, double.CreateTruncating), x.Rows, x.Columns);
}
