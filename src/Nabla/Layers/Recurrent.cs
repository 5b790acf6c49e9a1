using System.Globalization;

namespace Nabla.Layers;

/// <summary>How a recurrent layer is built up.</summary>
public sealed record RecurrentOptions
{
    /// <summary>Layers one above the other; at least 1. Default 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>True runs a second network from the end to the start and puts both outputs side by side (Schuster, Paliwal, 1997).</summary>
    public bool IsBidirectional { get; init; }

    /// <summary>Share of elements dropped in training between layers, in [0, 1). Default 0.</summary>
    public double Dropout { get; init; }

    /// <summary>False leaves both biases out.</summary>
    public bool HasBias { get; init; } = true;

    /// <summary>True where inputs and outputs are [steps, batch, features]; default is [batch, steps, features].</summary>
    public bool IsTimeFirst { get; init; }

    /// <summary>
    /// How the hidden-to-hidden weights [hidden, hidden] of each gate start; null for uniform in ±1/√hidden, as all others do.
    /// <see cref="Initializer.Orthogonal"/> keeps the length of what is remembered over many steps (Saxe, McClelland, Ganguli, 2014).
    /// </summary>
    public Initializer? RecurrentWeights { get; init; }

    internal void Check(string who)
    {
        if (Layers < 1) throw Refuse(nameof(Layers), Layers, $"{who}: expected at least 1 layer, got {Layers}.");
        if (Dropout is not (>= 0 and < 1))
            throw Refuse(nameof(Dropout), Dropout, $"{who}: expected a dropout probability in [0, 1), got {Dropout}. It is the share to remove.");
        if (Dropout > 0 && Layers == 1)
            throw Refuse(
                nameof(Dropout), Dropout,
                $"{who}: expected more than 1 layer, since dropout is between layers. Put a Dropout({Dropout.ToString(CultureInfo.InvariantCulture)}) behind it.");
    }

    static ArgumentOutOfRangeException Refuse(string name, object value, string message) => new(name, value, message);
}

/// <summary>What a recurrent layer remembers: [layers · directions, batch, hidden], layer by layer, forward before backward.</summary>
/// <param name="Hidden">The hidden states.</param>
/// <param name="Cell">The cell states of an <see cref="Lstm"/>; null for the others.</param>
public sealed record RecurrentState(Tensor Hidden, Tensor? Cell = null)
{
    /// <summary>
    /// The same numbers without their graph: carry them into the next piece of a long sequence, and gradients stop at the border
    /// (truncated backpropagation through time; Williams, Peng, 1990).
    /// </summary>
    public RecurrentState Detach() => new(Hidden.Detach(), Cell?.Detach());
}

/// <summary>
/// A network that reads a sequence step by step: [batch, steps, inputs] → [batch, steps, hidden · directions]. What all cells share:
/// layers, directions, lengths, states.
/// </summary>
/// <remarks>
/// Parameters have PyTorch's names (<c>weight_ih_l0</c>, <c>bias_hh_l1_reverse</c>, …), shapes and gate order, so state dictionaries go
/// both ways. They start uniform in ±1/√hidden; <see cref="RecurrentOptions.RecurrentWeights"/> gives those from state to state another start.
/// </remarks>
public abstract class Recurrent : Module
{
    readonly Weights[] parts;

    private protected Recurrent(int inputs, int hidden, int gates, bool hasPeepholes, RecurrentOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(hidden);
        Options = options ?? new();
        Options.Check(GetType().Name);
        (Inputs, Hidden, Gates) = (inputs, hidden, gates);
        Initializer common = Initializer.FanInUniform(hidden), fromStates = Options.RecurrentWeights?.ForBlocks(gates) ?? common;
        parts = new Weights[Options.Layers * Directions];
        for (int i = 0; i < parts.Length; i++)
        {
            string suffix = $"l{i / Directions}{(i % Directions == 1 ? "_reverse" : "")}";
            Parameter(out Tensor input, (gates * hidden, i < Directions ? inputs : hidden * Directions), common, $"weight_ih_{suffix}");
            Parameter(out Tensor recurrent, (gates * hidden, hidden), fromStates, $"weight_hh_{suffix}");
            Tensor? inputBias = null, recurrentBias = null, peepholes = null;
            if (Options.HasBias) Parameter(out inputBias, gates * hidden, common, $"bias_ih_{suffix}");
            if (Options.HasBias) Parameter(out recurrentBias, gates * hidden, common, $"bias_hh_{suffix}");
            if (hasPeepholes) Parameter(out peepholes, 3 * hidden, common, $"weight_ch_{suffix}");
            parts[i] = new(input, recurrent, inputBias, recurrentBias, peepholes);
        }
    }

    /// <summary>Size of the last axis of the input.</summary>
    public int Inputs { get; }

    /// <summary>Units per layer and direction.</summary>
    public int Hidden { get; }

    /// <summary>How it is built up.</summary>
    public RecurrentOptions Options { get; }

    /// <inheritdoc/>
    protected override string Notation =>
        $"{Inputs} → {Hidden}{(Options.Layers > 1 ? $", {Options.Layers} layers" : "")}{(Options.IsBidirectional ? ", bidirectional" : "")}";

    int Gates { get; }

    int Directions => Options.IsBidirectional ? 2 : 1;

    int BatchAxis => Options.IsTimeFirst ? 1 : 0;

