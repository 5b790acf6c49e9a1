using Nabla.Kernels;

namespace Nabla.Layers;

/// <summary>
/// Long short-term memory: gates i, f, o = σ(W·x + U·h + b), g = tanh(W·x + U·h + b), c ← f·c + i·g, h = o·tanh c (Hochreiter, Schmidhuber,
/// 1997; Gers, Schmidhuber, Cummins, 2000). Rows of the weights are in the order i, f, g, o.
/// </summary>
public sealed class Lstm : Recurrent
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inputs">Size of the last axis of the input; positive.</param>
    /// <param name="hidden">Units; positive.</param>
    /// <param name="options">Layers, directions, dropout, layout.</param>
    /// <param name="hasPeepholes">
    /// True lets the gates see the cell, with a weight per unit: <c>weight_ch_l0</c>, [3 · hidden] in the order i, f, o (Gers,
    /// Schraudolph, Schmidhuber, 2002).
    /// </param>
    public Lstm(int inputs, int hidden, RecurrentOptions? options = null, bool hasPeepholes = false)
        : base(inputs, hidden, LstmCell.Gates, hasPeepholes, options) { }

    private protected override bool HasCell => true;

    private protected override (Tensor, Tensor, Tensor?) Run(RecurrentInputs inputs) => Recurrence.Run<LstmCell>(inputs);
}

/// <summary>
/// Gated recurrent unit: r, z = σ(W·x + U·h + b), n = tanh(W·x + b + r·(U·h + b')), h ← (1 − z)·n + z·h (Cho et al., 2014). Rows of the
/// weights are in the order r, z, n.
/// </summary>
public sealed class Gru : Recurrent
{
    /// <summary>Creates the layer.</summary>
    /// <param name="inputs">Size of the last axis of the input; positive.</param>
    /// <param name="hidden">Units; positive.</param>
    /// <param name="options">Layers, directions, dropout, layout.</param>
    public Gru(int inputs, int hidden, RecurrentOptions? options = null) : base(inputs, hidden, GruCell.Gates, false, options) { }

    private protected override bool HasCell => false;

    private protected override (Tensor, Tensor, Tensor?) Run(RecurrentInputs inputs) => Recurrence.Run<GruCell>(inputs);
}

/// <summary>The plain network: h ← f(W·x + U·h + b) with f = tanh or ReLU (Elman, 1990).</summary>
public sealed class Rnn : Recurrent
{
    readonly bool isRelu;

    /// <summary>Creates the layer.</summary>
    /// <param name="inputs">Size of the last axis of the input; positive.</param>
    /// <param name="hidden">Units; positive.</param>
    /// <param name="options">Layers, directions, dropout, layout.</param>
    /// <param name="isRelu">True uses ReLU instead of tanh.</param>
    public Rnn(int inputs, int hidden, RecurrentOptions? options = null, bool isRelu = false)
        : base(inputs, hidden, PlainCell<TanhOperation>.Gates, false, options) => this.isRelu = isRelu;

    private protected override bool HasCell => false;

    private protected override (Tensor, Tensor, Tensor?) Run(RecurrentInputs inputs) =>
        isRelu ? Recurrence.Run<PlainCell<ReluOperation>>(inputs) : Recurrence.Run<PlainCell<TanhOperation>>(inputs);
}
