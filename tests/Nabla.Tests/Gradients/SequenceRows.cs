using Nabla.Kernels;

namespace Nabla.Tests.Gradients;

/// <summary>Recurrent layers: every cell, with and without states, biases, peepholes and lengths.</summary>
internal static class SequenceRows
{
    public static GradientTable All { get; } = new()
    {
        { "Lstm", (-1, 1), x => All3(Recurrence.Run<LstmCell>(new(x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], null))), [(3, 2, 2), (2, 3), (2, 3), (12, 2), (12, 3), 12, 12, 9] },
        { "Lstm/plain", (-1, 1), x => Recurrence.Run<LstmCell>(new(x[0], null, null, x[1], x[2], null, null, null, null)).States, [(3, 2, 2), (8, 2), (8, 2)] },
        { "Lstm/lengths", (-1, 1), x => All3(Recurrence.Run<LstmCell>(new(x[0], x[1], null, x[2], x[3], null, x[4], null, [1, 3]))), [(3, 2, 2), (2, 2), (8, 2), (8, 2), 8] },
        { "Gru", (-1, 1), x => All3(Recurrence.Run<GruCell>(new(x[0], x[1], null, x[2], x[3], x[4], x[5], null, null))), [(3, 2, 2), (2, 3), (9, 2), (9, 3), 9, 9] },
        { "Gru/plain", (-1, 1), x => All3(Recurrence.Run<GruCell>(new(x[0], null, null, x[1], x[2], null, null, null, [2, 3]))), [(3, 2, 2), (6, 2), (6, 2)] },
        { "Rnn", (-1, 1), x => All3(Recurrence.Run<PlainCell<TanhOperation>>(new(x[0], x[1], null, x[2], x[3], x[4], x[5], null, null))), [(3, 2, 2), (2, 3), (3, 2), (3, 3), 3, 3] },
        { "Rnn/relu", (-1, 1), x => All3(Recurrence.Run<PlainCell<ReluOperation>>(new(x[0], null, null, x[1], x[2], x[3], null, null, null))), [(3, 2, 2), (3, 2), (3, 3), 3] },
        { "Attention", x => x[0].Attention(x[1], x[2]), [(1, 2, 3, 2), (1, 2, 4, 2), (1, 2, 4, 3)] },
        { "Attention/causal", x => x[0].Attention(x[1], x[2], AttentionMask.Causal, 0.7), [(2, 1, 3, 2), (2, 1, 4, 2), (2, 1, 4, 2)] },
        { "Attention/groups", x => x[0].Attention(x[1], x[2], new() { Lengths = [3] }, dropout: 0.3, stream: new(5)), [(1, 4, 3, 2), (1, 2, 4, 2), (1, 2, 4, 2)] },
        { "Attention/masks", x => x[0].Attention(x[1], x[2], new() { Lengths = [0, 4], Allowed = Allowed, Bias = Tensor.From([0.5, -1, 0.25, 2]) }), [(2, 1, 3, 2), (2, 1, 4, 2), (2, 1, 4, 2)] },
        { "Attention/bias", x => x[0].Attention(x[1], x[2], new() { IsCausal = true, Bias = x[3] }, dropout: 0.2), [(1, 2, 3, 2), (1, 2, 3, 2), (1, 2, 3, 2), (2, 3, 3)] },
        { "Attention/packed", x => x[0].PackedAttention(2, 1, AttentionMask.Causal, null, 0.3, new(4)), [(2, 3, 8)] },
    };

    static Tensor Allowed => Tensor.From([true, false, true, true, false, false, false, false, true, true, true, false], (3, 4));

    static Tensor All3((Tensor States, Tensor Last, Tensor? Cell) y) =>
        Tensor.Concatenate([y.States.Flatten(), y.Last.Flatten(), .. y.Cell is { } cell ? new[] { cell.Flatten() } : []]);
}