    /// <summary>The outputs together with the state after the last step.</summary>
    /// <param name="x">[batch, steps, inputs], or [steps, batch, inputs] if the layer is time-first.</param>
    /// <param name="pass">Training or evaluation: dropout between layers.</param>
    /// <param name="state">The state to start from; null for zeros.</param>
    /// <param name="lengths">
    /// Steps that count of each sample, in any order, each in [1, steps]; null for all. Outputs beyond are 0, the state is that after the
    /// last step that counts, and the backward direction starts there.
    /// </param>
    /// <exception cref="ShapeException">Input or state have the wrong shape, or there is not one length per sample.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A length is not in [1, steps].</exception>
    public (Tensor Output, RecurrentState State) Forward(Tensor x, Pass pass, RecurrentState? state, int[]? lengths = null) =>
        Enter((Layer: this, x, pass, state, lengths), static given => given.Layer.Unroll(given.x, given.pass, given.state, given.lengths));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass) => Unroll(x, pass, null, null).Output;

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(Shape input, Shape output)
    {
        long perStep = parts.Sum(static part => (long)part.Input.Length + part.Recurrent.Length);
        return input.Length / Inputs * perStep;
    }

    private protected abstract (Tensor States, Tensor LastState, Tensor? LastCell) Run(RecurrentInputs inputs);

    private protected abstract bool HasCell { get; }

    (Tensor Output, RecurrentState State) Unroll(Tensor x, Pass pass, RecurrentState? state, int[]? lengths)
    {
        Check(x, state, lengths);
        if (!Options.IsTimeFirst) x = x.Transpose(0, 1);
        Tensor[] lastStates = new Tensor[parts.Length], lastCells = new Tensor[parts.Length], sides = new Tensor[Directions];
        for (int i = 0; i < parts.Length; i++)
        {
            bool isReverse = i % Directions == 1;
            Weights part = parts[i];
            var (states, lastState, lastCell) = Run(new(
                isReverse ? Reverse(x, lengths) : x, state?.Hidden.Select(0, i), state?.Cell?.Select(0, i),
                part.Input, part.Recurrent, part.InputBias, part.RecurrentBias, part.Peepholes, lengths));
            (lastStates[i], lastCells[i]) = (lastState, lastCell!);
            sides[i % Directions] = isReverse ? Reverse(states, lengths) : states;
            if (i % Directions < Directions - 1) continue;
            x = Directions == 1 ? sides[0] : Tensor.Concatenate(sides, -1);
            if (Options.Dropout > 0 && pass.IsTraining && i < parts.Length - 1) x = x.Dropout(Options.Dropout, pass.NextStream());
        }
        var after = new RecurrentState(Tensor.Stack(lastStates), HasCell ? Tensor.Stack(lastCells) : null);
        Temporaries.GiveBackAllBut(x, after.Hidden, after.Cell);
        return (Options.IsTimeFirst ? x : x.Transpose(0, 1), after);
    }

    /// <summary>Every sample from its last step to its first; what lies beyond its length stays where it is.</summary>
    static Tensor Reverse(Tensor x, int[]? lengths)
    {
        if (lengths is null) return x.Flip(0);
        int steps = x.Shape[0], batch = x.Shape[1];
        var rows = new long[steps * batch];
        for (int step = 0; step < steps; step++)
            for (int sample = 0; sample < batch; sample++)
                rows[step * batch + sample] = (long)(step < lengths[sample] ? lengths[sample] - 1 - step : step) * batch + sample;
        return x.Reshape([steps * batch, x.Shape[2]]).IndexSelect(0, Tensor.From(rows)).Reshape(x.Shape);
    }

    void Check(Tensor x, RecurrentState? state, int[]? lengths)
    {
        if (x.Rank != 3 || x.Shape[2] != Inputs)
            throw new ShapeException($"expected [{(Options.IsTimeFirst ? "steps, batch" : "batch, steps")}, {Inputs}], got {x.Shape}. {(x.Rank == 2 ? "Use Unsqueeze for a single sequence." : "Check the layer before it.")}");
        int batch = x.Shape[BatchAxis], steps = x.Shape[1 - BatchAxis];
        if (steps == 0) throw new ShapeException($"expected at least one step, got {x.Shape}.");
        Shape expected = (parts.Length, batch, Hidden);
        if (state is not null && (state.Hidden.Shape != expected || (HasCell && state.Cell?.Shape != expected)))
            throw new ShapeException(
                $"expected a state of shape {expected} (layers · directions, batch, hidden){(HasCell ? " with a cell like it" : "")}, " +
                $"got {state.Hidden.Shape}{(HasCell ? $" and {state.Cell?.Shape.ToString() ?? "no cell"}" : "")}. Start from null when the batch size changes.");
        if (lengths is null) return;
        if (lengths.Length != batch) throw new ShapeException($"expected one length for each of {batch} samples, got {lengths.Length}.");
        for (int sample = 0; sample < batch; sample++)
            if (lengths[sample] < 1 || lengths[sample] > steps)
                throw new ArgumentOutOfRangeException(
                    nameof(lengths), lengths[sample],
                    $"{Location}: expected lengths in [1, {steps}], got {lengths[sample]} at sample {sample}." +
                    (lengths[sample] == 0 ? " A sequence has at least one step: leave empty ones out of the batch." : ""));
    }

    sealed record Weights(Tensor Input, Tensor Recurrent, Tensor? InputBias, Tensor? RecurrentBias, Tensor? Peepholes);
}
