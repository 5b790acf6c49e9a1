using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// What dividing and conquering does with values and the rows of vectors that belong to them, for <see cref="TridiagonalMerge{T}"/> and
/// <see cref="BidiagonalMerge{T}"/>: rows of two halves become rows of the whole, by the vectors of a secular equation. Values with no part in
/// that, and of two that are equal one, are dropped from it and keep their vectors (Gu, Eisenstat: A divide-and-conquer algorithm for the
/// symmetric tridiagonal eigenproblem, 1995).
/// </summary>
/// <remarks>Vectors are in the type of the input; everything that decides on values is in doubles.</remarks>
internal unsafe struct MergedRows<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Vectors of this kind are zero in the second half, nowhere, or in the first.</summary>
    public const int First = 0, Both = 1, Second = 2;

    /// <summary>The values, and what they have to do with the other half.</summary>
    public readonly double* Values, Z;

    /// <summary>Of each row.</summary>
    public readonly int* Kinds;

    /// <summary>Rows by rising value, within each part that is solved.</summary>
    public readonly int* Order;

    /// <summary>Rows by rising value before <see cref="Deflate"/>, then those it kept.</summary>
    public readonly int* Sorted;

    public SecularMemory Secular;

    readonly nint stride;
    readonly T* packed, weights;
    readonly double* moved;
    int kept, inFirst, inBoth;

    public MergedRows(int n, double* values, int* order, byte* memory)
    {
        Values = values;
        Order = order;
        stride = Elimination.Stride<T>(n);
        packed = (T*)memory;
        weights = packed + n * stride;
        Z = (double*)(weights + n * stride);
        moved = Z + n;
        Sorted = (int*)(moved + n);
        Kinds = Sorted + n;
        Secular = new(n, (byte*)Sorted + Workspace.Align(2 * n * sizeof(int)));
    }

    public static nint Bytes(int n) =>
        2 * sizeof(T) * n * Elimination.Stride<T>(n) + 2 * sizeof(double) * (nint)n + Workspace.Align(2 * n * sizeof(int)) + SecularMemory.Bytes(n);

    /// <summary>What is nothing beside numbers near 1.</summary>
    public static double Epsilon => 8 * (typeof(T) == typeof(float) ? 6e-8 : 1.1e-16);

    /// <summary>Two lists of rows by rising value become one.</summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Sort(int* a, int aCount, int* b, int bCount, int* to)
    {
        int* aEnd = a + aCount, bEnd = b + bCount;
        while (a < aEnd || b < bEnd) *to++ = b == bEnd || (a < aEnd && Values[*a] <= Values[*b]) ? *a++ : *b++;
    }

    /// <summary>Row into the equation, as the next.</summary>
    public void Keep(int row, double rho)
    {
        Sorted[kept] = row;
        Secular.Poles[kept] = Values[row];
        Secular.Weights[kept] = rho * Z[row] * Z[row];
        Secular.Exact[kept] = Z[row];
        kept++;
    }

    /// <summary>
    /// Divides the sorted rows into those that go into the equation and those dropped, listed in Order. The first <paramref name="before"/> are kept.
    /// Both kinds of vectors, or the only one, reach up to column <paramref name="end"/> − 1.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Deflate(int first, int last, int before, double rho, double tolerance, T* vectors, T* others, int end)
    {
        kept = 0;
        for (int at = 0; at < before; at++) Keep(Sorted[at], rho);
        int dropped = first, held = -1;
        for (int at = before; at < last - first; at++)
        {
            int row = Sorted[at];
            if (rho * Math.Abs(Z[row]) <= tolerance)
            {
                Order[dropped++] = row;
                continue;
            }
            if (held >= 0)
            {
                // A rotation of both vectors puts all of z into the second; is what it leaves beside the diagonal nothing?
                double length = Math.Sqrt(Z[row] * Z[row] + Z[held] * Z[held]), cos = Z[row] / length, sin = Z[held] / length;
                double low = Values[held], high = Values[row];
                if ((high - low) * Math.Abs(cos * sin) <= tolerance)
                {
                    Z[row] = length;
                    if (Kinds[row] != Kinds[held]) Kinds[row] = Both;
                    Rotate(vectors, held, row, first, end, cos, -sin);
                    if (others != null) Rotate(others, held, row, first, end, cos, -sin);
                    Values[held] = low * cos * cos + high * sin * sin;
                    Values[row] = low * sin * sin + high * cos * cos;
                    Order[dropped++] = held;
                }
                else Keep(held, rho);
            }
            held = row;
        }
        if (held >= 0) Keep(held, rho);
    }

    /// <summary>Rows x and y become cos·x + sin·y and cos·y − sin·x.</summary>
    public readonly void Rotate(T* vectors, int x, int y, int first, int end, double cos, double sin) =>
        Vectors.Rotate(Row(vectors, x, first, end), Row(vectors, y, first, end), T.CreateTruncating(cos), T.CreateTruncating(sin));

    readonly Span<T> Row(T* vectors, int row, int first, int end) => new(vectors + row * stride + first, end - first);

    /// <summary>
    /// Solves the equation and decides on places: products want first the rows without a second half, then whole ones, then those without a
    /// first half, and last the dropped.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Solve(int first, int last)
    {
        int* next = stackalloc int[3];
        (next[First], next[Both], next[Second]) = (0, 0, 0);
        for (int k = 0; k < kept; k++) next[Kinds[Sorted[k]]]++;
        (inFirst, inBoth) = (next[First], next[Both]);
        (next[First], next[Both], next[Second]) = (0, inFirst, inFirst + inBoth);
        for (int k = 0; k < kept; k++) Secular.Places[k] = next[Kinds[Sorted[k]]]++;
        for (int k = kept; k < last - first; k++) moved[k - kept] = Values[Order[first + k - kept]];
        Secular.Count = kept;
        Secular.Solve();
    }

    /// <summary>
    /// The kept rows become the products of the equation's vectors with them; the dropped follow. Columns first … middle − 1 are the first half, middle … end − 1
    /// the second.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Replace(T* vectors, bool areLeft, int first, int middle, int last, int end)
    {
        for (int k = 0; k < kept; k++)
        {
            int row = Sorted[k], from = Kinds[row] == Second ? middle : first, to = Kinds[row] == First ? middle : end;
            Row(vectors, row, from, to).CopyTo(new(packed + Secular.Places[k] * stride + (from - first), to - from));
        }
        for (int k = kept; k < last - first; k++) Row(vectors, Order[first + k - kept], first, end).CopyTo(new(packed + k * stride, end - first));
        Secular.Vectors(weights, stride, areLeft);
        T* target = vectors + first * stride + first, second = packed + inFirst * stride + (middle - first);
        MatMul.Run(kept, middle - first, inFirst + inBoth, weights, stride, 1, packed, stride, 1, target, stride);
        MatMul.Run(kept, end - middle, kept - inFirst, weights + inFirst, stride, 1, second, stride, 1, target + (middle - first), stride);
        for (int k = kept; k < last - first; k++) new ReadOnlySpan<T>(packed + k * stride, end - first).CopyTo(Row(vectors, first + k, first, end));
    }

    /// <summary>The values of the replaced rows, and their order.</summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Finish(int first, int last)
    {
        for (int k = 0; k < kept; k++)
        {
            Values[first + k] = Secular.Value(k);
            Sorted[k] = first + k;
        }
        for (int k = kept; k < last - first; k++)
        {
            double value = Values[first + k] = moved[k - kept];
            int at = k;
            for (; at > kept && Values[Sorted[at - 1]] > value; at--) Sorted[at] = Sorted[at - 1];
            Sorted[at] = first + k;
        }
        Sort(Sorted, kept, Sorted + kept, last - first - kept, Order + first);
    }

    /// <summary>A row of a part solved without halves, and its value, into the order of that part: rows before it are there.</summary>
    public readonly void Insert(int first, int row, double value)
    {
        Values[row] = value;
        int at = row;
        for (; at > first && Values[Order[at - 1]] > value; at--) Order[at] = Order[at - 1];
        Order[at] = row;
    }

    /// <summary>The same for its vector.</summary>
    [MethodImpl(Compiled.Apart)]
    public readonly void Insert(T* vectors, int first, int row, double* vector, int length, double sign = 1)
    {
        T* to = vectors + row * stride + first;
        for (int j = 0; j < length; j++) to[j] = T.CreateTruncating(sign * vector[j]);
    }
}
