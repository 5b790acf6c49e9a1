using Nabla.Tests.Parity;

namespace Nabla.Tests.Gradients;

/// <summary>
/// The one finite-difference check, in Float64. The function f under test enters a scalar twice and not linearly:
/// <c>L = Σ w · sin f(x) · f(x)</c> with uneven weights w, so that a forgotten factor, a gradient that overwrites instead of adding
/// and a wrong place all show.
/// </summary>
/// <remarks>
/// A central difference with step h is off by h²·L‴/6 and by rounding ε·L/h: each below 1e-8 of the largest derivative for h = 1e-5
/// and what the table holds. The tolerance leaves a factor of a hundred.
/// </remarks>
internal sealed class GradientCheck(Func<Tensor[], Tensor> function, double[][] values, Shape[] shapes)
{
    const double Step = 1e-5, Tolerance = 1e-6, Rounding = 1e-11;

    /// <summary>∂L/∂x of every input, by the fused kernels and by the graph that createGraph records, against differences of L.</summary>
    public void FirstOrder()
    {
        Tensor[] inputs = Leaves(values);
        Tensor[] fused = Autograd.Gradient(Loss(inputs), inputs);
        Tensor[] recorded = Autograd.Gradient(Loss(inputs), inputs, createGraph: true);
        for (int k = 0; k < inputs.Length; k++)
        {
            Near($"gradient of input {k}", Differences(k, at => (double)Loss(at)), fused[k], Tolerance);
            Near($"gradient of input {k} with createGraph", Elements(fused[k]), recorded[k], Rounding);
        }
    }

    /// <summary>The Hessian times a fixed vector v: the gradient of Σ v·∂L/∂x, against differences of that sum.</summary>
    public void SecondOrder()
    {
        Tensor[] inputs = Leaves(values);
        Tensor slope = Slope(Loss(inputs), inputs, createGraph: true);
        Tensor[] second = slope.RequiresGradient
            ? Autograd.Gradient(slope, inputs)
            : [.. inputs.Select(x => Tensor.Zeros(x.Shape, DType.Float64))];
        for (int k = 0; k < inputs.Length; k++)
            Near($"second derivative of input {k}", Differences(k, at => (double)Slope(Loss(at), at, createGraph: false)), second[k], Tolerance);
    }

    /// <summary>Strided inputs, strided and repeated gradients give what contiguous ones give.</summary>
    public void Strides()
    {
        Tensor[] inputs = Leaves(values), reversed = [.. inputs.Select(x => Leaf(Reverse(x.Detach()).Clone()))];
        Tensor y = function(inputs), strided = function([.. reversed.Select(Reverse)]);
        Near("value of strided inputs", Elements(y), strided.Detach(), Rounding);

        Tensor[] expected = Autograd.Gradient((y.Sin() * Weighting.Of(y)).Sum(), inputs);
        Tensor[] actual = Autograd.Gradient((Reverse(strided).Sin() * Reverse(Weighting.Of(y))).Sum(), reversed);
        for (int k = 0; k < inputs.Length; k++) Near($"gradient of strided input {k}", Elements(expected[k]), Reverse(actual[k]), Rounding);

        Tensor ones = Tensor.Ones(y.Shape, DType.Float64);
        expected = Autograd.Gradient((function(inputs) * ones).Sum(), inputs);
        actual = Autograd.Gradient(function(inputs).Sum(), inputs);
        for (int k = 0; k < inputs.Length; k++) Near($"gradient of input {k} from one repeated number", Elements(expected[k]), actual[k], Rounding);
    }

    /// <summary>Everything that a derivative of first or second order records, for the completeness test.</summary>
    public IEnumerable<Node> Nodes()
    {
        Tensor[] inputs = Leaves(values);
        Tensor loss = Loss(inputs);
        return GraphOf(loss).Concat(GraphOf(Slope(loss, inputs, createGraph: true)));
    }

    Tensor Loss(Tensor[] inputs)
    {
        Tensor first = function(inputs), second = function(inputs);
        return (first.Sin() * second * Weighting.Of(first)).Sum();
    }

    /// <summary>Σ v·∂L/∂x over all inputs.</summary>
    static Tensor Slope(Tensor loss, Tensor[] inputs, bool createGraph)
    {
        Tensor[] gradients = Autograd.Gradient(loss, inputs, createGraph);
        Tensor sum = (gradients[0] * Weighting.Of(gradients[0])).Sum();
        foreach (Tensor gradient in gradients.AsSpan(1)) sum += (gradient * Weighting.Of(gradient)).Sum();
        return sum;
    }

    /// <summary>Central differences of a scalar along every element of input k.</summary>
    double[] Differences(int k, Func<Tensor[], double> scalar)
    {
        double[][] moved = [.. values.Select(v => (double[])v.Clone())];
        var differences = new double[values[k].Length];
        for (int i = 0; i < differences.Length; i++)
        {
            moved[k][i] = values[k][i] + Step;
            double above = scalar(Leaves(moved));
            moved[k][i] = values[k][i] - Step;
            double below = scalar(Leaves(moved));
            moved[k][i] = values[k][i];
            differences[i] = (above - below) / (2 * Step);
        }
        return differences;
    }

    Tensor[] Leaves(double[][] at) => [.. at.Select((v, k) => Leaf(Tensor.From(v, shapes[k])))];

    static Tensor Leaf(Tensor x)
    {
        x.RequiresGradient = true;
        return x;
    }

    static Tensor Reverse(Tensor x) => x.Permute([.. Enumerable.Range(0, x.Rank).Reverse()]);

    static double[] Elements(Tensor x) => x.Detach().ToArray<double>();

    static void Near(string what, double[] expected, Tensor actual, double tolerance)
    {
        double[] values = Elements(actual);
        Assert.Equal(expected.Length, values.Length);
        double largest = expected.Select(Math.Abs).Append(1).Max();
        for (int i = 0; i < values.Length; i++)
            Assert.True(
                Math.Abs(values[i] - expected[i]) <= tolerance * largest,
                $"{what}: expected {expected[i]:R} at {i} of {actual.Shape}, got {values[i]:R} (tolerance {tolerance * largest:G2}).");
    }

    static HashSet<Node> GraphOf(Tensor result)
    {
        var seen = new HashSet<Node>();
        var open = new Stack<Node>();
        if (result.Node is { } root) open.Push(root);
        while (open.TryPop(out Node? node))
        {
            if (!seen.Add(node)) continue;
            for (int i = 0; i < node.Count; i++)
                if (node[i].Node is { } next) open.Push(next);
        }
        return seen;
    }
}
