namespace Nabla;

/// <summary>Products of vectors.</summary>
public static class VectorProducts
{
    extension(Tensor a)
    {
        /// <summary>Σ aᵢ·bᵢ of two vectors, a scalar.</summary>
        public Tensor Dot(Tensor b)
        {
            if (a.Rank != 1 || a.Shape != b.Shape) throw new ShapeException($"Dot: expected two vectors of one length, got {a.Shape} and {b.Shape}.");
            return a.Reshape(1, -1).MatMul(b.Reshape(-1, 1)).Reshape(Shape.Scalar);
        }

        /// <summary>aᵢ·bⱼ of two vectors [m] and [n], a matrix [m, n].</summary>
        public Tensor Outer(Tensor b)
        {
            if (a.Rank != 1 || b.Rank != 1) throw new ShapeException($"Outer: expected two vectors, got {a.Shape} and {b.Shape}.");
            return a.Unsqueeze(1) * b;
        }

        /// <summary>Vector product along last axes of size 3; other axes broadcast.</summary>
        public Tensor Cross(Tensor b)
        {
            if (a.Rank == 0 || b.Rank == 0 || a.Shape[^1] != 3 || b.Shape[^1] != 3)
                throw new ShapeException($"Cross: expected last axes of size 3, got {a.Shape} and {b.Shape}.");
            return (a * b.Roll(-1, -1) - a.Roll(-1, -1) * b).Roll(-1, -1);
        }
    }
}
