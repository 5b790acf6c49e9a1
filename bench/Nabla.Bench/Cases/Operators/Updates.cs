using Nabla.Optimizers;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Steps of optimizers over 10 million parameters in 100 tensors; the peer's better of its plain and its multi-tensor form counts.</summary>
internal static class Updates
{
    const int Count = 100, Size = 100_000;

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        Step("sgd 10M", 2, 1, static group => new Sgd(group, 1e-3)),
        Step("momentum 10M", 3, 2, static group => new Sgd(group, 1e-3, new SgdOptions { Momentum = 0.9 })),
        Step("adam 10M", 4, 3, static group => new Adam(group)),
        Step("adagrad 10M", 3, 2, static group => new AdaGrad(group, 1e-3)),
    ];

    static Case Step(string name, int reads, int writes, Func<ParameterGroup[], Optimizer> make) => new(name, "GB/s", () =>
    {
        var parameters = new List<(string, Tensor)>();
        for (int i = 0; i < Count; i++)
        {
            Tensor parameter = Uniform(1, Size);
            parameter.RequiresGradient = true;
            parameter.Gradient = Uniform(2, Size);
            parameters.Add(($"p{i}", parameter));
        }
        return make([new ParameterGroup(parameters)]).Step;
    })
    {
        Script = "bench/peers/torch_updates.py", Reads = 4.0 * Count * Size * reads, Writes = 4.0 * Count * Size * writes,
    };
}
