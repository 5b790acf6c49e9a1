namespace Nabla.Kernels;

/// <summary>
/// One step of a recurrent network for one unit, written once over lanes: the fused loops, the gradient and the derivatives of
/// derivatives come from it. A unit keeps up to four numbers per step, its <i>slots</i> a … d, between forward and backward.
/// </summary>
/// <remarks>
/// Gate g of the input weights fills slot g; gate g of the recurrent weights is added to slot <see cref="Slot"/>, or, where that is no
/// input gate, stands there alone.
/// </remarks>
internal interface ICell
{
    /// <summary>For messages and anomalies.</summary>
    static abstract string Name { get; }

    /// <summary>Gates: the weights have gates · hidden rows.</summary>
    static abstract int Gates { get; }

    /// <summary>Numbers kept per unit and step.</summary>
    static abstract int Slots { get; }

    /// <summary>True if a cell state goes along with the hidden state.</summary>
    static abstract bool HasCell { get; }

    /// <summary>The slot that a recurrent gate belongs to.</summary>
    static abstract int Slot(int gate);

    /// <summary>From pre-activations in the slots and the states before to the states after; the slots become what backward reads.</summary>
    static abstract void Step<V>(
        ref V a, ref V b, ref V c, ref V d, V hidden, V cell, V inputPeephole, V forgetPeephole, V outputPeephole, out V newHidden, out V newCell)
        where V : struct, ILanes<V>;

    /// <summary>
    /// From the gradients of the states after to those of the pre-activations, of the cell before, and of the hidden state before as
    /// far as it does not go through the weights.
    /// </summary>
    static abstract void Slope<V>(
        V a, V b, V c, V d, V hidden, V cell, V newCell, V inputPeephole, V forgetPeephole, V outputPeephole,
        ref V dHidden, ref V dCell, out V da, out V db, out V dc, out V dd) where V : struct, ILanes<V>;
}
