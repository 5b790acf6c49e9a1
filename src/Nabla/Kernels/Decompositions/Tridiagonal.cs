using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// A = Q·T·Qᵀ of a symmetric matrix with a tridiagonal T by reflections from both sides (Golub, Van Loan: Matrix Computations, 8.3), then the
/// implicit QL iteration (Bowdler, Martin, Reinsch, Wilkinson: The QR and QL algorithms for symmetric matrices, 1968).
/// </summary>
/// <remarks>
/// Of <see cref="BidiagonalMemory"/> it uses Matrix, the whole of it, Diagonal, Above for what stands beside the diagonal, and Right. A row is
/// read and written once for each reflection: it takes the reflection before and gives its product with the one at hand.
/// </remarks>
internal readonly unsafe struct Tridiagonal<TSimd, TVector>(BidiagonalMemory memory)
    where TSimd : struct, ISimd<TVector, double> where TVector : struct
{
    const double Epsilon = 1.1e-16;
    const int MostSweeps = 60;          // for one eigenvalue; about two are usual
    const int Strip = 8;                // columns of vectors that lie together while rows are rotated: a cache line

    readonly int n = memory.N, end = MatMul.RoundUp(memory.N, TSimd.Count);
    readonly nint stride = memory.Stride;

    /// <summary>Diagonal becomes the eigenvalues in no order, the rows of Right their vectors.</summary>
    /// <exception cref="ArithmeticException">It does not converge.</exception>
    [MethodImpl(Compiled.Apart)]
    public void Run()
    {
        var bidiagonal = new Bidiagonal<TSimd, TVector>(memory);
        Reduce(bidiagonal);
        bidiagonal.AccumulateRight();
        Diagonalize();
    }

    /// <summary>The same for a tridiagonal matrix and rows of Right that are to be rotated with it. Matrix is overwritten.</summary>
    /// <exception cref="ArithmeticException">It does not converge.</exception>
    [MethodImpl(Compiled.Apart)]
    public void Diagonalize()
    {
        for (int row = 0; row < n; row++)
            for (int j = 0; j < n; j += Strip) Whole(memory.Right + row * stride + j).CopyTo(Whole(Place(row, j)));
        Iterate();
        for (int row = 0; row < n; row++)
            for (int j = 0; j < n; j += Strip) Whole(Place(row, j)).CopyTo(Whole(memory.Right + row * stride + j));
    }

    static Span<double> Whole(double* strip) => new(strip, Strip);

    /// <summary>Where the strips of vectors lie: Matrix, which is free when they are rotated. A sweep then walks through memory, not across it.</summary>
    double* Place(int row, int column) => memory.Matrix + ((nint)(column / Strip) * n + row) * Strip;

    [MethodImpl(Compiled.Apart)]
    void Reduce(in Bidiagonal<TSimd, TVector> reflections)
    {
        // A − v·wᵀ − w·vᵀ is due; u is the next v, p = A·u on its way to the next w.
        double* v = memory.Right, w = memory.V, p = memory.W;
        for (int k = 0; k < n; k++)
        {
            double* row = memory.Matrix + k * stride;
            for (int j = k; j < n; j++) row[j] -= v[k] * w[j] + w[k] * v[j];
            memory.Diagonal[k] = row[k];
            if (k == n - 1) break;
            double* u = memory.Right + (k + 1) * stride;
            new ReadOnlySpan<double>(row + k + 1, n - k - 1).CopyTo(new(u + k + 1, n - k - 1));
            double scale = memory.RightScale[k + 1] = reflections.Reflect(u, k + 1, out memory.Above[k]);
            for (int i = k + 1; i < n; i += 4) Update(memory.Matrix + i * stride, (k + 1) / TSimd.Count * TSimd.Count, v, w, u, i, p);
            double along = scale * scale * 0.5 * Vectors.Dot(new ReadOnlySpan<double>(p + k + 1, n - k - 1), new ReadOnlySpan<double>(u + k + 1, n - k - 1));
            for (int j = k + 1; j < n; j++) p[j] = scale * p[j] - along * u[j];
            for (int j = n; j < n + 3; j++) p[j] = 0;
            double* free = w;
            w = p;
            p = free;
            v = u;
        }
    }

    /// <summary>Four rows from row i on: what is due, and their products with u.</summary>
    [MethodImpl(Compiled.Apart)]
    void Update(double* row, int start, double* v, double* w, double* u, int i, double* p)
    {
        nint step = stride;
        int length = end;
        TVector v0 = TSimd.Broadcast(-v[i]), v1 = TSimd.Broadcast(-v[i + 1]), v2 = TSimd.Broadcast(-v[i + 2]), v3 = TSimd.Broadcast(-v[i + 3]);
        TVector w0 = TSimd.Broadcast(-w[i]), w1 = TSimd.Broadcast(-w[i + 1]), w2 = TSimd.Broadcast(-w[i + 2]), w3 = TSimd.Broadcast(-w[i + 3]);
        TVector s0 = default, s1 = default, s2 = default, s3 = default;
        for (int j = start; j < length; j += TSimd.Count)
        {
            TVector vj = TSimd.Load(v + j), wj = TSimd.Load(w + j), uj = TSimd.Load(u + j);
            TVector x = TSimd.MultiplyAdd(v0, wj, TSimd.MultiplyAdd(w0, vj, TSimd.Load(row + j)));
            TSimd.Store(row + j, x);
            s0 = TSimd.MultiplyAdd(x, uj, s0);
            x = TSimd.MultiplyAdd(v1, wj, TSimd.MultiplyAdd(w1, vj, TSimd.Load(row + step + j)));
            TSimd.Store(row + step + j, x);
            s1 = TSimd.MultiplyAdd(x, uj, s1);
            x = TSimd.MultiplyAdd(v2, wj, TSimd.MultiplyAdd(w2, vj, TSimd.Load(row + 2 * step + j)));
            TSimd.Store(row + 2 * step + j, x);
            s2 = TSimd.MultiplyAdd(x, uj, s2);
            x = TSimd.MultiplyAdd(v3, wj, TSimd.MultiplyAdd(w3, vj, TSimd.Load(row + 3 * step + j)));
            TSimd.Store(row + 3 * step + j, x);
            s3 = TSimd.MultiplyAdd(x, uj, s3);
        }
        TSimd.Sums(s0, s1, s2, s3, p + i);
    }

    [MethodImpl(Compiled.Apart)]
    void Iterate()
    {
        double* d = memory.Diagonal, e = memory.Above, cosines = memory.V, sines = memory.W;
        e[n - 1] = 0;
        for (int l = 0; l < n; l++)
            for (int turn = 0; ; turn++)
            {
                int m = l;
                while (m < n - 1 && Math.Abs(e[m]) > double.Epsilon + Epsilon * (Math.Abs(d[m]) + Math.Abs(d[m + 1]))) m++;
                if (m == l) break;
                if (turn == MostSweeps) throw new ArithmeticException($"SymmetricEigen: expected to converge within {MostSweeps} sweeps per value.");
                double g = (d[l + 1] - d[l]) / (2 * e[l]), r = Math.Sqrt(g * g + 1);
                g = d[m] - d[l] + e[l] / (g + Math.CopySign(r, g));
                double sin = 1, cos = 1, p = 0, next = d[m];
                int i = m - 1;
                for (; i >= l; i--)
                {
                    double f = sin * e[i], b = cos * e[i];
                    (r, cos, sin) = BidiagonalIteration<TSimd, TVector>.Rotation(g, f);
                    e[i + 1] = r;
                    if (r == 0) break;
                    g = next - p;
                    next = d[i];
                    r = (next - g) * sin + 2 * cos * b;
                    p = sin * r;
                    d[i + 1] = g + p;
                    g = cos * r - b;
                    cosines[i] = cos;
                    sines[i] = sin;
                }
                Rotate(i + 1, m);
                if (i >= l)
                {
                    d[i + 1] -= p;
                    e[m] = 0;
                    continue;
                }
                d[l] -= p;
                e[l] = g;
                e[m] = 0;
            }
    }

    /// <summary>The rotations of a sweep, from rows last − 1, last to rows first, first + 1: two registers of each row go through all of them.</summary>
    [MethodImpl(Compiled.Apart)]
    void Rotate(int first, int last)
    {
        double* cosines = memory.V, sines = memory.W;
        int second = TSimd.Count < Strip ? TSimd.Count : 0;         // where one register is a strip: the same one twice
        for (int column = 0; column < n; column += Strip)
            for (int j = 0; j < Strip; j += 2 * TSimd.Count)
            {
                double* row = Place(last, column) + j;
                TVector a = TSimd.Load(row), b = TSimd.Load(row + second);
                for (int i = last - 1; i >= first; i--)
                {
                    TVector cos = TSimd.Broadcast(cosines[i]), sin = TSimd.Broadcast(sines[i]), minus = TSimd.Broadcast(-sines[i]);
                    double* above = row - Strip;
                    TVector x = TSimd.Load(above), y = TSimd.Load(above + second);
                    TSimd.Store(row, TSimd.MultiplyAdd(cos, a, TSimd.Multiply(sin, x)));
                    TSimd.Store(row + second, TSimd.MultiplyAdd(cos, b, TSimd.Multiply(sin, y)));
                    a = TSimd.MultiplyAdd(minus, a, TSimd.Multiply(cos, x));
                    b = TSimd.MultiplyAdd(minus, b, TSimd.Multiply(cos, y));
                    row = above;
                }
                TSimd.Store(row, a);
                TSimd.Store(row + second, b);
            }
    }
}
