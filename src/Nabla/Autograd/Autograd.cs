namespace Nabla;

/// <summary>Switches and functions of automatic differentiation.</summary>
public static class Autograd
{
    [ThreadStatic] static int off;
    [ThreadStatic] static int anomalyDepth;
    [ThreadStatic] static DType products;

    /// <summary>True if operations on this thread are recorded. The default.</summary>
    public static bool IsRecording => off == 0;

    /// <summary>Records nothing on this thread until disposed: <c>using (Autograd.NoGradient()) …</c>. For evaluation and updates.</summary>
    public static Scope NoGradient() => Recording(false);

    /// <summary>Checks, on this thread until disposed, every recorded result for the first NaN or infinity and names the operation that made it.</summary>
    public static Scope DetectAnomaly()
    {
        anomalyDepth++;
        return new Scope(ScopeKind.Anomaly, 0);
    }

    /// <summary>
    /// Mixed precision on this thread until disposed: <c>using (Autograd.MixedPrecision()) y = model.Forward(x, pass);</c>. Factors of matrix
    /// products, convolutions and attention are rounded to 16 bits and their sums taken in Float32; so are those of their derivatives,
    /// whenever backward runs. What products and activations keep for backward is stored in 16 bits. Everything else, results included,
    /// stays Float32: normalization, softmax, losses, reductions, recurrent layers, parameters and their gradients (Micikevicius et al., 2018).
    /// </summary>
    /// <remarks>
    /// It saves memory, not time: this processor path widens before it multiplies. Compute the loss outside of the scope. Float64 is left
    /// alone. docs/training-memory.md has the list of operations and figures.
    /// </remarks>
    /// <param name="products">BFloat16, which has the range of Float32, or Float16, which needs <see cref="Optimizers.LossScaling"/>.</param>
    /// <exception cref="DTypeException"><paramref name="products"/> is not a 16-bit type.</exception>
    public static Scope MixedPrecision(DType products = DType.BFloat16) => products.IsHalf ? InPrecision(products)
        : throw new DTypeException($"Autograd.MixedPrecision: expected BFloat16 or Float16, got {products}. Use FullPrecision() for Float32.");

    /// <summary>Products of Float32 tensors as they are, on this thread until disposed: an exception within <see cref="MixedPrecision"/>.</summary>
    public static Scope FullPrecision() => InPrecision(DType.Float32);

    /// <summary>
    /// The derivative of <paramref name="output"/> (summed over its elements, if there are several) with respect to
    /// <paramref name="input"/>, leaving <see cref="Tensor.Gradient"/> of all leaves as it was. Zero where output does not depend on input.
    /// </summary>
    /// <param name="output">Any tensor that was recorded.</param>
    /// <param name="input">A leaf that requires a gradient, or a tensor computed from one.</param>
    /// <param name="createGraph">Record the computation, so that the result can be differentiated again.</param>
    public static Tensor Gradient(Tensor output, Tensor input, bool createGraph = false) => Gradient(output, [input], createGraph)[0];

    /// <summary>As <see cref="Gradient(Tensor, Tensor, bool)"/>, for several inputs in one pass.</summary>
    public static Tensor[] Gradient(Tensor output, ReadOnlySpan<Tensor> inputs, bool createGraph = false, bool retainGraph = false)
    {
        var captures = new Dictionary<Node, Tensor?>();
        foreach (Tensor input in inputs)
            captures[input.Node ?? throw new InvalidOperationException(
                $"Autograd.Gradient: expected inputs that require a gradient, got a constant of shape {input.Shape}.")] = null;
        Tensor seed = Tensor.Full(output.Shape, 1, output.DType);
        BackwardPass.Run(output, seed, retainGraph, createGraph, captures);
        var gradients = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            gradients[i] = captures[inputs[i].Node!] ?? Tensor.Zeros(inputs[i].Shape, inputs[i].DType);
        return gradients;
    }

    /// <summary>
    /// Records an operation of your own: <paramref name="result"/> was computed (under <see cref="NoGradient"/>, or from raw numbers)
    /// from <paramref name="inputs"/>, and <paramref name="backward"/> states its derivative.
    /// </summary>
    /// <param name="name">For messages.</param>
    /// <param name="result">The value. A fresh tensor.</param>
    /// <param name="inputs">What it depends on.</param>
    /// <param name="saved">What <paramref name="backward"/> reads: inputs, the result, or constants.</param>
    /// <param name="backward">From the gradient of the result to the gradients of the inputs, in tensor operations.</param>
    public static Tensor Function(
        string name, Tensor result, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> saved, Func<Tensor, SavedTensors, Tensor?[]> backward)
    {
        if (!MustRecord(inputs)) return result;
        int count = saved.Length;
        var node = new UserNode(name, (gradient, context, _) => Gradients.Create(backward(gradient, new SavedTensors(context, count))));
        node.Products = products;
        node.Connect(inputs);
        node.Save(saved, inputs, result);
        result.Node = node;
        return result;
    }

