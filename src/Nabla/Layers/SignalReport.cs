using System.Globalization;
using System.Text;

namespace Nabla.Layers;

/// <summary>How strong signals are behind one layer.</summary>
/// <param name="Name">Dotted name.</param>
/// <param name="Layer">Notation, such as <c>Linear(784 → 512)</c>.</param>
/// <param name="Mean">Mean of its output.</param>
/// <param name="Variance">Variance of its output.</param>
/// <param name="DeadShare">Share of its units (axis 1, or the last of two axes) whose output is 0 for every sample.</param>
/// <param name="GradientVariance">Mean squared gradient of the loss with respect to its output; NaN where the output has no gradient.</param>
/// <param name="IsSymmetric">True if it has a weight whose rows are all alike in value and gradient: its units stay alike forever.</param>
public readonly record struct SignalRow(
    string Name, string Layer, double Mean, double Variance, double DeadShare, double GradientVariance, bool IsSymmetric);

/// <summary>Variance of values and gradients from layer to layer. <see cref="ToString"/> is the table with its findings.</summary>
/// <param name="Rows">The layers in the order they ran.</param>
public sealed record SignalReport(IReadOnlyList<SignalRow> Rows)
{
    /// <summary>From here on a signal counts as faded or grown: variances a thousand times apart.</summary>
    const double Apart = 1000;

    /// <summary>What is wrong with the start, in words: vanishing, exploding or symmetric signals, dead units. Empty if nothing is.</summary>
    public IReadOnlyList<string> Findings
    {
        get
        {
            var findings = new List<string>();
            Compare(findings, "activations", static row => row.Variance, [.. Rows.Where(static row => row.Variance > 0)]);
            Compare(findings, "gradients", static row => row.GradientVariance, [.. Rows.Where(static row => row.GradientVariance > 0).Reverse()]);
            foreach (SignalRow row in Rows)
            {
                if (row.IsSymmetric)
                    findings.Add($"{row.Name} starts symmetric: all its units have the same weights and gradients and will stay alike. Draw its weights at random.");
                if (row.DeadShare >= 0.5)
                    findings.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Name} is dead: {row.DeadShare:P0} of its units are 0 for every sample. Use smaller biases or a leaky activation."));
            }
            return findings;
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string[][] cells = [["Name", "Layer", "Mean", "Variance", "Dead", "Gradient variance"],
            .. Rows.Select(static row => new[] { row.Name, row.Layer, Text(row.Mean), Text(row.Variance), row.DeadShare.ToString("P0", CultureInfo.InvariantCulture), Text(row.GradientVariance) })];
        var text = new StringBuilder();
        foreach (string[] row in cells)
            text.AppendLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(cells.Max(line => line[column].Length)))).TrimEnd());
        foreach (string finding in Findings) text.AppendLine(finding);
        return text.ToString().TrimEnd();
    }

    static void Compare(List<string> findings, string what, Func<SignalRow, double> strength, SignalRow[] path)
    {
        if (path.Length < 2) return;
        SignalRow first = path[0], last = path[^1];
        double ratio = strength(last) / strength(first);
        if (ratio is > 1 / Apart and < Apart) return;
        findings.Add(
            $"{(ratio < 1 ? "Vanishing" : "Exploding")} {what}: variance {Text(strength(first))} at {first.Name}, {Text(strength(last))} at {last.Name}. " +
            "Take Initializer.For(activation), a normalization layer or residual blocks.");
    }

    static string Text(double number) => number.ToString("G3", CultureInfo.InvariantCulture);
}

/// <summary>Makes signal reports.</summary>
public static class SignalReports
{
    extension(Module module)
    {
        /// <summary>
        /// Runs the model once and reports, per layer, the variance of its output and of the gradient that reaches it, so that a bad
        /// start shows before training: signals that vanish or explode with depth, units that start alike, dead units.
        /// </summary>
        /// <param name="x">A batch of inputs as in training.</param>
        /// <param name="loss">From the model's output to a number, for example <c>y => crossEntropy.Forward(y, targets)</c>.</param>
        /// <param name="pass">Default: evaluation, which changes nothing in the model.</param>
        public SignalReport Signals(Tensor x, Func<Tensor, Tensor> loss, Pass? pass = null)
        {
            ArgumentNullException.ThrowIfNull(loss);
            Tensor value = Tensor.Scalar(0);
            IReadOnlyList<Module.Call> calls = Module.Traced(() => value = loss(module.Run(x, pass ?? Pass.Evaluation)));
            Dictionary<Module, string> names = module.Descend("").DistinctBy(static part => part.Module).ToDictionary(static part => part.Module, static part => part.Name);
            Module.Call[] own = [.. calls.Where(call => names.ContainsKey(call.Module) && (!call.Module.Modules.Any() || call.Module.OwnLength > 0))];

            Tensor[] weights = [.. own.SelectMany(static call => call.Module.OwnWeights).Distinct()];
            Tensor[] leaves = [.. own.Select(static call => call.Output).Concat(weights).Where(static t => t.Node is not null).Distinct()];
            Dictionary<Tensor, Tensor> gradients = leaves.Length == 0 || value.Node is null
                ? [] : leaves.Zip(Autograd.Gradient(value, leaves)).ToDictionary(static pair => pair.First, static pair => pair.Second);
            return new SignalReport([.. own.Select(call => Row(call, names[call.Module], gradients))]);
        }
    }

    static SignalRow Row(Module.Call call, string name, Dictionary<Tensor, Tensor> gradients)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        Tensor y = call.Output.Computed();
        double slope = gradients.TryGetValue(call.Output, out Tensor? gradient) ? (double)gradient.Square().Mean() : double.NaN;
        bool isSymmetric = call.Module.OwnWeights.Any(weight => RowsAreAlike(weight) && gradients.TryGetValue(weight, out Tensor? g) && RowsAreAlike(g));
        return new SignalRow(name, call.Module.ToString(), (double)y.Mean(), (double)y.Variance(correction: 0), DeadShare(y), slope, isSymmetric);
    }

    static double DeadShare(Tensor y)
    {
        if (y.Rank < 2 || y.Length == 0) return 0;
        int[] others = [.. Enumerable.Range(0, y.Rank).Where(static axis => axis != 1)];
        return (double)y.Abs().Max(others).EqualTo(0).To(DType.Float64).Mean();
    }

    static bool RowsAreAlike(Tensor weight) =>
        weight.Shape[0] > 1 && weight.Length > 0 && weight.Detach().EqualTo(weight.Detach().Narrow(0, 0, 1)).All().Item<bool>();
}
