using System.Text;
using Nabla.Layers;

namespace Nabla.Cli.Runs;

/// <summary>Lets a language model of characters go on with a text, drawing each next character from what the model expects.</summary>
internal sealed class Continuation(Module model, ModelFacts facts)
{
    /// <summary>The text with <paramref name="length"/> more characters. Equal seeds give equal texts.</summary>
    /// <param name="start">What the text begins with; at least one character.</param>
    /// <param name="length">Characters to add.</param>
    /// <param name="temperature">Divides the scores: below 1 careful, above 1 daring; 0 always takes the likeliest.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="UsageException">The start is empty, or has a character that the model never saw.</exception>
    public string Write(string start, int length, double temperature, ulong seed)
    {
        var numbers = facts.Tokens.Select(static (token, i) => (token[0], i)).ToDictionary(static pair => pair.Item1, static pair => pair.i);
        if (start.Length == 0) throw new UsageException("predict: expected a text to go on with, got an empty one.");
        if (start.FirstOrDefault(c => !numbers.ContainsKey(c)) is var unknown and not '\0')
            throw new UsageException($"predict: expected characters that the model was trained on, got '{unknown}'.");

        var text = new StringBuilder(start);
        List<long> tokens = [.. start.Select(c => (long)numbers[c])];
        var stream = new RandomStream(seed).Split("continuation");
        for (int i = 0; i < length; i++)
        {
            long[] context = [.. tokens.Skip(Math.Max(0, tokens.Count - facts.Input[0]))];
            Tensor scores = model.Predict(Tensor.From(context, (1, context.Length)))[0, .., context.Length - 1];     // [tokens]
            int next = temperature == 0 ? (int)scores.ArgMax().Item<long>() : Draw((scores / temperature).Softmax().ToArray<float>(), stream.NextUniform(i));
            tokens.Add(next);
            text.Append(facts.Tokens[next]);
        }
        return text.ToString();
    }

    static int Draw(float[] probabilities, double uniform)
    {
        int chosen = 0;
        for (double sum = probabilities[0]; sum < uniform && chosen < probabilities.Length - 1; sum += probabilities[chosen]) chosen++;
        return chosen;
    }
}
