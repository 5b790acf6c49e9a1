using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Sums of squares of a matrix along its rows, beside what belongs to its columns: the passes of a second moment that is kept as row and column sums.
/// Eight rows a turn: what belongs to the columns is read once for all of them, and the fewer instructions lie between two reads from memory, the
/// more reads are on their way at once.
/// </summary>
internal static unsafe class FactoredSquares
{
    const int Together = 8;

    /// <summary>sums[i] = Σ g² of row i, and columns += share·(g² + ε) for every row.</summary>
    public static void Add<T>(T* g, int rows, nint width, double share, double epsilon, T* columns, double* sums) where T : unmanaged =>
        Run(new AddToColumns(share, epsilon), g, rows, width, columns, sums);

    /// <summary>sums[i] = Σ g²·weights of row i.</summary>
    public static void Weighted<T>(T* g, int rows, nint width, T* weights, double* sums) where T : unmanaged =>
        Run(new Weigh(), g, rows, width, weights, sums);

    static void Run<R, T>(R rule, T* g, int rows, nint width, T* columns, double* sums) where R : struct, IRule where T : unmanaged =>
        LaneChoice.Run<T, Rows<R, T>>(new(rule, g, width, columns, sums), 0, rows);

    [MethodImpl(Compiled.Apart)]
    static void Eight<R, V, T>(R rule, T* g, nint width, T* columns, double* sums)
        where R : struct, IRule where V : unmanaged, ILanes<V> where T : unmanaged
    {
        V s0 = V.Constant(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        V share = V.Constant(rule.Share), epsilon = V.Constant(Together * rule.Epsilon);
        nint i = 0;
        for (; i <= width - Lane<V, T>.Width; i += Lane<V, T>.Width)
        {
            V c = Lane<V, T>.Load(columns + i);
            T* x = g + i, y = x + 4 * width;
            V t0 = Lane<V, T>.Load(x), t1 = Lane<V, T>.Load(x + width), t2 = Lane<V, T>.Load(x + 2 * width), t3 = Lane<V, T>.Load(x + 3 * width);
            V t4 = Lane<V, T>.Load(y), t5 = Lane<V, T>.Load(y + width), t6 = Lane<V, T>.Load(y + 2 * width), t7 = Lane<V, T>.Load(y + 3 * width);
            s0 = rule.Add(s0, t0, c);
            s1 = rule.Add(s1, t1, c);
            s2 = rule.Add(s2, t2, c);
            s3 = rule.Add(s3, t3, c);
            s4 = rule.Add(s4, t4, c);
            s5 = rule.Add(s5, t5, c);
            s6 = rule.Add(s6, t6, c);
            s7 = rule.Add(s7, t7, c);
            if (!rule.ChangesColumns) continue;
            V even = V.FusedMultiplyAdd(t2, t2, V.FusedMultiplyAdd(t0, t0, epsilon)), odd = V.FusedMultiplyAdd(t3, t3, t1 * t1);
            even = V.FusedMultiplyAdd(t6, t6, V.FusedMultiplyAdd(t4, t4, even));
            odd = V.FusedMultiplyAdd(t7, t7, V.FusedMultiplyAdd(t5, t5, odd));
            Lane<V, T>.Store(columns + i, V.FusedMultiplyAdd(share, even + odd, c));
        }
        (sums[0], sums[1], sums[2], sums[3]) = (Lane<V, T>.Sum(s0), Lane<V, T>.Sum(s1), Lane<V, T>.Sum(s2), Lane<V, T>.Sum(s3));
        (sums[4], sums[5], sums[6], sums[7]) = (Lane<V, T>.Sum(s4), Lane<V, T>.Sum(s5), Lane<V, T>.Sum(s6), Lane<V, T>.Sum(s7));
        if (i == width) return;
        for (int row = 0; row < Together; row++) sums[row] += One<R, V, T>(rule, g + row * width + i, width - i, columns + i);
    }

    [MethodImpl(Compiled.Apart)]
    static double One<R, V, T>(R rule, T* g, nint n, T* columns) where R : struct, IRule where V : unmanaged, ILanes<V> where T : unmanaged
    {
        V none = V.Constant(0), sum = none, share = V.Constant(rule.Share), epsilon = V.Constant(rule.Epsilon);
        for (nint i = 0; i < n; i += Lane<V, T>.Width)
        {
            nint count = Math.Min(n - i, Lane<V, T>.Width);
            V t = Lane<V, T>.LoadUpTo(g + i, count, none), c = Lane<V, T>.LoadUpTo(columns + i, count, none);
            sum = rule.Add(sum, t, c);
            if (rule.ChangesColumns) Lane<V, T>.StoreUpTo(columns + i, V.FusedMultiplyAdd(share, V.FusedMultiplyAdd(t, t, epsilon), c), count);
        }
        return Lane<V, T>.Sum(sum);
    }

    /// <summary>What an element adds to its row's sum, and what becomes of the columns.</summary>
    interface IRule
    {
        bool ChangesColumns { get; }

        double Share { get; }

        double Epsilon { get; }

        V Add<V>(V sum, V g, V column) where V : struct, ILanes<V>;
    }

    readonly struct AddToColumns(double share, double epsilon) : IRule
    {
        public bool ChangesColumns => true;

        public double Share => share;

        public double Epsilon => epsilon;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Add<V>(V sum, V g, V column) where V : struct, ILanes<V> => V.FusedMultiplyAdd(g, g, sum);
    }

    readonly struct Weigh : IRule
    {
        public bool ChangesColumns => false;

        public double Share => 0;

        public double Epsilon => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Add<V>(V sum, V g, V column) where V : struct, ILanes<V> => V.FusedMultiplyAdd(g * g, column, sum);
    }

    readonly struct Rows<R, T>(R rule, T* g, nint width, T* columns, double* sums) : ILaneRows where R : struct, IRule where T : unmanaged
    {
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            int i = first;
            for (; i <= end - Together; i += Together) Eight<R, V, T>(rule, g + i * width, width, columns, sums + i);
            for (; i < end; i++) sums[i] = One<R, V, T>(rule, g + i * width, width, columns);
        }
    }
}
