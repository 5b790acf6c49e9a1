using System.Globalization;
using Nabla.Cli.Recipes;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>Makes the model of a recipe: preprocessing, then the layers, named by kind and count: <c>conv2d_1</c>.</summary>
internal static class ModelBuilder
{
    /// <param name="recipe">Its layers.</param>
    /// <param name="input">Shape of one sample.</param>
    /// <param name="outputs">Numbers the model must return: classes, or target columns.</param>
    /// <param name="preprocessing">Null for none.</param>
    /// <exception cref="FailureException">A layer does not fit the one before it, or the last one the outputs.</exception>
    public static Sequential Build(Recipe recipe, Shape input, int outputs, Preprocessing? preprocessing)
    {
        var layers = new List<(string, Module)>();
        if (preprocessing is not null) layers.Add(("preprocess", preprocessing));
        var counts = new Dictionary<string, int>();
        Shape shape = input;
        for (int i = 0; i < recipe.Model.Count; i++)
        {
            LayerRecipe layer = recipe.Model[i];
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
        if (shape != Shape.Create(outputs))
            throw new FailureException(
                $"model: expected the last layer to return [{outputs}], one number per {(outputs == 1 ? "target" : "class")}, got {shape}. " +
                $"End with '- linear: {outputs}'.");
        var model = new Sequential([.. layers]);
        model.Initialize((ulong)recipe.Training.Seed);
        return model;
    }
}
