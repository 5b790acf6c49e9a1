using System.Diagnostics;
using System.Globalization;
using Nabla;
using Nabla.Layers;

// A Transformer of 12 layers, trained plainly, with checkpoints and in mixed precision: what a step keeps between forward and backward, how
// long it takes, and the largest batch that fits into a given memory. `MemoryTable` measures memory and time, `MemoryTable MB` the batch.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Layers = 12, Width = 256, Heads = 4, Length = 128;

(string Name, Func<Module[], Sequential> Chain, bool IsMixed)[] ways =
[
    ("plain", static layers => new Sequential(layers), false),
    ("checkpoint at 3 of 12 layers (√n)", static layers => Checkpointed.Chain(layers), false),
    ("checkpoint at every layer", static layers => Checkpointed.Chain(layers, Layers), false),
    ("bfloat16", static layers => new Sequential(layers), true),
    ("bfloat16, checkpoint at every layer", static layers => Checkpointed.Chain(layers, Layers), true),
];

if (args.Length == 0) MeasureStep(batch: 8);
else MeasureBatch(megabytes: int.Parse(args[0]));

void MeasureStep(int batch)
{
    Console.WriteLine("| way | MB kept | of plain | s a step | time added |\n|---|---:|---:|---:|---:|");
    Tensor x = Input(batch);
    Module[] models = [.. ways.Select(static way => Model(way.Chain))];
    var kept = new long[ways.Length];
    double[] seconds = [.. ways.Select(static _ => double.PositiveInfinity)];
    for (int round = 0; round < 6; round++)                         // all ways in turn, so that a disturbance meets them alike
        for (int i = 0; i < ways.Length; i++)
        {
            if (round == 1) kept[i] = Step(models[i], x, ways[i].IsMixed, measures: true);
            long start = Stopwatch.GetTimestamp();
            Step(models[i], x, ways[i].IsMixed);
            if (round > 1) seconds[i] = Math.Min(seconds[i], Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    for (int i = 0; i < ways.Length; i++)
        Console.WriteLine(
            $"| {ways[i].Name} | {kept[i] / 1e6:F1} | {(double)kept[i] / kept[0]:P0} | {seconds[i]:F2} | {seconds[i] / seconds[0] - 1:+0 %;-0 %;–} |");
}

void MeasureBatch(int megabytes)
{
    Console.WriteLine($"| way | largest batch in {megabytes} MB beside the model |\n|---|---:|");
    foreach (var (name, chain, isMixed) in ways)
    {
        Module model = Model(chain);
        Step(model, Input(1), isMixed);                              // weights and their gradients
        Memory.Collect();
        long free = Memory.Limit;
        Memory.Limit = Memory.InUseBytes + (long)megabytes * 1_000_000;
        int fits = 0, tooLarge = 1;
        while (Fits(tooLarge)) (fits, tooLarge) = (tooLarge, 2 * tooLarge);
        while (tooLarge - fits > Math.Max(1, fits / 16))
        {
            int middle = (fits + tooLarge) / 2;
            if (Fits(middle)) fits = middle;
            else tooLarge = middle;
        }
        Memory.Limit = free;
        Console.WriteLine($"| {name} | {fits} |");

        bool Fits(int batch)
        {
            try
            {
                Memory.Collect();
                Step(model, Input(batch), isMixed);
                return true;
            }
            catch (InsufficientMemoryException)
            {
                return false;
            }
        }
    }
}

static Module Model(Func<Module[], Sequential> chain)
{
    var options = new TransformerOptions { Width = Width, Heads = Heads };
    Module model = chain([.. Enumerable.Range(0, Layers).Select(_ => new EncoderLayer(options))]);
    model.Initialize(1);
    return model;
}

static Tensor Input(int batch) => Tensor.Normal((batch, Length, Width), new RandomStream(2));

// Forward, backward, no update. What is kept is counted between the two if asked for.
static long Step(Module model, Tensor x, bool isMixed, bool measures = false)
{
    if (measures) Memory.Collect();
    long before = Memory.InUseBytes, kept = 0;
    Tensor y = Forward();
    Tensor loss = y.Square().Mean();
    if (measures)
    {
        Memory.Collect();
        kept = Memory.InUseBytes - before;
    }
    loss.Backward();
    foreach (Tensor parameter in model.Parameters()) parameter.ClearGradient();
    return kept;

    Tensor Forward()
    {
        if (!isMixed) return model.Forward(x, Pass.Training(new RandomStream(3)));
        using Autograd.Scope precision = Autograd.MixedPrecision();
        return model.Forward(x, Pass.Training(new RandomStream(3)));
    }
}
