namespace Nabla.Kernels;

/// <summary>
/// The update of one optimizer, stated once over lanes: new parameter and new state from parameter, gradient and state.
/// </summary>
internal interface IUpdate
{
    /// <summary>How many state tensors the rule uses: 0 to 3.</summary>
    int States { get; }

    /// <summary>
    /// Updates the parameter <paramref name="w"/> and its states <paramref name="s"/>, <paramref name="r"/>, <paramref name="q"/>
    /// from the gradient <paramref name="g"/>.
    /// </summary>
    void Step<V>(ref V w, V g, ref V s, ref V r, ref V q) where V : struct, ILanes<V>;
}
