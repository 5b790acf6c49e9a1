using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Reflects the columns of a narrow panel [rows, columns], rows ≥ columns, into a triangle (Householder, 1958). Its rows are <paramref name="step"/>
/// apart and whole registers, padded with zeros.
/// </summary>
/// <remarks>
/// A row is read and written once for each reflection: it takes the reflection before and adds to the product with the one at hand, whose
/// column was brought up to date first.
/// </remarks>
/// <param name="p">The panel.</param>
/// <param name="step">At most <see cref="MostColumns"/>.</param>
/// <param name="rows">Rows.</param>
/// <param name="columns">Columns.</param>
/// <param name="memory">Two vectors of <see cref="LengthOf"/> elements.</param>
internal readonly unsafe struct ReflectionPanel<TSimd, TVector, T>(T* p, int step, int rows, int columns, T* memory)
    where TSimd : struct, ISimd<TVector, T> where TVector : struct where T : unmanaged, IFloatingPointIeee754<T>
{
    public const int MostColumns = 32;
    const int RowsAtOnce = 4;

    // Sums of squares between these neither overflow nor lose digits.
    static T Least => T.CreateTruncating(typeof(T) == typeof(float) ? 1e-28 : 1e-280);

    static T Most => T.CreateTruncating(typeof(T) == typeof(float) ? 1e36 : 1e300);

    /// <summary>Elements of a vector with what loops over several rows read beyond it.</summary>
    public static int LengthOf(int rows) => MatMul.RoundUp(rows + RowsAtOnce, 16);

    /// <summary>
    /// The triangle on and above the diagonal, and below it the vectors v of I − τ·v·vᵀ, whose first element, 1, is not stored.
    /// <paramref name="scales"/> gets their τ, 0 where a column had nothing below its diagonal.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Factor(T* scales)
    {
        T* v = memory, before = memory + LengthOf(rows), w = stackalloc T[MostColumns];
        new Span<T>(memory, 2 * LengthOf(rows)).Clear();
        new Span<T>(w, MostColumns).Clear();
        T* panel = p;
        int width = step;
        for (int k = 0; k < columns; k++)
        {
            // The vectors begin a row early, where this one is 0: the row before takes the reflection before only.
            int first = Math.Max(k - 1, 0);
            T along = w[k];
            for (int i = first; i < rows; i++) v[i] = panel[i * (nint)width + k] - along * before[i];
            if (k > 0) v[first] = T.Zero;
            T tau = scales[k] = Reflect(v + k, v + k + 1, rows - k - 1, out T head);
            Pass(first, k / TSimd.Count * TSimd.Count, v, before, w);
            for (int j = k / TSimd.Count * TSimd.Count; j < width; j++) w[j] = j > k ? w[j] * tau : T.Zero;
            panel[k * (nint)width + k] = head;
            for (int i = k + 1; i < rows; i++) panel[i * (nint)width + k] = v[i];
            T* free = before;
            before = v;
            v = free;
        }
    }

    /// <summary>
    /// A vector of one element, its head, and the <paramref name="length"/> others becomes v with 1 as its head, or zeros if the others are;
    /// returns τ. The reflection leaves <paramref name="value"/> as the head.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public static T Reflect(T* head, T* others, int length, out T value)
    {
        Span<T> rest = new(others, length);
        T unit = T.One, square = Vectors.Dot<T>(rest, rest);
        if (!(square + *head * *head is var sum && sum >= Least && sum <= Most))
        {
            unit = T.Max(T.Abs(*head), Vectors.LargestMagnitude<T>(rest));
            if (unit > T.Zero)
            {
                *head /= unit;
                foreach (ref T element in rest) element /= unit;
            }
            square = Vectors.Dot<T>(rest, rest);
        }
        value = *head * unit;
        if (square == T.Zero)
        {
            *head = T.Zero;
            rest.Clear();
            return T.Zero;
        }
        T root = -T.CopySign(T.Sqrt(square + *head * *head), *head), scale = T.One / (*head - root);
        value = root * unit;
        *head = T.One;
        foreach (ref T element in rest) element *= scale;
        // Of v as it is now: a reflection with any other τ is not orthogonal, and many that lean the same way add up.
        return T.CreateTruncating(2 / (1 + Vectors.SquareSum<T>(rest)));
    }

    /// <summary>From row <paramref name="first"/> on: minus before · w, and w becomes vᵀ times that.</summary>
    [MethodImpl(Compiled.Apart)]
    void Pass(int first, int start, T* v, T* before, T* w)
    {
        nint width = step;
        for (int j = start; j < width; j += 2 * TSimd.Count)
        {
            nint second = j + TSimd.Count < width ? TSimd.Count : 0;         // the last register alone: the same one twice
            TVector wa = TSimd.Subtract(default, TSimd.Load(w + j)), wb = TSimd.Subtract(default, TSimd.Load(w + j + second));
            TVector a0 = default, a1 = default, b0 = default, b1 = default;
            T* row = p + first * width + j;
            int i = first;
            for (; i < rows - 1; i += 2, row += 2 * width)
            {
                TVector factor = TSimd.Broadcast(before[i]), weight = TSimd.Broadcast(v[i]);
                TVector a = TSimd.MultiplyAdd(factor, wa, TSimd.Load(row)), b = TSimd.MultiplyAdd(factor, wb, TSimd.Load(row + second));
                TSimd.Store(row, a);
                TSimd.Store(row + second, b);
                (a0, b0) = (TSimd.MultiplyAdd(weight, a, a0), TSimd.MultiplyAdd(weight, b, b0));
                (factor, weight) = (TSimd.Broadcast(before[i + 1]), TSimd.Broadcast(v[i + 1]));
                T* next = row + width;
                (a, b) = (TSimd.MultiplyAdd(factor, wa, TSimd.Load(next)), TSimd.MultiplyAdd(factor, wb, TSimd.Load(next + second)));
                TSimd.Store(next, a);
                TSimd.Store(next + second, b);
                (a1, b1) = (TSimd.MultiplyAdd(weight, a, a1), TSimd.MultiplyAdd(weight, b, b1));
            }
            if (i < rows)
            {
                TVector factor = TSimd.Broadcast(before[i]), weight = TSimd.Broadcast(v[i]);
                TVector a = TSimd.MultiplyAdd(factor, wa, TSimd.Load(row)), b = TSimd.MultiplyAdd(factor, wb, TSimd.Load(row + second));
                TSimd.Store(row, a);
                TSimd.Store(row + second, b);
                (a0, b0) = (TSimd.MultiplyAdd(weight, a, a0), TSimd.MultiplyAdd(weight, b, b0));
            }
            TSimd.Store(w + j, TSimd.Add(a0, a1));
            TSimd.Store(w + j + second, TSimd.Add(b0, b1));
        }
    }
}
