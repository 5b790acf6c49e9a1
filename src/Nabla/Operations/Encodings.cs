namespace Nabla;

/// <summary>Classes as vectors, and coordinates as grids.</summary>
public static class Encodings
{
    extension(Tensor x)
    {
        /// <summary>For class indices [...] a tensor [..., classes] that is 1 at the class and 0 elsewhere.</summary>
        /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, classes).</exception>
        public Tensor OneHot(int classes, DType dtype = DType.Float32)
        {
            Tensor at = Positions.Checked(x, classes, fromEnd: false, "OneHot", x.Rank, x.Shape.Insert(x.Rank, classes));
            Tensor y = Tensor.Zeros(x.Shape.Insert(x.Rank, classes), dtype);
            return y.Scatter(-1, at.Unsqueeze(-1), Tensor.Scalar(1, dtype));
        }

        /// <summary>The coordinates of a grid from those of its axes, as views: first[i, j] = x[i], second[i, j] = columns[j].</summary>
        public (Tensor First, Tensor Second) Meshgrid(Tensor columns)
        {
            if (x.Rank != 1 || columns.Rank != 1) throw new ShapeException($"Meshgrid: expected two vectors, got {x.Shape} and {columns.Shape}.");
            Shape grid = (x.Length, columns.Length);
            return (x.Unsqueeze(1).Expand(grid), columns.Expand(grid));
        }
    }
}
