namespace Nabla;

/// <summary>
/// Changes in place. Where nothing is recorded they reuse the memory; where the tensor takes part in a graph, the handle comes
/// to stand for the new value and the old one lives on for backward.
/// </summary>
public static class InPlace
{
    extension(Tensor x)
    {
        /// <summary>x += y; y broadcasts to x.</summary>
        public void operator +=(Tensor y) => x.Update(y, "+=", static (a, b) => a + b, static (a, b) => a.AddInPlace(b));

        /// <summary>x −= y; y broadcasts to x.</summary>
        public void operator -=(Tensor y) => x.Update(y, "-=", static (a, b) => a - b, static (a, b) => a.AddScaledInPlace(b, -1));

        /// <summary>x *= y; y broadcasts to x.</summary>
        public void operator *=(Tensor y) => x.Update(y, "*=", static (a, b) => a * b, static (a, b) => a.Overwrite(a * b));

        /// <summary>x /= y; y broadcasts to x.</summary>
        public void operator /=(Tensor y) => x.Update(y, "/=", static (a, b) => a / b, static (a, b) => a.Overwrite(a / b));

        void Update(Tensor y, string who, Func<Tensor, Tensor, Tensor> compute, Action<Tensor, Tensor> change)
        {
            if (!y.Shape.BroadcastsTo(x.Shape))
                throw new ShapeException($"{who}: expected a shape that broadcasts to {x.Shape}, got {y.Shape}. A change in place keeps its shape.");
            if (!Autograd.IsRecording || (x.Node is null && y.Node is null))
            {
                using Autograd.Scope scope = Autograd.NoGradient();
                change(x, y);
                return;
            }
            x.Become(compute(x, y), who);
        }

        /// <summary>The handle takes over a recorded result.</summary>
        internal void Become(Tensor result, string who)
        {
            if (x.Node is LeafNode)
                throw new InvalidOperationException(
                    $"{who}: a leaf that requires a gradient cannot change in place while operations are recorded. Wrap the update in Autograd.NoGradient().");
            if (x.Lease is not null)
                throw new InvalidOperationException($"{who}: a tensor with views cannot change in place while operations are recorded. Write x = x + y instead.");
            x.Adopt(result.DType == x.DType ? result : result.To(x.DType));
        }
    }
}
