namespace Nabla;

/// <summary>A tensor whose axes have names: a factor of an Einstein sum.</summary>
internal readonly record struct LabeledTensor(Tensor Value, int[] Labels)
{
    /// <summary>A label that occurs twice becomes one axis, the diagonal. Broadcast axes of an ellipsis are dropped.</summary>
    public LabeledTensor WithoutRepeats()
    {
        (Tensor x, List<int> labels) = (Value, [.. Labels]);
        for (int axis = labels.Count - 1; axis >= 0; axis--)
        {
            if (labels[axis] < 0 && x.Shape[axis] == 1)
            {
                x = x.Squeeze(axis);
                labels.RemoveAt(axis);
                continue;
            }
            int label = labels[axis], twin = labels.IndexOf(label);
            if (twin == axis) continue;
            x = x.Diagonal(0, twin, axis);                                              // the diagonal becomes the last axis
            labels.RemoveAt(axis);
            labels.RemoveAt(twin);
            labels.Add(label);
            axis = labels.Count;
        }
        return new(x, [.. labels]);
    }

    /// <summary>Sums over labels that nobody needs any more.</summary>
    public LabeledTensor SumExcept(HashSet<int> needed)
    {
        int[] labels = Labels, axes = [.. Enumerable.Range(0, labels.Length).Where(axis => !needed.Contains(labels[axis]))];
        return axes.Length == 0 ? this : new(Value.Sum(axes), [.. labels.Where(needed.Contains)]);
    }

    /// <summary>Multiplications of the product with another tensor.</summary>
    public double Cost(LabeledTensor other)
    {
        double cost = Value.Length;
        for (int axis = 0; axis < other.Labels.Length; axis++)
            if (Array.IndexOf(Labels, other.Labels[axis]) < 0) cost *= other.Value.Shape[axis];
        return cost;
    }

    /// <summary>The product with another tensor, summed over shared labels that are not needed: one batched matrix product.</summary>
    public LabeledTensor Contract(LabeledTensor other, HashSet<int> needed)
    {
        int[] mine = Labels, theirs = other.Labels;
        int[] batch = [.. mine.Where(label => theirs.Contains(label) && needed.Contains(label))];
        int[] summed = [.. mine.Where(label => theirs.Contains(label) && !needed.Contains(label))];
        int[] left = [.. mine.Except(theirs)], right = [.. theirs.Except(mine)];
        Shape shape = Shape.Create([.. Sizes(batch), .. Sizes(left), .. other.Sizes(right)]);

        Tensor a = Matrices(batch, left, summed), b = other.Matrices(batch, summed, right);
        Tensor product = summed.Length == 0 ? a * b : a.MatMul(b);
        return new(product.Reshape(shape), [.. batch, .. left, .. right]);
    }

    /// <summary>The tensor with its axes in the order of the labels; an axis of an ellipsis that was dropped everywhere comes back with size 1.</summary>
    public Tensor Arrange(int[] labels)
    {
        int[] mine = Labels;
        Tensor x = Value.Permute([.. labels.Where(mine.Contains).Select(label => Array.IndexOf(mine, label))]);
        for (int axis = 0; axis < labels.Length; axis++)
            if (!mine.Contains(labels[axis])) x = x.Unsqueeze(axis);
        return x;
    }

    int[] Sizes(int[] labels)
    {
        var sizes = new int[labels.Length];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = Value.Shape[Array.IndexOf(Labels, labels[i])];
        return sizes;
    }

    /// <summary>As [batch, rows, columns], each a group of labels merged into one axis; transposed in memory where that saves a copy.</summary>
    Tensor Matrices(int[] batch, int[] rows, int[] columns)
    {
        Tensor plain = Ordered([.. batch, .. rows, .. columns]), turned = Ordered([.. batch, .. columns, .. rows]);
        int b = Count(batch), r = Count(rows), c = Count(columns);
        return turned.IsContiguous && !plain.IsContiguous ? turned.Reshape(b, c, r).T : plain.Reshape(b, r, c);
    }

    Tensor Ordered(int[] labels)
    {
        int[] mine = Labels;
        return Value.Permute([.. labels.Select(label => Array.IndexOf(mine, label))]);
    }

    int Count(int[] labels)
    {
        int count = 1;
        foreach (int size in Sizes(labels)) count *= size;
        return count;
    }
}
