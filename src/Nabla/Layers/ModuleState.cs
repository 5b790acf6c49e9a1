namespace Nabla.Layers;

/// <summary>Saves and restores the tensors of a model by name.</summary>
public static class ModuleState
{
    extension(Module module)
    {
        /// <summary>
        /// All parameters and buffers by dotted name, in order of registration. The tensors themselves, not copies: write them to a
        /// file, or clone what should outlive the next step. A tensor shared under two names appears once, under the first.
        /// </summary>
        public OrderedDictionary<string, Tensor> StateDictionary()
        {
            var state = new OrderedDictionary<string, Tensor>();
            foreach (var (name, member) in module.Members().DistinctBy(static entry => entry.Member.Tensor, ReferenceEqualityComparer.Instance))
                state[name] = member.Tensor;
            return state;
        }

        /// <summary>Copies tensors into parameters and buffers of the same names, converting types. Nothing changes if they do not fit.</summary>
        /// <param name="state">Names and tensors, as <c>StateDictionary</c> or a file reader gives them.</param>
        /// <param name="strict">False ignores missing and unexpected names; shapes must fit in any case.</param>
        /// <param name="source">What to call the state in errors, such as a file name.</param>
        /// <exception cref="DataFormatException">Names or shapes differ; the one message lists all of them.</exception>
        public void LoadStateDictionary(IReadOnlyDictionary<string, Tensor> state, bool strict = true, string source = "state")
        {
            (string Name, Tensor Tensor)[] own = [.. module.Members().Select(static entry => (entry.Name, entry.Member.Tensor))];
            var given = own.Where(entry => state.ContainsKey(entry.Name)).Select(static entry => entry.Tensor)
                .ToHashSet<Tensor>(ReferenceEqualityComparer.Instance);
            string[] missing = [.. own.Where(entry => !given.Contains(entry.Tensor))
                .DistinctBy(static entry => entry.Tensor, ReferenceEqualityComparer.Instance).Select(static entry => entry.Name)];
            string[] unexpected = [.. state.Keys.Except(own.Select(static entry => entry.Name))];
            string[] misshapen = [.. own.Where(entry => state.TryGetValue(entry.Name, out Tensor? saved) && saved.Shape != entry.Tensor.Shape)
                .Select(entry => $"{entry.Name} is {state[entry.Name].Shape} in the file, {entry.Tensor.Shape} in the model")];
            if (misshapen.Length > 0 || (strict && missing.Length + unexpected.Length > 0))
                throw new DataFormatException(Describe(source, missing, unexpected, misshapen));

            foreach (var (name, tensor) in own)
                if (state.TryGetValue(name, out Tensor? saved)) tensor.Overwrite(saved);
        }
    }

    static string Describe(string source, string[] missing, string[] unexpected, string[] misshapen)
    {
        string hint = unexpected.Select(name => Hint(name, missing)).FirstOrDefault(static hint => hint.Length > 0) ?? "";
        return $"Load '{source}': {missing.Length} missing{List(missing)}, {unexpected.Length} unexpected{List(unexpected)}, " +
            $"{misshapen.Length} misshapen{(misshapen.Length == 0 ? "." : $":\n  {string.Join("\n  ", misshapen)}.")}{hint}";
    }

    static string List(string[] names) => names.Length == 0 ? "" : $" ({string.Join(", ", names)})";

    /// <summary>If an unexpected name is a missing one with something put before it (or the other way round), names that prefix.</summary>
    static string Hint(string unexpected, string[] missing)
    {
        foreach (string name in missing)
        {
            if (unexpected.EndsWith($".{name}", StringComparison.Ordinal))
                return $" Names in the file start with '{unexpected[..^name.Length]}': remove it from the keys.";
            if (name.EndsWith($".{unexpected}", StringComparison.Ordinal))
                return $" Names in the file lack '{name[..^unexpected.Length]}': load them into that part of the model.";
        }
        return "";
    }
}
