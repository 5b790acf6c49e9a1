using System.Globalization;
using Nabla.Cli.Recipes;
using Nabla.Cli.Runs;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>Makes the model of a recipe: preprocessing, then the layers, named by kind and count: <c>conv2d_1</c>.</summary>
internal static class ModelBuilder
{
    /// <param name="recipe">Its layers.</param>
    /// <param name="facts">What the model takes, and what it must return.</param>
    /// <param name="preprocessing">Null for none.</param>
    /// <exception cref="FailureException">A layer does not fit the one before it, or the last one the outputs.</exception>
    public static Sequential Build(Recipe recipe, ModelFacts facts, Preprocessing? preprocessing)
    {
        var layers = new List<(string, Module)>();
        if (preprocessing is not null) layers.Add(("preprocess", preprocessing));
        var counts = new Dictionary<string, int>();
        Shape shape = facts.Input;
        for (int i = 0; i < recipe.Model.Count; i++)
        {
            LayerRecipe layer = recipe.Model[i];
            if (layer is ITokenLayer taking) layer = taking.Of(facts.VocabularySize);
            int number = counts[layer.Kind] = counts.GetValueOrDefault(layer.Kind) + 1;
            try
            {
                (Module module, shape) = layer.Build(shape);
                layers.Add((string.Create(CultureInfo.InvariantCulture, $"{layer.Kind}_{number}"), module));
            }
            catch (ArgumentException error)
            {
                throw new FailureException($"model[{i}].{layer.Kind}: {error.Message}");
            }
        }
        if (shape != facts.Output) throw new FailureException(WrongOutput(facts, shape));
        var model = new Sequential([.. layers]);
        model.Initialize((ulong)recipe.Training.Seed);
        return model;
    }

    static string WrongOutput(ModelFacts facts, Shape got) => facts.IsLanguageModel
        ? $"model: expected the last layer to return {facts.Output}, one number per token at every place, got {got}. End with '- tokenScores'."
        : $"model: expected the last layer to return {facts.Output}, one number per {(facts.Outputs == 1 ? "target" : "class")}, got {got}. "
            + $"End with '- linear: {facts.Outputs}'.";
}
