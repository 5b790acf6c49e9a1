using Nabla.Data.Formats;
using Nabla.Layers;
using Nabla.Optimizers;

namespace Nabla.Training;

/// <summary>
/// A training run in one safetensors file: parameters and buffers under <c>model.</c>, optimizer state under <c>optimizer.</c>, and
/// everything else as JSON in the metadata. One file, since two cannot be replaced in one step. Data, never code.
/// </summary>
internal static class Checkpoint
{
    const string ModelPrefix = "model.", OptimizerPrefix = "optimizer.", StateKey = "nabla.training";

    /// <exception cref="IOException">The file cannot be written; the one that was there is unchanged.</exception>
    public static void Save(string path, Module model, Optimizer optimizer, TrainingState state)
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach (var (name, tensor) in model.StateDictionary()) tensors[ModelPrefix + name] = tensor;
        foreach (var (name, tensor) in optimizer.StateDictionary()) tensors[OptimizerPrefix + name] = tensor;
        SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { [StateKey] = state.ToJson() });
    }

    /// <summary>Restores model and optimizer and returns the rest. Nothing changes if the file does not fit.</summary>
    /// <exception cref="DataFormatException">The file is damaged, no checkpoint, or of another model or optimizer.</exception>
    public static TrainingState Load(string path, Module model, Optimizer optimizer)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(StateKey, out string? json))
            throw new DataFormatException($"Checkpoint '{path}': expected a checkpoint of a training run, got a plain safetensors file.");
        TrainingState state = TrainingState.FromJson(json, path);
        Dictionary<string, Tensor> ofModel = Part(file, ModelPrefix), ofOptimizer = Part(file, OptimizerPrefix);
        model.LoadStateDictionary(ofModel, source: path);
        optimizer.LoadStateDictionary(ofOptimizer, source: path);
        return state;
    }

    static Dictionary<string, Tensor> Part(SafetensorsFile file, string prefix) => file.Entries
        .Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Name[prefix.Length..], entry => file.ReadTensor(entry.Name));
}
