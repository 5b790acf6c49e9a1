using System.Globalization;
using System.Text;

namespace Nabla.Layers;

/// <summary>One module of a model.</summary>
/// <param name="Name">Dotted name; empty for the model itself.</param>
/// <param name="Layer">Notation, such as <c>Linear(784 → 512)</c>.</param>
/// <param name="Output">Shape of what it computed; null if the forward pass did not run it.</param>
/// <param name="Parameters">Numbers in its own parameters, without its children's.</param>
/// <param name="MultiplyAdds">Multiplications paired with additions of all its calls in one forward pass.</param>
public readonly record struct SummaryRow(string Name, string Layer, Shape? Output, long Parameters, long MultiplyAdds);

/// <summary>What a model consists of. <see cref="ToString"/> is the table.</summary>
/// <param name="InputShape">Shape of the input it was run with.</param>
/// <param name="Rows">Its modules that compute or hold something, in order of registration.</param>
/// <param name="Parameters">Numbers in all parameters; shared ones count once.</param>
/// <param name="Trainable">Those that are not frozen.</param>
/// <param name="ParameterBytes">Memory of parameters and buffers.</param>
public sealed record ModuleSummary(Shape InputShape, IReadOnlyList<SummaryRow> Rows, long Parameters, long Trainable, long ParameterBytes)
{
    /// <summary>Multiplications paired with additions of one forward pass.</summary>
    public long MultiplyAdds => Rows.Sum(static row => row.MultiplyAdds);

    /// <inheritdoc/>
    public override string ToString()
    {
        string[][] cells = [["Name", "Layer", "Output", "Parameters"],
            .. Rows.Select(static row => new[] { row.Name, row.Layer, row.Output?.ToString() ?? "not run", Count(row.Parameters) })];
        int[] widths = [.. Enumerable.Range(0, 4).Select(column => cells.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in cells)
            text.AppendLine(CultureInfo.InvariantCulture, $"{row[0].PadRight(widths[0])}  {row[1].PadRight(widths[1])}  {row[2].PadRight(widths[2])}  {row[3].PadLeft(widths[3])}");
        text.Append(CultureInfo.InvariantCulture, $"Input {InputShape}: {Count(Parameters)} parameters");
        if (Trainable != Parameters) text.Append(CultureInfo.InvariantCulture, $", {Count(Trainable)} of them trained");
        return text.Append(CultureInfo.InvariantCulture, $", {Count(MultiplyAdds)} multiply-adds.").ToString();
    }

    static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>Makes summaries.</summary>
public static class Summaries
{
    extension(Module module)
    {
        /// <summary>Runs the model once, in evaluation on zeros of the given shape, and lists its layers.</summary>
        /// <param name="inputShape">With the batch axis: <c>[1, 784]</c>.</param>
        /// <param name="inputType">Int64 for models that take indices.</param>
        public ModuleSummary Summary(Shape inputShape, DType inputType = DType.Float32)
        {
            ILookup<Module, Module.Call> calls = Module.Traced(() => module.Predict(Tensor.Zeros(inputShape, inputType))).ToLookup(static call => call.Module);
            var rows = new List<SummaryRow>();
            foreach (var (name, part) in module.Descend(""))
            {
                long products = calls[part].Sum(call => part.MultiplyAdds(call.Input, call.Output.Shape));
                if (part.Modules.Any() && part.OwnLength == 0 && products == 0) continue;
                rows.Add(new SummaryRow(
                    name, part.ToString(), calls[part].Select(static call => call.Output.Shape).LastOrDefault(), part.OwnLength, products));
            }
            Tensor[] parameters = [.. module.Parameters()];
            return new ModuleSummary(
                inputShape, rows, parameters.Sum(static p => (long)p.Length), parameters.Sum(static p => p.RequiresGradient ? (long)p.Length : 0),
                module.StateDictionary().Values.Sum(static t => (long)t.Length * t.DType.Size));
        }
    }
}
