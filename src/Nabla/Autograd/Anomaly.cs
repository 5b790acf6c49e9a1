namespace Nabla;

/// <summary>Finds the operation that made the first NaN or infinity.</summary>
internal static class Anomaly
{
    /// <exception cref="ArithmeticException"><paramref name="result"/> is not finite although all inputs are, or a parameter among them is not.</exception>
    public static void Check(string name, Tensor result, ReadOnlySpan<Tensor> inputs)
    {
        int position = FirstNotFinite(result);
        if (position < 0) return;
        foreach (Tensor input in inputs)
        {
            if (FirstNotFinite(input) < 0) continue;
            if (input.Node is LeafNode { Label: { } label })
                throw new ArithmeticException($"{name}: the parameter {label} is not finite any more; the update before this step made it so.");
            return;
        }

        Span<int> at = stackalloc int[result.Rank];
        for (int axis = 0, rest = position; axis < result.Rank; axis++)
        {
            at[axis] = rest / result.Shape.Strides[axis];
            rest %= result.Shape.Strides[axis];
        }
        string origin = NearestParameter(inputs);
        throw new ArithmeticException(
            $"{name}: the first result that is not finite is at [{string.Join(", ", at.ToArray())}] of {result.Shape}; all inputs are finite{origin}.");
    }

    /// <summary>Index of the first NaN or infinity in row-major order, or -1.</summary>
    public static int FirstNotFinite(Tensor tensor)
    {
        if (!tensor.DType.IsComputed) return -1;
        Tensor plain = tensor.Contiguous();
        int position = -1;
        if (plain.DType == DType.Float32)
        {
            var values = plain.Span<float>();
            for (int i = 0; i < values.Length && position < 0; i++) if (!float.IsFinite(values[i])) position = i;
        }
        else
        {
            var values = plain.Span<double>();
            for (int i = 0; i < values.Length && position < 0; i++) if (!double.IsFinite(values[i])) position = i;
        }
        GC.KeepAlive(plain);
        return position;
    }

    /// <summary>The closest parameter on the way back tells the reader where in the model this is.</summary>
    static string NearestParameter(ReadOnlySpan<Tensor> inputs)
    {
        var open = new Queue<Node>();
        foreach (Tensor input in inputs)
            if (input.Node is { } node) open.Enqueue(node);
        for (int visited = 0; visited < 1000 && open.TryDequeue(out Node? node); visited++)
        {
            if (node is LeafNode { Label: { } label }) return $". The nearest parameter before it is {label}";
            for (int i = 0; i < node.Count && !node.IsConsumed; i++)
                if (node[i].Node is { } next) open.Enqueue(next);
        }
        return "";
    }
}
