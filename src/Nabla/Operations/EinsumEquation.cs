namespace Nabla;

/// <summary>
/// A parsed equation: labels of the axes of every input and of the result. Letters are their character codes; axes behind an
/// ellipsis are −1, −2, … from the right, so that those of different inputs fall together as in broadcasting.
/// </summary>
internal readonly record struct EinsumEquation(int[][] Inputs, int[] Output)
{
    const string Dots = "...";

    public static EinsumEquation Parse(string equation, ReadOnlySpan<Tensor> tensors)
    {
        string text = equation.Replace(" ", "", StringComparison.Ordinal);
        int arrow = text.IndexOf("->", StringComparison.Ordinal);
        string[] terms = (arrow < 0 ? text : text[..arrow]).Split(',');
        if (terms.Length != tensors.Length)
            throw new ShapeException($"Einsum \"{equation}\": expected {terms.Length} tensors, got {tensors.Length}.");

        var inputs = new int[terms.Length][];
        var sizes = new Dictionary<int, (int Size, int Tensor)>();
        int ellipsis = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            inputs[i] = Labels(equation, terms[i], tensors[i].Shape, i, ref ellipsis);
            for (int axis = 0; axis < inputs[i].Length; axis++)
            {
                int label = inputs[i][axis], size = tensors[i].Shape[axis];
                if (!sizes.TryGetValue(label, out var known) || (label < 0 && known.Size == 1)) sizes[label] = (size, i);
                else if (known.Size != size && !(label < 0 && size == 1))
                    throw new ShapeException(
                        $"Einsum \"{equation}\": expected one size for axis {Name(label)}, got {known.Size} in {tensors[known.Tensor].Shape} " +
                        $"(tensor {known.Tensor}) and {size} in {tensors[i].Shape} (tensor {i}).");
            }
        }
        return new(inputs, arrow < 0 ? Implicit(inputs, ellipsis) : Explicit(equation, text[(arrow + 2)..], sizes, ellipsis));
    }

    static int[] Labels(string equation, string term, Shape shape, int tensor, ref int ellipsis)
    {
        int dots = term.IndexOf(Dots, StringComparison.Ordinal), letters = term.Length - (dots < 0 ? 0 : Dots.Length), hidden = shape.Rank - letters;
        if (dots < 0 ? hidden != 0 : hidden < 0)
            throw new ShapeException($"Einsum \"{equation}\": expected {letters} axes for \"{term}\", got {shape} (tensor {tensor}).");
        ellipsis = Math.Max(ellipsis, hidden);
        return Read(equation, term, dots, hidden);
    }

    static int[] Read(string equation, string term, int dots, int hidden)
    {
        var labels = new List<int>();
        for (int at = 0; at < term.Length; at++)
        {
            if (at == dots)
            {
                for (int i = hidden; i > 0; i--) labels.Add(-i);
                at += Dots.Length - 1;
            }
            else if (char.IsAsciiLetter(term[at])) labels.Add(term[at]);
            else throw new FormatException($"Einsum \"{equation}\": expected letters, commas, '...' and '->', got '{term[at]}' in \"{term}\".");
        }
        return [.. labels];
    }

    static int[] Implicit(int[][] inputs, int ellipsis)
    {
        int[] all = [.. inputs.SelectMany(labels => labels)];
        return [.. Enumerable.Range(-ellipsis, ellipsis), .. all.Where(label => label > 0 && all.Count(other => other == label) == 1).Order()];
    }

    static int[] Explicit(string equation, string term, Dictionary<int, (int, int)> sizes, int ellipsis)
    {
        int[] output = Read(equation, term, term.IndexOf(Dots, StringComparison.Ordinal), ellipsis);
        var seen = new HashSet<int>();
        foreach (int label in output)
        {
            if (!sizes.ContainsKey(label))
                throw new ShapeException($"Einsum \"{equation}\": expected axes of the inputs in the result, got {Name(label)}, which none of them has.");
            if (!seen.Add(label)) throw new ShapeException($"Einsum \"{equation}\": expected each axis once in the result, got {Name(label)} twice.");
        }
        return output;
    }

    static string Name(int label) => label > 0 ? $"'{(char)label}'" : $"{label} of the ellipsis";
}