    /// <summary>Attaches a library operation to its result, if it has to be recorded. Call it after the kernel: it keeps the inputs alive until then.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="result">The value.</param>
    /// <param name="inputs">What it depends on.</param>
    /// <param name="saved">What <paramref name="backward"/> reads.</param>
    /// <param name="state">What it needs besides tensors.</param>
    /// <param name="backward">The local derivative.</param>
    /// <param name="reduces">
    /// True for operations that <see cref="MixedPrecision"/> is about: saved activations are halved, and the derivative runs in the precision of the value.
    /// </param>
    /// <param name="gives">The gradient of the first input by columns, where that can be had.</param>
    /// <param name="takes">The local derivative from a gradient by columns, where that can be had.</param>
    internal static Tensor Record<TState>(
        string name, Tensor result, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> saved, TState state, Backward<TState> backward,
        bool reduces = false, GiveColumns<TState>? gives = null, TakeColumns? takes = null)
    {
        if (anomalyDepth > 0) Anomaly.Check(name, result, inputs);
        if (!MustRecord(inputs))
        {
            foreach (Tensor tensor in saved)
                if (tensor.IsPrivate) Arena.Disown(tensor);
            return result;
        }
        var node = new Node<TState>(name, backward, state) { Gives = gives, Takes = takes };
        if (reduces) node.Products = products;
        node.Connect(inputs);
        node.Save(saved, inputs, result, node.Products);
        result.Node = node;
        return result;
    }

    /// <summary>As above, for operations that need nothing besides tensors.</summary>
    internal static Tensor Record(
        string name, Tensor result, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> saved, Backward backward, bool reduces = false,
        TakeColumns? takes = null) =>
        Record(name, result, inputs, saved, backward, static (gradient, saved, backward) => backward(gradient, saved), reduces, takes: takes);

    /// <summary>Attaches the other shape of <paramref name="x"/> to its result, if it has to be recorded.</summary>
    internal static Tensor RecordReshape(Tensor result, Tensor x)
    {
        if (!MustRecord([x])) return result;
        var node = new ReshapeNode(x.Shape);
        node.Connect([x]);
        result.Node = node;
        return result;
    }

    /// <summary>The type that factors of Float32 products are rounded to on this thread; Float32 for none.</summary>
    internal static DType Products => products;

    internal static Scope Recording(bool on)
    {
        int was = off;
        off = on ? 0 : off + 1;
        return new Scope(ScopeKind.Recording, was);
    }

    internal static Scope InPrecision(DType type)
    {
        int was = (int)products;
        products = type;
        return new Scope(ScopeKind.Precision, was);
    }

    /// <summary>True if a result of these inputs will have a derivative.</summary>
    internal static bool MustRecord(ReadOnlySpan<Tensor> inputs)
    {
        bool needed = false;
        foreach (Tensor input in inputs) needed |= input.Node is not null;
        return needed && off == 0;
    }

    /// <summary>Ends a switch of <see cref="Autograd"/> when disposed. Only for <c>using</c>.</summary>
    public readonly ref struct Scope
    {
        readonly ScopeKind kind;
        readonly int previous;

        internal Scope(ScopeKind kind, int previous)
        {
            this.kind = kind;
            this.previous = previous;
        }

        /// <summary>Puts the switch back.</summary>
        public void Dispose()
        {
            if (kind == ScopeKind.Recording) off = previous;
            else if (kind == ScopeKind.Precision) products = (DType)previous;
            else anomalyDepth--;
        }
    }

    internal enum ScopeKind : byte { Recording, Anomaly, Precision }
}

/// <summary>The tensors a user's operation saved.</summary>
public readonly struct SavedTensors
{
    readonly Tensor[] tensors;

    internal SavedTensors(Saved saved, int count)
    {
        tensors = new Tensor[count];
        for (int i = 0; i < count; i++) tensors[i] = saved.CreatesGraph ? saved[i] : saved[i].Detach();
    }

    /// <summary>A saved tensor, in the order they were named.</summary>
    public Tensor this[int index] => tensors[index];
}
