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

    /// <exception cref="ShapeException">Axis 1 of x has another size.</exception>
    public static void Check(Tensor x, int channels)
    {
        if (x.Rank < 2 || x.Shape[1] != channels)
            throw new ShapeException($"expected [N, {channels}] or [N, {channels}, d…], got {x.Shape}. Channels are axis 1.");
    }
}
