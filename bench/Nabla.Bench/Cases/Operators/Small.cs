using Nabla.Layers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Cases so small that the engine's bookkeeping is the whole cost.</summary>
internal static class Small
{
    const int Loop = 100;

    /// <summary>Of the operator script; the peer does not record either of the two, which favors it in the second.</summary>
    public static Case[] OfOperators { get; } =
    [
        Of("x+y 16 floats", isRecorded: false, static (x, y) => x + y),
        Of("x+y 16 floats recorded", isRecorded: true, static (x, y) => x + y) with
        {
            Group = "x+y 16 floats", PeerCases = ["x+y 16 floats"],
        },
    ];

    /// <summary>A network for one sample.</summary>
    public static Case[] OfNetworks { get; } =
    [
        new("MLP 32-64-64-10 batch 1 fwd", "ns/step", static () =>
        {
            Tensor x = Uniform(1, (1, 32));
            Module network = Network();
            return () => network.Predict(x);
        })
        {
            Group = "MLP 32-64-64-10 batch 1",
        },
        new("MLP 32-64-64-10 batch 1 fwd+bwd", "ns/step", static () =>
        {
            Tensor x = Uniform(1, (1, 32)), y = Tensor.From<long>([3]);
            Module network = Network();
            Tensor[] parameters = [.. network.Parameters()];
            Pass pass = Pass.Training(new RandomStream(1));
            return () =>
            {
                foreach (Tensor parameter in parameters) parameter.ClearGradient();
                network.Forward(x, pass).SoftmaxCrossEntropy(y).Mean().Backward();
            };
        })
        {
            Group = "MLP 32-64-64-10 batch 1",
        },
    ];

    /// <summary>The cases of the overhead suite: those above, and what has no counterpart in the peer's scripts.</summary>
    public static Case[] All { get; } =
    [
        .. OfOperators,
        Of("x.relu 16 floats recorded", isRecorded: true, static (x, _) => x.Relu()) with { PeerCases = [] },
        Of("x.reshape 16 floats", isRecorded: false, static (x, _) => x.Reshape(4, 4)) with { PeerCases = [] },
        Of("x[2..6] 16 floats", isRecorded: false, static (x, _) => x[2..6]) with { PeerCases = [] },
        Of("x.sum 16 floats", isRecorded: false, static (x, _) => x.Sum()) with { PeerCases = [] },
        new Case("(x+y).sum backward 16 floats", "ns/op", static () =>
        {
            var (x, y) = Leaves(isRecorded: true);
            return () =>
            {
                for (int i = 0; i < Loop; i++)
                {
                    x.ClearGradient();
                    y.ClearGradient();
                    (x + y).Sum().Backward();
                }
            };
        })
        {
            PeerCases = [], Repeats = Loop,
        },
        .. OfNetworks,
    ];

    static Case Of(string name, bool isRecorded, Func<Tensor, Tensor, Tensor> operation) => new(name, "ns/op", () =>
    {
        var (x, y) = Leaves(isRecorded);
        return () =>
        {
            using Autograd.Scope scope = isRecorded ? Autograd.Recording(true) : Autograd.NoGradient();
            for (int i = 0; i < Loop; i++) operation(x, y);
        };
    })
    {
        Repeats = Loop,
    };

    static (Tensor X, Tensor Y) Leaves(bool isRecorded)
    {
        Tensor x = Uniform(1, 16), y = Uniform(2, 16);
        x.RequiresGradient = y.RequiresGradient = isRecorded;
        return (x, y);
    }

    static Sequential Network() => new(
        new Linear(32, 64), Activation.Relu(), new Linear(64, 64), Activation.Relu(), new Linear(64, 10));
}
