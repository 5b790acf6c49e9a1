using System.Globalization;
using System.Text;

namespace Nabla;

/// <summary>Prints tensors: nested brackets, the edges only where an axis is long.</summary>
internal static class TensorText
{
    const int Edge = 3, SummarizeFrom = 1000;

    public static string Format(Tensor tensor)
    {
        Tensor values = tensor.Detach().To(DType.Float64).Contiguous();
        var text = new StringBuilder();
        Append(text, values.Span<double>(), values.Shape, 0, 0, tensor.Length > SummarizeFrom, tensor.DType);
        GC.KeepAlive(values);
        text.Append(CultureInfo.InvariantCulture, $" {tensor.DType} {tensor.Shape}");
        return text.ToString();
    }

    static void Append(StringBuilder text, ReadOnlySpan<double> values, Shape shape, int axis, int offset, bool summarize, DType dtype)
    {
        if (axis == shape.Rank)
        {
            double value = shape.Length == 0 ? 0 : values[offset];
            text.Append(dtype switch
            {
                DType.Bool => value != 0 ? "true" : "false",
                _ when dtype.IsFloat => value.ToString("G5", CultureInfo.InvariantCulture),
                _ => value.ToString("F0", CultureInfo.InvariantCulture),
            });
            return;
        }
        bool isLast = axis == shape.Rank - 1;
        string separator = isLast ? ", " : ",\n" + new string(' ', axis + 1);
        text.Append('[');
        int size = shape[axis];
        for (int i = 0; i < size; i++)
        {
            if (i > 0) text.Append(separator);
            if (summarize && size > 2 * Edge && i == Edge)
            {
                text.Append('…');
                i = size - Edge - 1;
                continue;
            }
            Append(text, values, shape, axis + 1, offset + i * shape.Strides[axis], summarize, dtype);
        }
        text.Append(']');
    }
}
