using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>What linear layers and convolutions may compute with in place of their weight.</summary>
internal static class WeightForms
{
    public const string Plain = "plain";

    public const string Meaning =
        "What is trained. plain: the weight. weightNorm: length and direction of each output's weights. spectralNorm: the weight over its largest singular value.";

    public static IReadOnlyList<string> Names { get; } = [Plain, "weightNorm", "spectralNorm"];

    /// <summary>The layer, wrapped as a form asks.</summary>
    public static Module Apply(string form, Module layer) => form switch
    {
        "weightNorm" => new WeightNorm(layer),
        "spectralNorm" => new SpectralNorm(layer),
        _ => layer,
    };
}
