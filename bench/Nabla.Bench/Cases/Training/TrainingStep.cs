using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Bench.Cases.Training;

/// <summary>A model in training: four batches take turns, and a step is forward, loss, backward and update.</summary>
/// <param name="optimizers">Each makes a step at the end.</param>
/// <param name="loss">The loss of batch 0…3, a scalar.</param>
internal sealed class TrainingStep(Optimizer[] optimizers, Func<int, Pass, Tensor> loss)
{
    /// <summary>Different batches of a case.</summary>
    public const int Batches = 4;

    const ulong Seed = 1;

    long steps;

    /// <summary>What happens to the gradients before the update: clipping.</summary>
    public Action? BeforeUpdate { get; init; }

    /// <summary>One step on the next batch.</summary>
    public void Run()
    {
        Pass pass = Pass.Training(new RandomStream(Seed).Split(steps));
        foreach (Optimizer optimizer in optimizers) optimizer.ClearGradients();
        loss((int)(steps++ % Batches), pass).Backward();
        BeforeUpdate?.Invoke();
        foreach (Optimizer optimizer in optimizers) optimizer.Step();
    }

    /// <summary>Cross entropy of a model's logits, Adam.</summary>
    /// <param name="model">From an input to logits.</param>
    /// <param name="batch">Makes batch 0…3: inputs and class indices.</param>
    public static TrainingStep Classifier(Module model, Func<ulong, (Tensor X, Tensor Y)> batch)
    {
        model.Initialize(Seed);
        (Tensor X, Tensor Y)[] batches = [.. Enumerable.Range(0, Batches).Select(i => batch((ulong)i))];
        var loss = new CrossEntropy();
        return new TrainingStep([new Adam(model)], (i, pass) => loss.Forward(model.Forward(batches[i].X, pass), batches[i].Y));
    }
}
