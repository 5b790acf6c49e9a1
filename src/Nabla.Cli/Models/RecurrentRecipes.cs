using Nabla.Cli.Declarations;
using Nabla.Layers;

namespace Nabla.Cli.Models;

/// <summary>A network that reads a sequence place by place.</summary>
internal sealed record RecurrentRecipe(string Name, string Formula, Func<int, int, RecurrentOptions, Recurrent> Create) : LayerRecipe
{
    const string All = "all", Last = "last";

    public static IReadOnlyList<RecurrentRecipe> Cells { get; } =
    [
        new("lstm", "Long short-term memory", static (inputs, hidden, options) => new Lstm(inputs, hidden, options)),
        new("gru", "Gated recurrent unit", static (inputs, hidden, options) => new Gru(inputs, hidden, options)),
    ];

    public override string Kind => Name;

    public override string Meaning => $"{Formula}, place by place: [length, features] → [length, hidden], or the last state alone.";

    public int Hidden { get; init; }

    public int Layers { get; init; } = 1;

    public bool Bidirectional { get; init; }

    public double Dropout { get; init; }

    public string RecurrentWeights { get; init; } = FirstWeights.Usual;

    public string Output { get; init; } = All;

    public override LayerRecipe Declare(Keys keys)
    {
        RecurrentRecipe read = this with
        {
            Hidden = keys.Integer("hidden", Hidden, Interval.AtLeast(1), "Units per layer and direction.", isMain: true, isRequired: true),
            Layers = keys.Integer("layers", Layers, new Interval(1, 64), "Layers one above the other."),
            Bidirectional = keys.Flag("bidirectional", Bidirectional, "Read from the end too, and put both side by side."),
            Dropout = keys.Number("dropout", Dropout, Interval.Unit, "Share of zeros between layers while training."),
            RecurrentWeights = keys.Choice(
                "recurrentWeights", RecurrentWeights, FirstWeights.Names,
                "First weights of each gate from state to state. usual: uniform in ±1/√hidden, as all others. orthogonal: keeps what is remembered as long as it is."),
            Output = keys.Choice("output", Output, [All, Last], "all: a vector per place. last: the state of the last layer after the whole sequence."),
        };
        keys.Require(read.Dropout == 0 || read.Layers > 1, "dropout", () => "expected 0 for a single layer, since it acts between layers. Put '- dropout' behind it.");
        return read;
    }

    public override (Module Layer, Shape Output) Build(Shape input)
    {
        RequireRank(input, 2, "a sequence [length, features]", "Put '- embedding: N' before it.");
        Recurrent layer = Create(input[1], Hidden, new RecurrentOptions
        {
            Layers = Layers, IsBidirectional = Bidirectional, Dropout = Dropout, RecurrentWeights = FirstWeights.Of(RecurrentWeights),
        });
        int width = Hidden * (Bidirectional ? 2 : 1);
        return Output == All ? (layer, (input[0], width)) : (new LastState(layer), Shape.Create(width));
    }
}

/// <summary>The state of a recurrent network's last layer after the whole sequence, both directions side by side.</summary>
internal sealed class LastState : Module
{
    readonly Recurrent network;

    public LastState(Recurrent network) => Child(out this.network, network);

    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor states = network.Forward(x, pass, null).State.Hidden;        // [layers · directions, N, hidden]
        int directions = network.Options.IsBidirectional ? 2 : 1;
        return Tensor.Concatenate([.. Enumerable.Range(states.Shape[0] - directions, directions).Select(i => states.Select(0, i))], 1);
    }
}
