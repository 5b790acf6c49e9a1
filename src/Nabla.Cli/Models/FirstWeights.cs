using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>Names of the first weights of linear layers and convolutions.</summary>
internal static class FirstWeights
{
    public const string Usual = "usual";

    public const string Meaning =
        "First weights. usual: uniform in ±1/√inputs. he: for relu and its kin. xavier: for tanh and sigmoid. lecun: for selu. " +
        "uniform: ±0.07. normal: deviation 0.01.";

    static readonly Dictionary<string, Initializer?> Known = new()
    {
        [Usual] = null,
        ["he"] = Initializer.HeNormal(),
        ["xavier"] = Initializer.XavierUniform(),
        ["lecun"] = Initializer.LeCunNormal(),
        ["orthogonal"] = Initializer.Orthogonal(),
        ["sparse"] = Initializer.Sparse(),
        ["uniform"] = Initializer.Uniform(),
        ["normal"] = Initializer.Normal(0, 0.01),
        ["zeros"] = Initializer.Zeros,
    };

    public static IReadOnlyList<string> Names { get; } = [.. Known.Keys];

    /// <summary>Null for the layer's own choice.</summary>
    public static Initializer? Of(string name) => Known[name];
}
