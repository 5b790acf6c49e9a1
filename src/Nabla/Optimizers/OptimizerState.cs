using System.Globalization;

namespace Nabla.Optimizers;

/// <summary>Saves and restores all that an optimizer remembers, by the names of the parameters.</summary>
public static class OptimizerState
{
    extension(Optimizer optimizer)
    {
        /// <summary>
        /// <c>optimizer.steps</c>, per group <c>groups.0.learningRate</c> and <c>groups.0.weightDecay</c>, per parameter
        /// <c>hidden.weight.steps</c> and its states such as <c>hidden.weight.moment1</c>. The tensors themselves, not copies.
        /// </summary>
        public OrderedDictionary<string, Tensor> StateDictionary()
        {
            var state = new OrderedDictionary<string, Tensor> { ["optimizer.steps"] = Whole(optimizer.Steps) };
            for (int i = 0; i < optimizer.Groups.Count; i++)
            {
                ParameterGroup group = optimizer.Groups[i];
                state[$"groups.{Text(i)}.learningRate"] = Tensor.Scalar(group.LearningRate, DType.Float64);
                state[$"groups.{Text(i)}.initialLearningRate"] = Tensor.Scalar(group.InitialLearningRate, DType.Float64);
                state[$"groups.{Text(i)}.weightDecay"] = Tensor.Scalar(group.WeightDecay, DType.Float64);
                foreach (ParameterState member in group.Members.Where(static member => member.Steps > 0))
                {
                    state[$"{member.Name}.steps"] = Whole(member.Steps);
                    for (int k = 0; k < member.Tensors.Length; k++) state[$"{member.Name}.{optimizer.States[k]}"] = member.Tensors[k];
                }
            }
            return state;
        }

        /// <summary>Restores what <c>StateDictionary</c> saved. Nothing changes if it does not fit.</summary>
        /// <param name="state">Names and tensors; types are converted.</param>
        /// <param name="source">What to call the state in errors, such as a file name.</param>
        /// <exception cref="DataFormatException">Names or shapes differ; the message lists them all.</exception>
        public void LoadStateDictionary(IReadOnlyDictionary<string, Tensor> state, string source = "optimizer state")
        {
            var expected = new List<string> { "optimizer.steps" };
            var misshapen = new List<string>();
            for (int i = 0; i < optimizer.Groups.Count; i++)
            {
                string group = $"groups.{Text(i)}";
                expected.AddRange([$"{group}.learningRate", $"{group}.initialLearningRate", $"{group}.weightDecay"]);
                foreach (ParameterState member in optimizer.Groups[i].Members)
                {
                    if (!state.ContainsKey($"{member.Name}.steps")) continue;
                    expected.Add($"{member.Name}.steps");
                    foreach (string name in optimizer.States)
                    {
                        string key = $"{member.Name}.{name}";
                        expected.Add(key);
                        if (state.TryGetValue(key, out Tensor? saved) && saved.Shape != member.Parameter.Shape)
                            misshapen.Add($"{key} is {saved.Shape} in the file, {member.Parameter.Shape} in the optimizer");
                    }
                }
            }
            string[] missing = [.. expected.Where(name => !state.ContainsKey(name))];
            string[] unexpected = [.. state.Keys.Except(expected)];
            if (missing.Length + unexpected.Length + misshapen.Count > 0)
                throw new DataFormatException(
                    $"Load '{source}': {missing.Length} missing{List(missing)}, {unexpected.Length} unexpected{List(unexpected)}, " +
                    $"{misshapen.Count} misshapen{List(misshapen)}. Was it saved by another {optimizer.GetType().Name}, with other options?");

            optimizer.Steps = (long)(double)state["optimizer.steps"];
            for (int i = 0; i < optimizer.Groups.Count; i++)
            {
                ParameterGroup group = optimizer.Groups[i];
                group.LearningRate = (double)state[$"groups.{Text(i)}.learningRate"];
                group.InitialLearningRate = (double)state[$"groups.{Text(i)}.initialLearningRate"];
                group.WeightDecay = (double)state[$"groups.{Text(i)}.weightDecay"];
                foreach (ParameterState member in group.Members)
                {
                    member.Steps = state.TryGetValue($"{member.Name}.steps", out Tensor? steps) ? (long)(double)steps : 0;
                    member.Prepare(optimizer.States, 0);
                    for (int k = 0; k < member.Tensors.Length; k++)
                        if (member.Steps > 0) member.Tensors[k].Overwrite(state[$"{member.Name}.{optimizer.States[k]}"]);
                }
            }
        }
    }

    static Tensor Whole(long value) => Tensor.From([value], Shape.Scalar);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    static string List(IReadOnlyCollection<string> names) => names.Count == 0 ? "" : $" ({string.Join(", ", names)})";
}
