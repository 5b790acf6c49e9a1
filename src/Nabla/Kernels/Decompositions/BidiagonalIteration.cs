using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Makes a bidiagonal matrix diagonal by rotations from both sides: the QR iteration with shifts, never forming BᵀB (Golub, Reinsch:
/// Singular value decomposition and least squares solutions, 1970), and without a shift where the diagonal has a zero (Demmel, Kahan: Accurate
/// singular values of bidiagonal matrices, 1990).
/// </summary>
internal readonly unsafe struct BidiagonalIteration<TSimd, TVector>(BidiagonalMemory memory)
    where TSimd : struct, ISimd<TVector, double> where TVector : struct
{
    const double Epsilon = 2.220446049250313e-16, Tiny = 1e-280;
    const int MostSweeps = 30;              // per singular value; about two are usual, eight were enough for 40,000 hard ones

    readonly double* d = memory.Diagonal, e = memory.Above;
    readonly int length = MatMul.RoundUp(memory.N, TSimd.Count);

    /// <summary>The diagonal becomes the singular values, with signs and in no order; rows of Left and Right become singular vectors.</summary>
    /// <exception cref="ArithmeticException">It does not converge.</exception>
    [MethodImpl(Compiled.Apart)]
    public void Run()
    {
        int last = memory.N - 1;
        for (int sweeps = 0; last > 0;)
        {
            int first = last;
            while (first > 0 && !IsNegligible(first - 1)) first--;
            if (first == last)
            {
                last--;
                continue;
            }
            if (++sweeps > MostSweeps * memory.N) throw new ArithmeticException($"Svd: expected to converge within {MostSweeps} sweeps per value.");
            if (HasZero(first, last)) SweepUnshifted(first, last);
            else Sweep(first, last, Smaller(d[last - 1], e[last - 1], d[last]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool IsNegligible(int k)
    {
        if (Math.Abs(e[k]) > Epsilon * (Math.Abs(d[k]) + Math.Abs(d[k + 1]))) return false;
        e[k] = 0;
        return true;
    }

    /// <summary>Whether an element of the diagonal is nothing beside its neighbors; it becomes 0.</summary>
    [MethodImpl(Compiled.Apart)]
    bool HasZero(int first, int last)
    {
        bool found = false;
        for (int k = first; k <= last; k++)
        {
            double beside = (k < last ? Math.Abs(e[k]) : 0) + (k > first ? Math.Abs(e[k - 1]) : 0);
            if (Math.Abs(d[k]) > Epsilon * beside) continue;
            d[k] = 0;
            found = true;
        }
        return found;
    }

    [MethodImpl(Compiled.Apart)]
    void Sweep(int first, int last, double shift)
    {
        // What the next step needs stays in registers: a sweep takes as long as this chain of roots.
        double* diagonal = d, above = e;
        double here = diagonal[first], beside = above[first];
        double f = here == 0 ? 0 : (Math.Abs(here) - shift) * (Math.CopySign(1, here) + shift / here), g = beside;
        for (int i = first; i < last; i++)
        {
            double next = diagonal[i + 1];
            (double r, double cos, double sin) = Rotation(f, g);
            if (i > first) above[i - 1] = r;
            Rotate(memory.Right, i, cos, sin);
            f = cos * here + sin * beside;
            g = sin * next;
            beside = cos * beside - sin * here;
            next *= cos;
            (diagonal[i], cos, sin) = Rotation(f, g);
            Rotate(memory.Left, i, cos, sin);
            f = cos * beside + sin * next;
            here = cos * next - sin * beside;
            if (i == last - 1) break;
            g = sin * above[i + 1];
            beside = cos * above[i + 1];
        }
        diagonal[last] = here;
        above[last - 1] = f;
    }

    /// <summary>A shift of 0, without cancellation: brings a zero of the diagonal to its end in one sweep.</summary>
    [MethodImpl(Compiled.Apart)]
    void SweepUnshifted(int first, int last)
    {
        double cos = 1, sin, leftCos = 1, leftSin = 0;
        for (int i = first; i < last; i++)
        {
            (double r, cos, sin) = Rotation(d[i] * cos, e[i]);
            if (i > first) e[i - 1] = leftSin * r;
            (d[i], leftCos, leftSin) = Rotation(leftCos * r, d[i + 1] * sin);
            Rotate(memory.Right, i, cos, sin);
            Rotate(memory.Left, i, leftCos, leftSin);
        }
        double rest = d[last] * cos;
        d[last] = rest * leftCos;
        e[last - 1] = rest * leftSin;
    }

    /// <summary>The rotation that turns (f, g) into (r, 0). Root and quotient do not wait for each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (double R, double Cos, double Sin) Rotation(double f, double g)
    {
        double square = f * f + g * g;
        if (square < Tiny) return RotationOfTiny(f, g);
        double root = Math.Sqrt(square), inverse = root * (1 / square);
        return (root, f * inverse, g * inverse);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (double R, double Cos, double Sin) RotationOfTiny(double f, double g)
    {
        double largest = Math.Max(Math.Abs(f), Math.Abs(g));
        if (largest == 0) return (0, 1, 0);
        (double r, double cos, double sin) = Rotation(f / largest, g / largest);
        return (largest * r, cos, sin);
    }

    /// <summary>Rows i and i + 1 become cos·x + sin·y and cos·y − sin·x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Rotate(double* rows, int i, double cos, double sin)
    {
        if (rows != null) Rotate(rows + i * memory.Stride, rows + (i + 1) * memory.Stride, length, cos, sin);
    }

    [MethodImpl(Compiled.Apart)]
    static void Rotate(double* x, double* y, int length, double cos, double sin)
    {
        TVector c = TSimd.Broadcast(cos), s = TSimd.Broadcast(sin), minus = TSimd.Broadcast(-sin);
        for (int j = 0; j < length; j += TSimd.Count)
        {
            TVector p = TSimd.Load(x + j), q = TSimd.Load(y + j);
            TSimd.Store(x + j, TSimd.MultiplyAdd(s, q, TSimd.Multiply(c, p)));
            TSimd.Store(y + j, TSimd.MultiplyAdd(minus, p, TSimd.Multiply(c, q)));
        }
    }

    /// <summary>The smaller singular value of [[f, g], [0, h]].</summary>
    [MethodImpl(Compiled.Apart)]
    static double Smaller(double f, double g, double h)
    {
        (f, g, h) = (Math.Abs(f), Math.Abs(g), Math.Abs(h));
        double low = Math.Min(f, h), high = Math.Max(f, h);
        if (low == 0) return 0;
        double unit = Math.Max(high, g);        // squares of numbers up to 2
        double sum = (high + low) / unit, difference = (high - low) / unit, square = g / unit * (g / unit);
        return 2 * low * (high / unit) / (Math.Sqrt(sum * sum + square) + Math.Sqrt(difference * difference + square));
    }
}
