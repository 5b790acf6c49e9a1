using System.Diagnostics;
using System.Globalization;
using Nabla;
using Nabla.Layers;

// Time, memory and distance to full attention of each efficient attention on random inputs: one sample, 4 heads of width 32, forward only.
// Memory is what the tensors of one call take, its intermediate ones too; distance is ‖y − full‖ / ‖full‖.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Heads = 4, Width = 32;
Console.WriteLine("| Attention | N | ms | MB | distance to full attention |\n| --- | ---: | ---: | ---: | ---: |");
foreach (int length in (int[])[256, 1024, 2048])
{
    var (query, key, value) = (Draw(length, 1), Draw(length, 2), Draw(length, 3));
    Tensor full = new DotProductAttention().Attend(query, key, value, AttentionMask.None, Pass.Evaluation);
    foreach (var (name, attention, pattern) in Rows(length))
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        AttentionMask mask = pattern?.ToMask() ?? AttentionMask.None;
        Tensor y = Run();
        Memory.Collect();
        long before = Memory.InUseBytes;
        y = Run();
        long bytes = Memory.InUseBytes - before;
        double best = double.PositiveInfinity;
        for (int round = 0; round < 5; round++)
        {
            long clock = Stopwatch.GetTimestamp();
            y = Run();
            best = Math.Min(best, Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }
        Console.WriteLine($"| {name} | {length} | {best:F2} | {bytes / 1e6:F1} | {(double)(y - full).Norm() / (double)full.Norm():F3} |");

        Tensor Run() => attention.Attend(query, key, value, mask, Pass.Evaluation);
    }
}

static Tensor Draw(int length, ulong seed) => Tensor.Normal((1, Heads, length, Width), new RandomStream(seed));

static IEnumerable<(string Name, Attention Attention, AttentionPattern? Pattern)> Rows(int length) =>
[
    ("full", new DotProductAttention(), null),
    ("window of 32, blocks", new LocalAttention(32), null),
    ("window of 32, mask", new DotProductAttention(), AttentionPattern.Window(length, 32)),
    ("strided by 32, mask", new DotProductAttention(), AttentionPattern.Strided(length, 32)),
    ("Longformer, mask", new DotProductAttention(), AttentionPattern.Longformer(length, 32, 0)),
    ("BigBird, mask", new DotProductAttention(), AttentionPattern.BigBird(length, 32, 2, new RandomStream(4))),
    ("linear", new LinearAttention(), null),
    ("Performer, 128 features", new PerformerAttention(Width, 128), null),
    ("Linformer, K = 64", new LinformerAttention(length, 64), null),
    ("compressed by 4", new CompressedAttention(Width, 4), null),
    ("routing, 8 clusters", new RoutingAttention(Width, 8), null),
    ("hashed, 8 buckets, 2 rounds", new HashedAttention(Width, 8, 2), null),
    ("Sinkhorn, blocks of 32", new SinkhornAttention(Width, length, 32), null),
    ("synthesizer, dense", new DenseSynthesizer(Width, length), null),
    ("synthesizer, factorized dense", new FactorizedSynthesizer(Width, 32, (length + 31) / 32), null),
    ("synthesizer, random", new RandomSynthesizer(length), null),
    ("synthesizer, factorized random", new RandomSynthesizer(length, 8), null),
];
