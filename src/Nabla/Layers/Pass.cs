namespace Nabla.Layers;

/// <summary>
/// What a forward pass is for, given to every layer: training, where dropout draws and batch norm learns, or evaluation, where
/// nothing changes. Modules have no such switch themselves, so a model can be evaluated from any thread while it trains in none.
/// </summary>
public sealed class Pass
{
    readonly RandomStream stream;
    readonly Lock gate = new();
    long drawn;
    Tensor? auxiliaryLoss;

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

    /// <summary>
    /// What layers want added to the loss of this training step, such as the load-balancing term of a mixture of experts; null for
    /// nothing. <c>Trainer</c> adds it; a loop of your own does so with <c>loss + pass.AuxiliaryLoss</c>.
    /// </summary>
    public Tensor? AuxiliaryLoss
    {
        get
        {
            lock (gate) return auxiliaryLoss;
        }
    }

    /// <summary>Adds a term to the loss of this training step; evaluation forgets it.</summary>
    /// <param name="term">A scalar.</param>
    /// <exception cref="ShapeException">The term has more than one element.</exception>
    public void AddLoss(Tensor term)
    {
        ArgumentNullException.ThrowIfNull(term);
        if (term.Length != 1) throw new ShapeException($"Pass.AddLoss: expected a scalar, got {term.Shape}. Take its mean or sum.");
        if (!IsTraining) return;
        term = term.Reshape(Shape.Scalar);
        lock (gate) auxiliaryLoss = auxiliaryLoss is null ? term : auxiliaryLoss + term;
    }

    /// <summary>A pass that will draw the streams that this one draws from here on: a forward pass done with it again gives the same bits.</summary>
    internal Pass Again() => IsTraining ? new Pass(true, stream) { drawn = Interlocked.Read(ref drawn) } : this;

    /// <summary>A stream that no other call of this pass gets. Layers draw one per forward call; the order of the calls decides.</summary>
    /// <exception cref="InvalidOperationException">The pass is an evaluation: there is nothing to draw.</exception>
    public RandomStream NextStream() => IsTraining
        ? stream.Split(Interlocked.Increment(ref drawn) - 1)
        : throw new InvalidOperationException("Pass: expected a training pass to draw from, got Pass.Evaluation. Ask IsTraining first.");
}
