namespace Nabla.Layers;

/// <summary>How layers with one parameter per channel meet inputs [N, C] and [N, C, d…].</summary>
internal static class Channels
{
    /// <summary>Sizes under which a [C] tensor broadcasts along axis 1 of x: [C, 1, …].</summary>
    public static int[] Along(Tensor x)
    {
        int[] sizes = new int[x.Rank - 1];
        sizes.AsSpan().Fill(1);
        sizes[0] = x.Shape[1];
        return sizes;
    }
}
