using Nabla.Cli.Models;
using Nabla.Cli.Recipes;
using Nabla.Data.Formats;
using Nabla.Layers;

namespace Nabla.Cli.Runs;

/// <summary>A trained model: <c>model.safetensors</c> of a run, with what prediction needs in its metadata.</summary>
internal static class ModelFile
{
    const string Key = "nabla.model";

    public static void Save(string path, Module model, ModelFacts facts) =>
        SafetensorsFile.Write(path, model.StateDictionary(), new Dictionary<string, string> { [Key] = facts.ToJson() });

    public static void Save(string path, EstimatorModule model, ModelFacts facts) =>
        model.Pipeline.Save(path, new Dictionary<string, string> { [Key] = facts.ToJson() });

    /// <summary>The model of a run, and what it takes and returns.</summary>
    /// <exception cref="FailureException">The run has no model yet.</exception>
    /// <exception cref="DataFormatException">The file is damaged, or of another model: all names that do not fit are in the message.</exception>
    public static (Sequential Model, ModelFacts Facts) Load(RunFolder run, Recipe recipe)
    {
        if (!File.Exists(run.ModelPath))
            throw new FailureException($"Run '{run.Path}': expected a trained model, got none yet. Continue with: nabla train --resume {run.Path}");
        using SafetensorsFile file = SafetensorsFile.Open(run.ModelPath);
        if (!file.Metadata.TryGetValue(Key, out string? json))
            throw new DataFormatException($"{run.ModelPath}: expected a model saved by nabla, got a plain safetensors file.");
        ModelFacts facts = ModelFacts.FromJson(json, run.ModelPath);
        if (recipe.Estimator.Count > 0)
        {
            var estimator = new EstimatorModule(recipe, facts);
            estimator.Pipeline.Load(run.ModelPath);
            return (new Sequential((recipe.Estimator[0].Kind, estimator)), facts);
        }
        Preprocessing? preprocessing = recipe.Data.Preprocess.Kind == PreprocessRecipe.None ? null : Preprocessing.Neutral(facts.Input);
        Sequential model = ModelBuilder.Build(recipe, facts, preprocessing);
        model.LoadStateDictionary(file.Entries.ToDictionary(static entry => entry.Name, entry => file.ReadTensor(entry.Name)), source: run.ModelPath);
        return (model, facts);
    }
}
