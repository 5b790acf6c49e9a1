namespace Nabla;

/// <summary>A computation that can be done again, giving the same bits for the same input.</summary>
internal interface IRecomputation
{
    /// <summary>Computes again, recording.</summary>
    Tensor Run(Tensor x);

    /// <summary>Called when the gradients are there: undoes what <see cref="Run"/> changed.</summary>
    void Finish();
}

/// <summary>Results whose graph was not kept and is recorded again when the gradient comes by.</summary>
internal static class Recomputation
{
    /// <summary>Attaches a value that was computed without recording to its graph.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="result">The value; a handle of its own.</param>
    /// <param name="x">What it was computed from.</param>
    /// <param name="parameters">The leaves that it depends on besides.</param>
    /// <param name="again">The same computation.</param>
    public static Tensor Record(string name, Tensor result, Tensor x, Tensor[] parameters, IRecomputation again)
    {
        if (x.Node is null && parameters.Length == 0) return result;
        var node = new UserNode(name, (gradient, saved, _) =>
            Gradients.Create(Backward(gradient, saved[0], saved.CreatesGraph, parameters, again)));
        ReadOnlySpan<Tensor> inputs = [x, .. parameters];
        node.Products = Autograd.Products;
        node.Connect(inputs);
        node.Save([x], inputs, result);
        result.Node = node;
        return result;
    }

    static Tensor?[] Backward(Tensor gradient, Tensor x, bool createGraph, Tensor[] parameters, IRecomputation again)
    {
        using Autograd.Scope scope = Autograd.Recording(true);
        if (!createGraph)
        {
            x = x.Detach();
            if (x.DType.IsComputed) x.RequiresGradient = true;
        }
        var captures = new Dictionary<Node, Tensor?>();
        if (x.Node is not null) captures[x.Node] = null;
        foreach (Tensor parameter in parameters) captures[parameter.Node!] = null;
        try
        {
            BackwardPass.Run(again.Run(x), gradient, retainGraph: false, createGraph, captures, endsAtCaptures: true);
        }
        finally
        {
            again.Finish();
        }
        return [x.Node is null ? null : captures[x.Node], .. parameters.Select(parameter => captures[parameter.Node!])];
    }
}
