namespace Nabla.Estimators;

/// <summary>Targets of a classifier: the classes there are, rising, and for each row which of them it is.</summary>
internal sealed class ClassTargets
{
    ClassTargets(long[] classes, int[] indices) => (Classes, Indices) = (classes, indices);

    public long[] Classes { get; }

    /// <summary>For each row, the position of its class in <see cref="Classes"/>.</summary>
    public int[] Indices { get; }

    public int Count => Classes.Length;

    /// <summary>targets [rows] or [rows, 1] of whole numbers.</summary>
    /// <exception cref="ArgumentException">There is a single class, or a number that is not whole.</exception>
    public static ClassTargets Read(Tensor targets, string who, int rows)
    {
        long[] labels = Labels(targets, who, rows);
        long[] classes = [.. labels.Distinct().Order()];
        if (classes.Length < 2)
            throw new ArgumentException(
                $"{who}: expected targets of at least 2 classes, got only class {classes[0]} in {rows} rows. Check the split, or that the target column is the right one.",
                nameof(targets));
        return new ClassTargets(classes, Positions(labels, classes, who));
    }

    /// <summary>The targets of a later part of the data, as positions among classes that are known.</summary>
    public static int[] Read(Tensor targets, string who, int rows, long[] classes) => Positions(Labels(targets, who, rows), classes, who);

    /// <summary>The rows of each class, rising.</summary>
    public int[] Counts()
    {
        var counts = new int[Count];
        foreach (int c in Indices) counts[c]++;
        return counts;
    }

    static int[] Positions(long[] labels, long[] classes, string who) => Array.ConvertAll(labels, label =>
        Array.BinarySearch(classes, label) is >= 0 and var position ? position
            : throw new ArgumentException($"{who}: expected classes {string.Join(", ", classes)}, got {label}.", nameof(labels)));

    static long[] Labels(Tensor targets, string who, int rows)
    {
        ArgumentNullException.ThrowIfNull(targets);
        TableInput.CheckRows(targets, who, "targets", rows);
        if (targets.Length != rows) throw new ShapeException($"{who}: expected targets [{rows}], got {targets.Shape}.");
        double[] numbers = targets.Detach().To(DType.Float64).ToArray<double>();
        int bad = Array.FindIndex(numbers, static v => v != Math.Floor(v) || Math.Abs(v) > 1L << 53);
        if (bad >= 0 || numbers.AsSpan().Contains(double.NaN))
            throw new ArgumentException(
                $"{who}: expected classes as whole numbers, got {numbers[Math.Max(bad, 0)]} at row {Math.Max(bad, 0)}. To predict numbers take a regressor.",
                nameof(targets));
        return Array.ConvertAll(numbers, static v => (long)v);
    }
}
