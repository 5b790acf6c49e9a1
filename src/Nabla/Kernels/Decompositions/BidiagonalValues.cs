using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The singular values of an upper bidiagonal matrix, without vectors and without roots: quotients and differences of the squares of its elements, with shifts
/// (Fernando, Parlett: Accurate singular values and differential qd algorithms, 1994). A pass is a chain of one division per element; a QR
/// iteration waits for two roots. How far to shift is guessed from the last pass (Parlett, Marques: An implementation of the dqds algorithm, 2000).
/// </summary>
/// <remarks>
/// q and e hold squares of the diagonal and of what stands above it. A pass with shift s takes s off the squares of all values, and must leave none below 0: one
/// that finds out otherwise is repeated with less. The last place of a block keeps what was taken off so far, as a sum of two numbers.
/// </remarks>
internal unsafe struct BidiagonalValues
{
    const double Epsilon = 2.220446049250313e-16, Negligible = Epsilon * Epsilon;
    const int MostPasses = 60;                          // per value; about four are usual
    const int RowsOfNumbers = 8;
    const double Divided = -1;                          // stands for the zero between blocks
    const double FirstShare = 0.25;
    const double MostOfNorm = 0.563, Safety = 1.05;     // of an estimated square, as published

    readonly int n;
    readonly double* values, q, e, nextQ, nextE, left, least, shifts, rests;
    double share;

    /// <param name="n">Rows and columns.</param>
    /// <param name="values">The diagonal, which becomes the singular values, in no order.</param>
    /// <param name="above">What stands above it.</param>
    /// <param name="memory"><see cref="Bytes"/> bytes.</param>
    public BidiagonalValues(int n, double* values, double* above, byte* memory)
    {
        this.n = n;
        this.values = values;
        share = FirstShare;
        new Span<byte>(memory, (int)Bytes(n)).Clear();
        q = (double*)memory;
        e = q + n;
        nextQ = e + n;
        nextE = nextQ + n;
        left = nextE + n;
        least = left + n;
        shifts = least + n;
        rests = shifts + n;
        for (int i = 0; i < n; i++) q[i] = values[i] * values[i];
        for (int i = 0; i < n - 1; i++) e[i] = above[i] * above[i];
    }

    public static nint Bytes(int n) => checked((int)(RowsOfNumbers * sizeof(double) * (nint)n));

    /// <exception cref="ArithmeticException">It does not converge.</exception>
    [MethodImpl(Compiled.Apart)]
    public void Run()
    {
        int passes = 0;
        if (n > 1 && q[0] < q[n - 1])               // small values leave at the end, so they had better begin there
        {
            new Span<double>(q, n).Reverse();
            new Span<double>(e, n - 1).Reverse();
        }
        for (int last = n - 1; last >= 0;)
        {
            int first = First(last);
            if (first == last)
            {
                Found(last, last, q[last]);
                last--;
            }
            else if (first == last - 1)
            {
                Two(first, last);
                last -= 2;
            }
            else if ((passes += Shift(first, last)) > MostPasses * n)
                throw new ArithmeticException($"SingularValues: expected to converge within {MostPasses} passes per value.");
        }
    }

    /// <summary>Where the block begins that ends there: after the nearest element above the diagonal that is nothing beside what is around it.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly int First(int last)
    {
        double shift = shifts[last];
        for (int k = last - 1; k >= 0; k--)
        {
            if (e[k] > Negligible * (q[k] + q[k + 1] + shift)) continue;
            if (e[k] != Divided) (e[k], shifts[k], rests[k]) = (Divided, shift, rests[last]);
            return k + 1;
        }
        return 0;
    }

    readonly void Found(int at, int last, double square) => values[at] = Math.Sqrt(Math.Max(0, square + shifts[last] + rests[last]));

    /// <summary>The last two, from sum and product of their squares.</summary>
    readonly void Two(int first, int last)
    {
        double half = 0.5 * (q[first] - q[last] + e[first]), larger = q[last] + half + Math.Sqrt(half * half + q[last] * e[first]);
        Found(first, last, larger);
        Found(last, last, q[last] * (q[first] / larger));
    }

