namespace Nabla;

/// <summary>What <c>x[…]</c> reads and writes: first the regular part as a view, then positions and masks within it.</summary>
internal static class Indexing
{
    const string Who = "x[…]";

    public static Tensor Get(Tensor x, ReadOnlySpan<TensorIndex> indices)
    {
        var tensors = new List<(int Axis, Tensor Positions)>();
        Tensor part = x.Slice(Parse(x.Shape, indices, tensors));
        return tensors.Count == 0 ? part : Pick(part, tensors);
    }

    public static void Set(Tensor x, ReadOnlySpan<TensorIndex> indices, Tensor value)
    {
        var tensors = new List<(int Axis, Tensor Positions)>();
        Region region = Parse(x.Shape, indices, tensors);
        bool recorded = Autograd.IsRecording && (x.Node is not null || value.Node is not null);
        if (tensors.Count == 0)
        {
            CheckValue(value, region.Result);
            if (recorded) x.Become(x.Replace(region, value), Who);
            else region.Write(x, value);
            return;
        }
        Tensor positions = Tensor.Arange(x.Length).Reshape(x.Shape)[indices];
        CheckValue(value, positions.Shape);
        if (recorded) x.Become(x.Put(positions, value), Who);
        else if (x.IsContiguous) x.PutInPlace(positions, value);
        else
            using (Autograd.NoGradient()) x.Overwrite(x.Put(positions, value));
    }

    static void CheckValue(Tensor value, Shape part)
    {
        if (!value.Shape.BroadcastsTo(part))
            throw new ShapeException($"{Who}: expected a value that broadcasts to the part {part}, got {value.Shape}.");
    }

    /// <summary>The regular part; axes with positions stay whole in it and are listed by their place in the part.</summary>
    static Region Parse(Shape shape, ReadOnlySpan<TensorIndex> indices, List<(int, Tensor)> tensors)
    {
        int used = 0, ellipses = 0;
        foreach (TensorIndex index in indices)
        {
            if (index.Kind == IndexKind.Ellipsis) ellipses++;
            used += index.Kind switch { IndexKind.NewAxis or IndexKind.Ellipsis => 0, IndexKind.Mask => index.Tensor!.Rank, _ => 1 };
        }
        if (ellipses > 1) throw new ShapeException($"{Who}: expected at most one Ellipsis, got {ellipses}.");
        if (used > shape.Rank)
            throw new ShapeException($"{Who}: expected entries for at most {shape.Rank} axes of {shape}, got {used}: [{Text(indices)}].");

        var builder = new Region.Builder(shape);
        int axis = 0;
        foreach (TensorIndex index in indices)
        {
            switch (index.Kind)
            {
                case IndexKind.All: builder.Keep(0, 1, shape[axis++]); break;
                case IndexKind.NewAxis: builder.Insert(); break;
                case IndexKind.Ellipsis:
                    for (int i = used; i < shape.Rank; i++) builder.Keep(0, 1, shape[axis++]);
                    break;
                case IndexKind.Position: builder.Drop(Position(shape, axis++, index)); break;
                case IndexKind.Range:
                    Range(ref builder, shape, axis++, index);
                    break;
                case IndexKind.Positions:
                    tensors.Add((builder.Rank, index.Tensor!));
                    builder.Keep(0, 1, shape[axis++]);
                    break;
                default:
                    foreach (Tensor coordinate in Coordinates(shape, axis, index.Tensor!))
                    {
                        tensors.Add((builder.Rank, coordinate));
                        builder.Keep(0, 1, shape[axis++]);
                    }
                    break;
            }
        }
        while (axis < shape.Rank) builder.Keep(0, 1, shape[axis++]);
        return builder.Build();
    }

    static int Position(Shape shape, int axis, TensorIndex index)
    {
        int size = shape[axis], position = index.Range.Start.GetOffset(size);
        if ((uint)position >= (uint)size)
            throw new ArgumentOutOfRangeException(
                nameof(index), $"{Who}: expected a position within axis {axis} of {shape}, got {index}. The axis has {size} elements.");
        return position;
    }

    static void Range(ref Region.Builder builder, Shape shape, int axis, TensorIndex index)
    {
        int size = shape[axis], start = index.Range.Start.GetOffset(size), end = index.Range.End.GetOffset(size);
        if (start < 0 || start > end || end > size)
            throw new ArgumentOutOfRangeException(
                nameof(index), $"{Who}: expected a range within axis {axis} of {shape}, got {index}. The axis has {size} elements.");
        int stride = index.Stride, count = (end - start + Math.Abs(stride) - 1) / Math.Abs(stride);
        builder.Keep(stride > 0 ? start : Math.Max(end - 1, 0), stride, count);
    }

    static Tensor[] Coordinates(Shape shape, int axis, Tensor mask)
    {
        if (mask.Rank == 0) throw new ShapeException($"{Who}: expected a mask with axes, got a Bool scalar. Use Tensor.Where.");
        for (int i = 0; i < mask.Rank; i++)
            if (mask.Shape[i] != shape[axis + i])
                throw new ShapeException($"{Who}: expected a mask of the sizes of axes {axis}…{axis + mask.Rank - 1} of {shape}, got {mask.Shape}.");
        return mask.NonZero();
    }

    /// <summary>Picks positions along axes of x: the axes are brought together, merged into one, and selected from.</summary>
    static Tensor Pick(Tensor x, List<(int Axis, Tensor Positions)> tensors)
    {
        Shape picked = tensors[0].Positions.Shape;
        for (int i = 1; i < tensors.Count; i++) picked = Shape.Broadcast(picked, tensors[i].Positions.Shape, Who);
        int first = tensors[0].Axis, count = tensors.Count, length = 1;
        if (tensors[^1].Axis - first != count - 1)
        {
            x = x.Permute([.. tensors.Select(t => t.Axis), .. Enumerable.Range(0, x.Rank).Except(tensors.Select(t => t.Axis))]);
            for (int i = 0; i < count; i++) tensors[i] = (i, tensors[i].Positions);
            first = 0;
        }
        for (int i = 0; i < count; i++) length *= x.Shape[first + i];

        var flat = new long[picked.Length];
        foreach ((int axis, Tensor positions) in tensors)
        {
            Tensor plain = Positions.Checked(positions, x.Shape[axis], fromEnd: true, Who, axis, x.Shape).Expand(picked).Contiguous();
            Span<long> along = plain.Span<long>();
            for (int i = 0; i < flat.Length; i++) flat[i] = flat[i] * x.Shape[axis] + along[i];
            GC.KeepAlive(plain);
        }
        Tensor merged = count == 1 ? x : x.Reshape([.. x.Shape.Axes[..first], length, .. x.Shape.Axes[(first + count)..]]);
        Tensor y = merged.IndexSelect(first, Tensor.From(flat));
        return y.Reshape([.. x.Shape.Axes[..first], .. picked.Axes, .. x.Shape.Axes[(first + count)..]]);
    }

    static string Text(ReadOnlySpan<TensorIndex> indices)
    {
        var words = new string[indices.Length];
        for (int i = 0; i < words.Length; i++) words[i] = indices[i].ToString();
        return string.Join(", ", words);
    }
}
