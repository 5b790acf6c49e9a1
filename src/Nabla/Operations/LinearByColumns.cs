namespace Nabla;

/// <summary>
/// The derivative of a linear layer whose gradient comes by columns. Each block of columns is written once, to memory that the nearer
/// caches hold, and read from there by both products and the sum for the bias. The whole, often the largest tensor of a language
/// model, would be written to main memory once and read from there three times, the last time by columns.
/// </summary>
internal static class LinearByColumns
{
    const int BlockSize = 1 << 18;      // elements: a second cache of 1 MB, or a part of the third
    const int Unit = 48;                // columns: whole tiles of any kind of register, and whole cache lines
    const int LeastUnits = 7;           // of a block; below, dx is read and written, and x packed, too often

    /// <summary>Gradients of x [n, in], W [out, in] and b [out] from that of x·Wᵀ + b.</summary>
    public static Gradients Derivative(IColumnwiseGradient gradient, Saved saved)
    {
        Tensor x = saved[0], weight = saved[1];
        bool hasBias = saved.Inputs == 3;
        Tensor? dx = saved.Needs(0) ? Tensor.Uninitialized(x.Shape, x.DType) : null;
        Tensor? dWeight = saved.Needs(1) ? Tensor.Uninitialized(weight.Shape, x.DType) : null;
        Tensor? dBias = hasBias && saved.Needs(2) ? Tensor.Uninitialized(weight.Shape.Without(1), x.DType) : null;

        int rows = x.Shape[0], columns = weight.Shape[0], width = Width(rows, columns);
        Tensor memory = Tensor.Uninitialized((rows, width), x.DType);
        for (int first = 0; first < columns; first += width)
        {
            Shape shape = (rows, Math.Min(width, columns - first));
            Tensor block = Tensor.View(memory, shape, shape.Strides, 0);
            gradient.Write(block, first);
            if (dx is not null) MatrixProduct.MultiplyInto(dx, block, weight.Narrow(0, first, shape[1]), accumulate: first > 0);
            if (dWeight is not null) MatrixProduct.MultiplyInto(dWeight.Narrow(0, first, shape[1]), block.T, x, accumulate: false);
            if (dBias is not null) Copies.CopyElements(block.Sum(0), dBias.Narrow(0, first, shape[1]));
        }
        return hasBias ? [dx, dWeight, dBias] : [dx, dWeight];
    }

    // An odd number of units, so that the rows of a block spread over the sets of the first cache.
    static int Width(int rows, int columns) => Math.Min((Math.Max(BlockSize / rows / Unit, LeastUnits) - 1 | 1) * Unit, columns);
}
