using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Bench.Cases;

/// <summary>A model in training: four batches take turns, and a step is forward, loss, backward and update.</summary>
internal sealed class TrainingStep
{
    const ulong Seed = 1;

    readonly Module model;
    readonly Loss loss = new CrossEntropy();
    readonly Optimizer optimizer;
    readonly (Tensor X, Tensor Y)[] batches;
    long steps;

    public TrainingStep(Module model, (Tensor X, Tensor Y)[] batches)
    {
        (this.model, this.batches) = (model, batches);
        model.Initialize(Seed);
        optimizer = new Adam(model);
    }

    /// <summary>One step on the next batch.</summary>
    public void Run()
    {
        var (x, y) = batches[steps % batches.Length];
        Pass pass = Pass.Training(new RandomStream(Seed).Split(steps++));
        optimizer.ClearGradients();
        loss.Forward(model.Forward(x, pass), y).Backward();
        optimizer.Step();
    }
}
