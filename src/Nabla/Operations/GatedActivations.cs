namespace Nabla;

/// <summary>Activations that join several numbers to one: an axis becomes shorter.</summary>
public static class GatedActivations
{
    extension(Tensor x)
    {
        /// <summary>a·σ(b) of the halves a and b of an axis, which becomes half as long (Dauphin, Fan, Auli, Grangier, 2017).</summary>
        /// <remarks>The second half is the gate, as in PyTorch. It closes where b is below −5, and then neither half learns; a passes linearly.</remarks>
        /// <param name="axis">An axis of even length; the last one by default.</param>
        /// <exception cref="ShapeException">The axis has an odd length.</exception>
        public Tensor Glu(int axis = -1)
        {
            var (a, b) = Halves(x, axis, "Glu");
            return a * b.Sigmoid();
        }

        /// <summary>a·silu(b) of the halves of an axis, which becomes half as long (Shazeer, 2020).</summary>
        /// <remarks>Neither saturates above; closes slowly below b = −8. Shazeer writes the gate first, which only renames the halves.</remarks>
        /// <param name="axis">An axis of even length; the last one by default.</param>
        /// <exception cref="ShapeException">The axis has an odd length.</exception>
        public Tensor Swiglu(int axis = -1)
        {
            var (a, b) = Halves(x, axis, "Swiglu");
            return a * b.Silu();
        }

        /// <summary>a·gelu(b) of the halves of an axis, which becomes half as long (Shazeer, 2020).</summary>
        /// <remarks>Closes below b = −4.</remarks>
        /// <param name="axis">An axis of even length; the last one by default.</param>
        /// <exception cref="ShapeException">The axis has an odd length.</exception>
        public Tensor Geglu(int axis = -1)
        {
            var (a, b) = Halves(x, axis, "Geglu");
            return a * b.Gelu();
        }

        /// <summary>
        /// The largest of each <paramref name="pieces"/> neighbors along an axis, which becomes that many times shorter (Goodfellow et al., 2013).
        /// </summary>
        /// <remarks>
        /// Never saturates and never dies: one piece always has slope 1. With two linear pieces it can become a ReLU, a leaky one or |x|,
        /// with more any convex function.
        /// </remarks>
        /// <param name="pieces">Neighbors that compete; positive.</param>
        /// <param name="axis">An axis whose length is a multiple of it; the last one by default.</param>
        /// <exception cref="ShapeException">The length is not a multiple of <paramref name="pieces"/>.</exception>
        public Tensor Maxout(int pieces, int axis = -1)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieces);
            axis = x.Shape.Axis(axis, "Maxout");
            if (x.Shape[axis] % pieces != 0)
                throw new ShapeException($"Maxout: expected a multiple of {pieces} pieces along axis {axis}, got {x.Shape}.");
            return x.Reshape(x.Shape.With(axis, x.Shape[axis] / pieces).Insert(axis + 1, pieces)).Max(axis + 1);
        }
    }

    static (Tensor First, Tensor Second) Halves(Tensor x, int axis, string who)
    {
        axis = x.Shape.Axis(axis, who);
        if (x.Shape[axis] % 2 != 0)
            throw new ShapeException($"{who}: expected an axis of even length to halve, got axis {axis} of {x.Shape}. The layer before it must return values and gates.");
        int half = x.Shape[axis] / 2;
        return (x.Narrow(axis, 0, half), x.Narrow(axis, half, half));
    }
}
