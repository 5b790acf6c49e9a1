using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla.Estimators;

/// <summary>A table on its way through a learner: rows one after another, every number finite.</summary>
internal sealed class Matrix<T>(T[] values, int rows, int columns) where T : unmanaged
{
    public Matrix(int rows, int columns) : this(new T[(long)rows * columns], rows, columns) { }

    public T[] Values => values;

    public int Rows => rows;

    public int Columns => columns;

    public ref T this[int row, int column] => ref values[(nint)row * columns + column];

    public Span<T> Row(int row) => values.AsSpan(row * columns, columns);

    /// <summary>One column, copied.</summary>
    public T[] Column(int column)
    {
        var copy = new T[rows];
        for (int i = 0; i < rows; i++) copy[i] = values[(nint)i * columns + column];
        return copy;
    }

    /// <summary>Rows in a given order, copied.</summary>
    public Matrix<T> Take(ReadOnlySpan<int> order)
    {
        var taken = new Matrix<T>(order.Length, columns);
        for (int i = 0; i < order.Length; i++) Row(order[i]).CopyTo(taken.Row(i));
        return taken;
    }

    public Matrix<T> Transposed()
    {
        var transposed = new Matrix<T>(columns, rows);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) transposed[j, i] = this[i, j];
        return transposed;
    }

    public Tensor ToTensor() => Tensor.From(values, (rows, columns));
}

/// <summary>What learners ask of the tensors they are given, and how they say no.</summary>
internal static class TableInput
{
    /// <summary>features [rows, columns] as numbers of type T.</summary>
    /// <param name="features">The table.</param>
    /// <param name="who">The model, for messages.</param>
    /// <param name="columns">The columns of the table it was fitted on; 0 while fitting.</param>
    /// <exception cref="ShapeException">It is no table, empty, or of another width.</exception>
    /// <exception cref="ArgumentException">A number is NaN or infinite.</exception>
    public static Matrix<T> Features<T>(Tensor features, string who, int columns = 0) where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckShape(features, who, columns);
        var matrix = new Matrix<T>(Copy<T>(features), features.Shape[0], features.Shape[1]);
        int bad = FirstNotFinite<T>(matrix.Values);
        if (bad >= 0) throw NotFinite(who, double.CreateChecked(matrix.Values[bad]), bad / matrix.Columns, bad % matrix.Columns);
        return matrix;
    }

    /// <summary>The numbers as T in one go: a tensor of that type in between would be as large as the table.</summary>
    static unsafe T[] Copy<T>(Tensor features) where T : unmanaged
    {
        DType type = DTypeExtensions.Of<T>();
        if (features.DType == type) return features.ToArray<T>();
        if (features.DType.IsHalf) return features.Detach().To(type).ToArray<T>();
        Tensor contiguous = features.Detach().Contiguous();
        T[] values = GC.AllocateUninitializedArray<T>(contiguous.Length);
        fixed (byte* from = &contiguous.Storage.Data)
        fixed (T* to = values)
            Conversion.Run(from + (nint)contiguous.Offset * contiguous.DType.Size, contiguous.DType, to, type, values.Length);
        GC.KeepAlive(contiguous);
        return values;
    }

    public static ArgumentException NotFinite(string who, double value, int row, int column) => new(
        $"{who}: expected finite features, got {value} at row {row}, column {column}. Fill in or drop missing values first.");

    public static void CheckShape(Tensor features, string who, int columns = 0)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Rank != 2) throw new ShapeException($"{who}: expected features [rows, columns], got {features.Shape}.");
        if (columns > 0 && features.Shape[1] != columns)
            throw new ShapeException($"{who}: expected {columns} columns as in the table it was fitted on, got {features.Shape[1]} ({features.Shape}).");
        if (columns == 0 && features.Length == 0) throw new ShapeException($"{who}: expected at least one row and one column, got {features.Shape}.");
    }

    /// <summary>targets [rows] or [rows, outputs] as doubles.</summary>
    public static Matrix<double> Numbers(Tensor targets, string who, int rows)
    {
        ArgumentNullException.ThrowIfNull(targets);
        CheckRows(targets, who, "targets", rows);
        int outputs = targets.Rank == 1 ? 1 : targets.Shape[1];
        double[] values = targets.Detach().To(DType.Float64).ToArray<double>();
        int bad = FirstNotFinite<double>(values);
        if (bad < 0) return new Matrix<double>(values, rows, outputs);
        throw new ArgumentException($"{who}: expected finite targets, got {values[bad]} at row {bad / outputs}.", nameof(targets));
    }

    /// <summary>targets [rows] or [rows, 1] of a learner that predicts one number.</summary>
    public static double[] Single(Tensor targets, string who, int rows)
    {
        Matrix<double> numbers = Numbers(targets, who, rows);
        return numbers.Columns == 1 ? numbers.Values
            : throw new ShapeException($"{who}: expected targets [{rows}], got {targets.Shape}. Fit one model per output.");
    }

    /// <summary>weights [rows], at least 0 and not all 0.</summary>
    public static double[] Weights(Tensor weights, string who, int rows)
    {
        double[] values = Single(weights, who, rows);
        int bad = Array.FindIndex(values, static w => w < 0);
        if (bad >= 0) throw new ArgumentException($"{who}: expected weights of at least 0, got {values[bad]} at row {bad}.", nameof(weights));
        if (values.Sum() == 0) throw new ArgumentException($"{who}: expected a weight above 0, got {rows} times 0.", nameof(weights));
        return values;
    }

    public static int FirstNotFinite<T>(ReadOnlySpan<T> values) where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Piece = 4096;
        for (int start = 0; start < values.Length; start += Piece)
        {
            ReadOnlySpan<T> piece = values.Slice(start, Math.Min(Piece, values.Length - start));
            if (IsFinite(piece)) continue;
            for (int i = 0; i < piece.Length; i++)
                if (!T.IsFinite(piece[i])) return start + i;
        }
        return -1;
    }

    // 0·x is 0 for finite x and NaN otherwise.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static bool IsFinite<T>(ReadOnlySpan<T> values) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var sum = Vector<T>.Zero;
        int i = 0;
        for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count) sum += new Vector<T>(values[i..]) * Vector<T>.Zero;
        T rest = Vector.Sum(sum);
        for (; i < values.Length; i++) rest += values[i] * T.Zero;
        return rest == T.Zero;
    }

    internal static void CheckRows(Tensor values, string who, string what, int rows)
    {
        if (values.Rank is not (1 or 2) || values.Shape[0] != rows)
            throw new ShapeException($"{who}: expected {what} for {rows} rows, got {values.Shape}.");
    }
}
