using System.Globalization;

namespace Nabla.Optimizers;

/// <summary>Saves and restores all that an optimizer remembers, by the names of the parameters.</summary>
public static class OptimizerState
{
    extension(Optimizer optimizer)
    {
        /// <summary>
        /// <c>optimizer.steps</c>, per group <c>groups.0.learningRate</c> and its decays, per parameter <c>hidden.weight.steps</c> and
        /// its states such as <c>hidden.weight.moment1</c>. An optimizer round others saves theirs, and its own under its name:
        /// <c>lookahead.hidden.weight.slow</c>. The tensors themselves, not copies.
        /// </summary>
        public OrderedDictionary<string, Tensor> StateDictionary()
        {
            var state = new OrderedDictionary<string, Tensor>();
            foreach (Entry entry in Entries(optimizer, "", static (member, _) => member.Steps > 0)) state[entry.Key] = entry.Read();
            return state;
        }

        /// <summary>Restores what <c>StateDictionary</c> saved. Nothing changes if it does not fit.</summary>
        /// <param name="state">Names and tensors; types are converted.</param>
        /// <param name="source">What to call the state in errors, such as a file name.</param>
        /// <exception cref="DataFormatException">Names or shapes differ; the message lists them all.</exception>
        public void LoadStateDictionary(IReadOnlyDictionary<string, Tensor> state, string source = "optimizer state")
        {
            Entry[] entries = [.. Entries(optimizer, "", (_, steps) => state.ContainsKey(steps))];
            string[] missing = [.. entries.Select(static entry => entry.Key).Where(name => !state.ContainsKey(name))];
            string[] unexpected = [.. state.Keys.Except(entries.Select(static entry => entry.Key))];
            string[] misshapen = [.. entries.Where(entry => state.TryGetValue(entry.Key, out Tensor? saved) && saved.Shape != entry.Shape)
                .Select(entry => $"{entry.Key} is {state[entry.Key].Shape} in the file, {entry.Shape} in the optimizer")];
            if (missing.Length + unexpected.Length + misshapen.Length > 0)
                throw new DataFormatException(
                    $"Load '{source}': {missing.Length} missing{List(missing)}, {unexpected.Length} unexpected{List(unexpected)}, " +
                    $"{misshapen.Length} misshapen{List(misshapen)}. Was it saved by another {optimizer.GetType().Name}, with other options?");

            Clear(optimizer);
            foreach (Entry entry in entries) entry.Write(state[entry.Key]);
        }
    }

    /// <summary>One name of the dictionary.</summary>
    readonly record struct Entry(string Key, Shape Shape, Func<Tensor> Read, Action<Tensor> Write)
    {
        public static Entry Number(string key, Func<double> read, Action<double> write) =>
            new(key, Shape.Scalar, () => Tensor.Scalar(read(), DType.Float64), saved => write((double)saved));

        public static Entry Count(string key, Func<long> read, Action<long> write) =>
            new(key, Shape.Scalar, () => Tensor.From([read()], Shape.Scalar), saved => write((long)(double)saved));
    }

    /// <summary>All names, in order; the states of those parameters of which <paramref name="has"/> says that there are any.</summary>
    static IEnumerable<Entry> Entries(Optimizer optimizer, string prefix, Func<ParameterState, string, bool> has)
    {
        foreach (var (name, part) in optimizer.Parts)
            foreach (Entry entry in Entries(part, prefix + name, has)) yield return entry;
        if (optimizer.Kind is { } kind) prefix += $"{kind}.";
        yield return Entry.Count($"{prefix}optimizer.steps", () => optimizer.Steps, steps => optimizer.Steps = steps);
        if (optimizer.Kind is null)
        {
            for (int i = 0; i < optimizer.GroupArray.Length; i++)
            {
                ParameterGroup group = optimizer.GroupArray[i];
                string at = string.Create(CultureInfo.InvariantCulture, $"{prefix}groups.{i}.");
                yield return Entry.Number($"{at}learningRate", () => group.LearningRate, value => group.LearningRate = value);
                yield return Entry.Number($"{at}initialLearningRate", () => group.InitialLearningRate, value => group.InitialLearningRate = value);
                yield return Entry.Number($"{at}weightDecay", () => group.WeightDecay, value => group.WeightDecay = value);
                yield return Entry.Number($"{at}l1Decay", () => group.L1Decay, value => group.L1Decay = value);
            }
        }
        foreach (ParameterState member in optimizer.Memory)
        {
            string at = $"{prefix}{member.Name}.", steps = $"{at}steps";
            if (!has(member, steps)) continue;
            yield return Entry.Count(steps, () => member.Steps, value => member.Steps = value);
            for (int k = 0; k < optimizer.States.Length; k++)
            {
                int index = k;
                yield return new Entry(
                    $"{at}{optimizer.States[k]}", optimizer.ShapeOf(k, member.Parameter.Shape), () => member.Tensors[index], saved =>
                    {
                        optimizer.Prepare(member);
                        member.Tensors[index].Overwrite(saved);
                    });
            }
        }
    }

    static void Clear(Optimizer optimizer)
    {
        foreach (var (_, part) in optimizer.Parts) Clear(part);
        foreach (ParameterState member in optimizer.Memory) member.Clear();
    }

    static string List(string[] names) => names.Length == 0 ? "" : $" ({string.Join(", ", names)})";
}
