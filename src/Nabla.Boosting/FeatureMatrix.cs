using System.Runtime.CompilerServices;

namespace Nabla.Boosting;

/// <summary>Numbers [rows, columns] of a tensor at an address that stays while this object is kept.</summary>
internal sealed unsafe class FeatureMatrix
{
    readonly Tensor? source;            // whose native block the pointer leads to
    readonly PinnedArray<float>? copy;  // or, for a tensor on a small array that the collector may move, this
    readonly float* origin;

    /// <exception cref="ShapeException">There are no rows and columns.</exception>
    public FeatureMatrix(Tensor features, string who)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Rank != 2 || features.Shape[1] == 0)
            throw new ShapeException($"{who}: expected features [rows, columns], got {features.Shape}.");
        (Rows, Columns) = (features.Shape[0], features.Shape[1]);
        Tensor numbers = features.Detach().To(DType.Float32).Contiguous();
        if (numbers.Storage is Block)
        {
            source = numbers;
            origin = (float*)Unsafe.AsPointer(ref numbers.Origin<float>());
        }
        else
        {
            copy = new PinnedArray<float>(numbers.Length);
            numbers.CopyTo(copy.Span);
            origin = copy.Pointer;
        }
    }

    public int Rows { get; }

    public int Columns { get; }

    public float* Row(long row) => origin + row * Columns;

    public ReadOnlySpan<float> RowSpan(long row) => new(Row(row), Columns);

    /// <summary>Keeps the memory alive up to here.</summary>
    public void KeepAlive()
    {
        GC.KeepAlive(source);
        GC.KeepAlive(copy);
    }
}