    /// <summary>A pass with the best shift that leaves no square below 0. Returns how many it took.</summary>
    [MethodImpl(Compiled.Apart)]
    int Shift(int first, int last)
    {
        double shift = Guess(first, last);
        int passes = 1;
        for (; !Pass(first, last, shift); passes++)
        {
            double rest = left[last];               // if it is all that is below 0, the least square is not below the shift plus it
            bool isClose = passes < 3 && rest < 0 && shift + rest > 0 && least[last - 1] > 0;
            shift = isClose ? (shift + rest) * (1 - 4 * Epsilon) : passes < 3 ? shift / 4 : 0;
        }
        int length = last - first;
        new ReadOnlySpan<double>(nextQ + first, length + 1).CopyTo(new(q + first, length + 1));
        new ReadOnlySpan<double>(nextE + first, length).CopyTo(new(e + first, length));
        double before = shifts[last], sum = before + shift, added = sum - before;
        rests[last] += before - (sum - added) + (shift - added);
        shifts[last] = sum;
        return passes;
    }

    /// <summary>Notes what is left at each place, and the least of it up to there. False if something fell below 0.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly bool Pass(int first, int last, double shift)
    {
        double* fromQ = q, fromE = e, toQ = nextQ, toE = nextE, each = left, smallest = least;
        double d = fromQ[first] - shift, low = d;
        each[first] = smallest[first] = d;
        for (int i = first; i < last; i++)
        {
            double beside = fromE[i], sum = d + beside, quotient = fromQ[i + 1] / sum;
            toQ[i] = sum;
            toE[i] = beside * quotient;
            d = Math.FusedMultiplyAdd(d, quotient, -shift);
            low = double.MinNative(d, low);         // no branch: where the least changes cannot be foreseen
            each[i + 1] = d;
            smallest[i + 1] = low;
        }
        toQ[last] = d;
        return low >= 0 && d >= 0;                  // not so if d is NaN, either
    }

    /// <summary>A bound for the least square where the last pass tells enough, or a share of what cannot be below it.</summary>
    [MethodImpl(Compiled.Apart)]
    double Guess(int first, int last)
    {
        double low = least[last], end = left[last], lowBefore = least[last - 1], endBefore = left[last - 1];
        if (!(low > 0)) return 0;
        if (low != end && low != endBefore)
        {
            double part = share * low;
            share += (1 - share) / 3;
            return part;
        }
        share = FirstShare;
        if (low != end) return FirstShare * low;
        return lowBefore == endBefore ? FromGap(last, end) : FromVector(first, last, end);
    }

    /// <summary>The last two are the least: their distance from the others, and from each other, bounds what the last loses to them.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly double FromGap(int last, double end)
    {
        double beside = Math.Sqrt(q[last] * e[last - 1]), before = Math.Sqrt(q[last - 1] * e[last - 2]), other = q[last - 1] + e[last - 1];
        double far = 0.75 * least[last - 2] - other, near = other - end - (far > before ? before / far * before : beside + before);
        if (near > beside) return Math.Max(end - beside / near * beside, 0.5 * end);
        double bound = Math.Max(0, end - beside);
        if (other > beside + before) bound = Math.Min(bound, other - (beside + before));
        return Math.Max(bound, end / 3);
    }

    /// <summary>From the length of the vector of the last value, whose elements fall as they go back.</summary>
    [MethodImpl(Compiled.Apart)]
    readonly double FromVector(int first, int last, double end)
    {
        double element = e[last - 1] / q[last - 1], square = element;
        for (int k = last - 2; k >= first && square < MostOfNorm; k--)
        {
            double before = element;
            element *= e[k] / q[k];
            square += element;
            if (100 * Math.Max(element, before) < square) break;
        }
        square *= Safety;
        return square < MostOfNorm ? Math.Max(FirstShare * end, end * (1 - Math.Sqrt(square)) / (1 + square)) : FirstShare * end;
    }
}
