namespace Nabla;

/// <summary>Derivatives of functions as a whole. Each is itself differentiable if asked for.</summary>
public static class Calculus
{
    /// <summary>
    /// All partial derivatives ∂yᵢ/∂xⱼ of y = f(x): the axes of y followed by those of x. One backward pass per element of y.
    /// </summary>
    /// <param name="function">f; called once.</param>
    /// <param name="x">Where; need not require a gradient.</param>
    /// <param name="createGraph">Record the computation, so that the result can be differentiated again.</param>
    public static Tensor Jacobian(Func<Tensor, Tensor> function, Tensor x, bool createGraph = false)
    {
        x = Leaf(x, createGraph);
        Tensor y = function(x), flat = y.Reshape(-1);
        var rows = new Tensor[flat.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            Tensor element = flat.Select(0, i);
            rows[i] = element.Node is null ? Tensor.Zeros(x.Shape, x.DType) : Autograd.Gradient(element, [x], createGraph, retainGraph: true)[0];
        }
        Shape shape = Shape.Create([.. y.Shape.Axes, .. x.Shape.Axes]);
        return rows.Length == 0 ? Tensor.Zeros(shape, x.DType) : Tensor.Stack(rows).Reshape(shape);
    }

    /// <summary>
    /// All second derivatives ∂²f/∂xᵢ∂xⱼ of a function with one result: the axes of x twice. The Jacobian of the gradient; symmetric where
    /// the second derivatives are continuous.
    /// </summary>
    /// <param name="function">f, from x to a tensor of one element; called once.</param>
    /// <param name="x">Where.</param>
    /// <param name="createGraph">Record the computation, so that the result can be differentiated again.</param>
    /// <exception cref="ShapeException">The function has more than one result.</exception>
    public static Tensor Hessian(Func<Tensor, Tensor> function, Tensor x, bool createGraph = false) =>
        Jacobian(at => Slope(function, at, "Hessian"), x, createGraph);

    /// <summary>
    /// The Hessian times a direction, of the shape of x, without the Hessian: the gradient of ∇f·v, for the price of two backward passes
    /// (Pearlmutter, 1994).
    /// </summary>
    /// <param name="function">f, from x to a tensor of one element; called once.</param>
    /// <param name="x">Where.</param>
    /// <param name="direction">v, of the shape of x.</param>
    /// <param name="createGraph">Record the computation, so that the result can be differentiated again.</param>
    /// <exception cref="ShapeException">The function has more than one result, or the direction another shape.</exception>
    public static Tensor HessianVectorProduct(Func<Tensor, Tensor> function, Tensor x, Tensor direction, bool createGraph = false)
    {
        if (direction.Shape != x.Shape) throw new ShapeException($"HessianVectorProduct: expected a direction {x.Shape}, got {direction.Shape}.");
        x = Leaf(x, createGraph);
        Tensor slope = (Slope(function, x, "HessianVectorProduct") * direction).Sum();
        return slope.Node is null ? Tensor.Zeros(x.Shape, x.DType) : Autograd.Gradient(slope, x, createGraph);
    }

    /// <summary>∇f at x, recorded.</summary>
    static Tensor Slope(Func<Tensor, Tensor> function, Tensor x, string who)
    {
        Tensor y = function(x);
        if (y.Length != 1) throw new ShapeException($"{who}: expected a function with one result, got {y.Shape}. Sum it, or take the Jacobian.");
        return y.Node is null ? Tensor.Zeros(x.Shape, x.DType) : Autograd.Gradient(y, x, createGraph: true);
    }

    /// <summary>x itself if its own history shall be kept, else a leaf with its values.</summary>
    static Tensor Leaf(Tensor x, bool keepHistory)
    {
        x = x.Computed();
        if (keepHistory && x.Node is not null) return x;
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGradient = true;
        return leaf;
    }
}
