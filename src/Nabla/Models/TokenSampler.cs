namespace Nabla.Models;

/// <summary>How the next token is chosen from the logits of a language model.</summary>
public sealed record TokenSampler
{
    /// <summary>Always the likeliest token; the first of equals.</summary>
    public static TokenSampler Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Logits are divided by it: below 1 bolder, above 1 more varied, 0 greedy. Default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the so many likeliest tokens are drawn from; null for all (Fan, Lewis, Dauphin, 2018).</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Only the likeliest tokens whose probabilities first add up to this are drawn from: the nucleus, in (0, 1]. Default 1 (Holtzman et al., 2020).
    /// </summary>
    public double Nucleus { get; init; } = 1;

    /// <summary>One token per row of logits [batch, vocabulary]: Int64 [batch].</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Tensor Next(Tensor logits, RandomStream stream)
    {
        if (logits.Rank != 2 || logits.Shape[1] == 0) throw new ShapeException($"TokenSampler: expected logits [batch, vocabulary], got {logits.Shape}.");
        if (!(Temperature >= 0)) throw Refuse(nameof(Temperature), Temperature, $"expected a temperature of at least 0, got {Temperature}");
        if (TopK < 1) throw Refuse(nameof(TopK), TopK, $"expected at least 1 token to draw from, got {TopK}");
        if (Nucleus is not (> 0 and <= 1)) throw Refuse(nameof(Nucleus), Nucleus, $"expected a nucleus in (0, 1], got {Nucleus}");
        int batch = logits.Shape[0], vocabulary = logits.Shape[1];
        double[] values = logits.Detach().To(DType.Float64).ToArray<double>();
        var tokens = new long[batch];
        for (int row = 0; row < batch; row++) tokens[row] = Choose(values.AsSpan(row * vocabulary, vocabulary), stream.NextUniform(row));
        return Tensor.From(tokens);
    }

    static ArgumentOutOfRangeException Refuse(string name, object? value, string what) => new(name, value, $"TokenSampler: {what}.");

    int Choose(ReadOnlySpan<double> logits, double uniform)
    {
        var order = new int[logits.Length];
        var keys = new double[logits.Length];
        for (int i = 0; i < order.Length; i++) (order[i], keys[i]) = (i, -logits[i]);
        Array.Sort(keys, order, Comparer<double>.Default);
        int best = order[0];
        for (int i = 1; i < order.Length && keys[i] == keys[0]; i++) best = Math.Min(best, order[i]);
        if (Temperature == 0) return best;

        int candidates = Math.Min(TopK ?? order.Length, order.Length);
        double sum = 0;
        double top = keys[0];
        for (int i = 0; i < candidates; i++) sum += keys[i] = Math.Exp((top - keys[i]) / Temperature);
        double within = 0;
        int nucleus = 0;
        while (nucleus < candidates && within < Nucleus * sum) within += keys[nucleus++];
        double target = uniform * within;
        for (int i = 0; i < nucleus; i++)
            if ((target -= keys[i]) < 0)
                return order[i];
        return order[nucleus - 1];
    }
}
