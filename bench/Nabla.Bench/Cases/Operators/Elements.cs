using Nabla.Losses;
using static Nabla.Bench.Measurement.Inputs;

namespace Nabla.Bench.Cases.Operators;

/// <summary>Functions of single numbers, what rows become, and rows by their places.</summary>
internal static class Elements
{
    const double Million = 8.0 * (1 << 20), Million4 = 4.0 * (4 << 20), Square = 4.0 * 4096 * 4096, Rows = 4.0 * 4096 * 1000, Positions = 2 * Rows;
    const double Picked = 4.0 * 40960 * 64, Table = 4.0 * 100_000 * 64, Image56 = 4.0 * 32 * 64 * 56 * 56;

    /// <summary>All cases.</summary>
    public static Case[] All { get; } =
    [
        .. Function("relu", static x => x.Relu()),
        .. Function("tanh", static x => x.Tanh()),
        .. Function("sigmoid", static x => x.Sigmoid()),
        .. Function("silu", static x => x.Silu()),
        .. Function("softplus", static x => x.Softplus()),
        .. Function("exp", static x => x.Exp()),
        .. Function("log of square", static x => x.Square().Log()),
        .. Function("sin", static x => x.Sin()),
        .. Function("clamp", static x => x.Clamp(-0.5, 0.5)),
        .. Function("power 3", static x => x.Pow(3)),
        .. Function("dropout", static x => x.Dropout(0.5, new RandomStream(1))),

        .. Pair("x*y", static (x, y) => x * y),
        .. Pair("x/(y*y+1)", static (x, y) => x / (y * y + 1)),
        .. Pair("mse", static (x, y) => new Mse().Forward(x, y)),
        .. Pair("huber", static (x, y) => new Huber().Forward(x, y)),
        .. Group("over 4M", "where(x>0, x, y) over 4M", Work.Traffic(2 * Million4, Million4), static () =>
            ([Uniform(1, 4 << 20), Uniform(2, 4 << 20)], static t => Tensor.Where(t[0].Greater(0), t[0], t[1]))),
        .. Group("over 4M", "bce with logits over 4M", Work.Traffic(2 * Million4, 0, Million4), static () =>
        {
            Tensor targets = Uniform(2, 4 << 20).Greater(0).To(DType.Float32);
            return ([Uniform(1, 4 << 20)], t => new BinaryCrossEntropyWithLogits().Forward(t[0], targets));
        }),
        .. Group("over 4M", "rows+bias over 4M", Work.Traffic(Million4, Million4), static () =>
            ([Uniform(1, (4096, 1024)), Uniform(2, 1024)], static t => t[0] + t[1])),

        .. OfRows("mean", static x => x.Mean(1)),
        .. OfRows("max", static x => x.Max(1)),
        .. OfRows("variance", static x => x.Variance(1)),
        .. OfRows("norm", static x => x.Norm(1, 2)),
        .. OfRows("logsumexp", static x => x.LogSumExp(1)),
        .. OfRows("argmax", static x => x.ArgMax(1)).Take(1),
        .. OfRows("cumsum", static x => x.CumulativeSum(1), Square),

        .. Placed("sort 4096x1000", Work.Traffic(Rows, Rows), static () => ([Uniform(1, (4096, 1000))], static t => t[0].Sort().Values)),
        .. Placed("top 10 of 4096x1000", Work.Traffic(Rows, Rows / 100, Rows), static () => ([Uniform(1, (4096, 1000))], static t => t[0].TopK(10).Values)),
        .. Placed("gather 4096x1000", Work.Traffic(Rows + Positions, Rows, Rows), static () =>
        {
            Tensor at = Ids(2, 1000, (4096, 1000));
            return ([Uniform(1, (4096, 1000))], t => t[0].Gather(1, at));
        }),
        .. Placed("take 40960 rows of 100kx64", Work.Traffic(Picked, Picked, Table), static () =>
        {
            Tensor at = Ids(2, 100_000, 40960);
            return ([Uniform(1, (100_000, 64))], t => t[0].IndexSelect(0, at));
        }),
        .. Placed("add 40960 rows to 10kx64", Work.Traffic(Table / 10 + Picked, Table / 10), static () =>
        {
            Tensor at = Ids(2, 10_000, 40960);
            return ([Uniform(1, (10_000, 64)), Uniform(3, (40960, 64))], t => t[0].IndexAdd(0, at, t[1]));
        }),
        .. Placed("scatter_add 4096x1000", Work.Traffic(2 * Rows + Positions, Rows), static () =>
        {
            Tensor at = Ids(2, 1000, (4096, 1000));
            return ([Uniform(1, (4096, 1000)), Uniform(3, (4096, 1000))], t => t[0].ScatterAdd(1, at, t[1]));
        }),
        .. Placed("unique 1M of 10k", Work.Traffic(Million, Million), static () =>
        {
            Tensor ids = Ids(2, 10_000, 1 << 20);
            return ([], _ => ids.Unique().Values);
        }).Take(1),
        .. Placed("unique 1M floats", Work.Traffic(Million / 2, 2.5 * Million), static () => ([Uniform(1, 1 << 20)], static t => t[0].Unique().Values)).Take(1),
        .. Placed("normal 4M", Work.Traffic(0, Million4), static () => ([], static _ => Tensor.Normal(4 << 20, new RandomStream(1)))).Take(1),
        .. Placed("roll 4096x1000 by 7", Work.Traffic(Rows, Rows), static () => ([Uniform(1, (4096, 1000))], static t => t[0].Roll(7, 1))),
        .. Placed("roll 4096x1000 by 7 rows", Work.Traffic(Rows, Rows), static () => ([Uniform(1, (4096, 1000))], static t => t[0].Roll(7, 0))),
        .. Placed("concatenate 4 of 4096x250", Work.Traffic(Rows, Rows), static () =>
            ([.. Enumerable.Range(1, 4).Select(static i => Uniform((ulong)i, (4096, 250)))], static t => Tensor.Concatenate(t, 1))),
        .. Placed("permute 32x64x56x56 to last", Work.Traffic(Image56, Image56), static () =>
            ([Uniform(1, (32, 64, 56, 56))], static t => t[0].Permute(0, 2, 3, 1).Contiguous())),
    ];

    static IEnumerable<Case> Function(string name, Func<Tensor, Tensor> function) =>
        Group("over 4M", $"{name} over 4M", Work.Traffic(Million4, Million4), () => ([Uniform(1, 4 << 20)], t => function(t[0])));

    static IEnumerable<Case> Pair(string name, Func<Tensor, Tensor, Tensor> function) =>
        Group("over 4M", $"{name} over 4M", Work.Traffic(2 * Million4, Million4), () => ([Uniform(1, 4 << 20), Uniform(2, 4 << 20)], t => function(t[0], t[1])));

    static IEnumerable<Case> OfRows(string name, Func<Tensor, Tensor> function, double writes = 0) =>
        Group("of rows 4096x4096", $"{name} of rows 4096x4096", Work.Traffic(Square, writes, Square), () => ([Uniform(1, (4096, 4096))], t => function(t[0])));

    static IEnumerable<Case> Placed(string name, Work work, Func<(Tensor[], Func<Tensor[], Tensor>)> make) => Group(name, name, work, make);

    static IEnumerable<Case> Group(string group, string name, Work work, Func<(Tensor[], Func<Tensor[], Tensor>)> make) =>
        Toolbox.Of(name, work, make).Select(one => one with { Group = group });
}
