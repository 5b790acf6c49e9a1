namespace Nabla;

/// <summary>Diagonals and triangles of matrices (the last two axes, or two that are named). Diagonal k lies k columns right of the main one.</summary>
public static class Triangles
{
    extension(Tensor x)
    {
        /// <summary>The diagonal of the last two axes (or of two others) as a view; it becomes the last axis.</summary>
        public Tensor Diagonal(int offset = 0, int rows = -2, int columns = -1)
        {
            var line = DiagonalLine.Create(x.Shape, offset, rows, columns, "Diagonal");
            return x.Diagonal(line);
        }

        /// <summary>Matrices that have x [..., n] on a diagonal and are 0 elsewhere: [..., n + |offset|, n + |offset|].</summary>
        public Tensor DiagonalMatrix(int offset = 0)
        {
            if (x.Rank == 0) throw new ShapeException("DiagonalMatrix: expected a vector or a batch of vectors, got a scalar.");
            int size = x.Shape[^1] + Math.Abs(offset);
            return x.OnDiagonal(DiagonalLine.Create(Shape.Create([.. x.Shape.Axes[..^1], size, size]), offset, -2, -1, "DiagonalMatrix"));
        }

        /// <summary>Sum of the diagonal of the last two axes.</summary>
        public Tensor Trace() => x.Diagonal().Sum(-1);

        /// <summary>The last two axes with 0 below diagonal <paramref name="diagonal"/>.</summary>
        public Tensor UpperTriangle(int diagonal = 0) => Cut(x, diagonal, true);

        /// <summary>The last two axes with 0 above diagonal <paramref name="diagonal"/>.</summary>
        public Tensor LowerTriangle(int diagonal = 0) => Cut(x, diagonal, false);

        Tensor Diagonal(DiagonalLine line)
        {
            Tensor y = line.Of(x);
            y.IsPart = true;
            return Autograd.Record("Diagonal", y, [x], [], line, static (g, _, line) => [g.OnDiagonal(line)]);
        }

        Tensor OnDiagonal(DiagonalLine line)
        {
            Tensor y = Tensor.Zeros(line.Source, x.DType);
            using (Autograd.NoGradient()) line.Of(y).Overwrite(x);
            return Autograd.Record("OnDiagonal", y, [x], [], line, static (g, _, line) => [g.Diagonal(line)]);
        }
    }

    static Tensor Cut(Tensor x, int diagonal, bool isUpper)
    {
        string who = isUpper ? "UpperTriangle" : "LowerTriangle";
        if (x.Rank < 2) throw new ShapeException($"{who}: expected a matrix or a batch of matrices, got {x.Shape}.");
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
        using (Autograd.NoGradient()) y.Overwrite(x);
        x.DType.Move(new Cutting(y, diagonal, isUpper));
        return Autograd.Record(who, y, [x], [], (diagonal, isUpper), static (g, _, s) => [Cut(g, s.diagonal, s.isUpper)]);
    }

    readonly unsafe struct Cutting(Tensor y, int diagonal, bool isUpper) : IMove
    {
        public void Run<T>() where T : unmanaged, IEquatable<T>
        {
            int rows = y.Shape[^2], columns = y.Shape[^1];
            Span<T> all = y.Span<T>();
            for (int start = 0, row = 0; start < all.Length; start += columns, row = row + 1 == rows ? 0 : row + 1)
            {
                int edge = (int)Math.Clamp((long)row + diagonal + (isUpper ? 0 : 1), 0, columns);
                (isUpper ? all.Slice(start, edge) : all.Slice(start + edge, columns - edge)).Clear();
            }
            GC.KeepAlive(y);
        }
    }

    /// <summary>A diagonal of any tensor of one shape.</summary>
    sealed class DiagonalLine
    {
        readonly int offset, rows, columns;
        readonly Shape result;

        DiagonalLine(Shape source, int offset, int rows, int columns, Shape result)
        {
            (Source, this.offset, this.rows, this.columns, this.result) = (source, offset, rows, columns, result);
        }

        public Shape Source { get; }

        public static DiagonalLine Create(Shape shape, int offset, int rows, int columns, string who)
        {
            if (shape.Rank < 2) throw new ShapeException($"{who}: expected at least two axes, got {shape}.");
            rows = shape.Axis(rows, who);
            columns = shape.Axis(columns, who);
            if (rows == columns) throw new ShapeException($"{who}: expected two axes of {shape}, got axis {rows} twice.");
            int length = Math.Max(0, offset >= 0 ? Math.Min(shape[rows], shape[columns] - offset) : Math.Min(shape[rows] + offset, shape[columns]));
            Shape result = shape.Without(Math.Max(rows, columns)).Without(Math.Min(rows, columns));
            return new(shape, offset, rows, columns, result.Insert(result.Rank, length));
        }

        public Tensor Of(Tensor x)
        {
            var strides = new int[result.Rank];
            for (int axis = 0, at = 0; axis < x.Rank; axis++)
                if (axis != rows && axis != columns) strides[at++] = x.Strides[axis];
            strides[^1] = x.Strides[rows] + x.Strides[columns];
            int start = result.Length == 0 ? 0 : offset >= 0 ? offset * x.Strides[columns] : -offset * x.Strides[rows];
            return Tensor.View(x, result, strides, x.Offset + start);
        }
    }
}
