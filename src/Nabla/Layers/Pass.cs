namespace Nabla.Layers;

/// <summary>
/// What a forward pass is for, given to every layer: training, where dropout draws and batch norm learns, or evaluation, where
/// nothing changes. Modules have no such switch themselves, so a model can be evaluated from any thread while it trains in none.
/// </summary>
public sealed class Pass
{
    readonly RandomStream stream;
    long drawn;

    Pass(bool isTraining, RandomStream stream)
    {
        IsTraining = isTraining;
        this.stream = stream;
    }

    /// <summary>Evaluation: no randomness, no change of statistics. Safe to share between threads.</summary>
    public static Pass Evaluation { get; } = new(false, default);

    /// <summary>True where layers should behave as in training.</summary>
    public bool IsTraining { get; }

    /// <summary>
    /// A pass for one training step. Equal streams give equal masks: derive it from (seed, purpose, step), for example
    /// <c>new RandomStream(seed).Split("dropout").Split(step)</c>.
    /// </summary>
    public static Pass Training(RandomStream stream) => new(true, stream);

    /// <summary>A stream that no other call of this pass gets. Layers draw one per forward call; the order of the calls decides.</summary>
    /// <exception cref="InvalidOperationException">The pass is an evaluation: there is nothing to draw.</exception>
    public RandomStream NextStream() => IsTraining
        ? stream.Split(Interlocked.Increment(ref drawn) - 1)
        : throw new InvalidOperationException("Pass: expected a training pass to draw from, got Pass.Evaluation. Ask IsTraining first.");
}
