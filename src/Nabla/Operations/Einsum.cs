namespace Nabla;

/// <summary>Sums of products over named axes.</summary>
public static class EinsteinSummation
{
    extension(Tensor)
    {
        /// <summary>
        /// Sums of products in Einstein's notation: <c>"ij,jk->ik"</c> is the matrix product, <c>"bqhd,bkhd->bhqk"</c> the scores of
        /// attention, <c>"ii"</c> the trace. A letter names an axis; axes of one letter have one size; letters that are not in the
        /// result are summed. Without <c>-></c> the result has the letters that occur once, in alphabetical order. <c>...</c> stands
        /// for further axes, which broadcast.
        /// </summary>
        /// <remarks>
        /// Tensors are contracted two by two as (batched) matrix products, the cheapest pair first. Computed in floats.
        /// </remarks>
        /// <exception cref="ShapeException">Letters and axes do not fit; the message names them.</exception>
        /// <exception cref="FormatException">The equation cannot be read.</exception>
        public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> tensors)
        {
            ArgumentNullException.ThrowIfNull(equation);
            var parsed = EinsumEquation.Parse(equation, tensors);
            DType dtype = tensors[0].DType;
            foreach (Tensor tensor in tensors) dtype = Promotion.Type(dtype, 1, tensor.DType, 1);
            if (!dtype.IsComputed) dtype = DType.Float32;

            var open = new List<LabeledTensor>(tensors.Length);
            for (int i = 0; i < tensors.Length; i++) open.Add(new LabeledTensor(tensors[i].To(dtype), parsed.Inputs[i]).WithoutRepeats());
            for (int i = 0; i < open.Count; i++) open[i] = open[i].SumExcept(Needed(open, parsed.Output, i, i));
            while (open.Count > 1)
            {
                (int first, int second) = CheapestPair(open);
                LabeledTensor product = open[first].Contract(open[second], Needed(open, parsed.Output, first, second));
                open.RemoveAt(second);
                open[first] = product;
            }
            return open[0].Arrange(parsed.Output);
        }
    }

    /// <summary>Labels that the result or a tensor other than the two named still needs.</summary>
    static HashSet<int> Needed(List<LabeledTensor> open, int[] output, int first, int second)
    {
        var needed = new HashSet<int>(output);
        for (int i = 0; i < open.Count; i++)
            if (i != first && i != second) needed.UnionWith(open[i].Labels);
        return needed;
    }

    /// <summary>The pair whose product takes the fewest multiplications.</summary>
    static (int, int) CheapestPair(List<LabeledTensor> open)
    {
        (int, int) best = (0, 1);
        double least = double.PositiveInfinity;
        for (int i = 0; i < open.Count; i++)
            for (int j = i + 1; j < open.Count; j++)
            {
                double cost = open[i].Cost(open[j]);
                if (cost < least) (least, best) = (cost, (i, j));
            }
        return best;
    }
}
