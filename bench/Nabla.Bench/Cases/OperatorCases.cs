using Nabla.Bench.Cases.Operators;

namespace Nabla.Bench.Cases;

/// <summary>The cases of the peer's operator script: same names, same shapes, same inputs. A file per family.</summary>
internal static class OperatorCases
{
    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. MatrixProducts.All,
        .. Streams.All,
        .. OptimizerSteps.All,
        .. Small.OfOperators,
        .. Convolutions.All,
        .. Normalizations.All,
        .. Embeddings.All,
        .. Updates.All,
        .. Attention.All,
        .. Recurrent.All,
        .. Toolbox.All,
        .. Pictures.All,
        .. Elements.All,
        .. LinearAlgebra.All,
        .. Small.OfNetworks,
    ];
}
