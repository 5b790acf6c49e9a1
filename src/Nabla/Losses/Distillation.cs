namespace Nabla.Losses;

/// <summary>
/// α·T²·KL(softmax(z/T) ‖ softmax(x/T)) + (1 − α)·cross entropy: a student with logits x [N, C] learns from a teacher's logits z, the target, and from
/// classes (Hinton, Vinyals, Dean: Distilling the knowledge in a neural network, 2015).
/// </summary>
public sealed class Distillation : Loss
{
    readonly double temperature, alpha;
    readonly bool keepsScale;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T, in [1, 20] in practice, above 0. Default 4.</param>
    /// <param name="alpha">α in [0, 1], the teacher's share; β = 1 − α is that of the classes. Default 0.9.</param>
    /// <param name="keepsScale">Multiplies the first term by T², which keeps its gradient as T grows (the paper's; default). False: not.</param>
    public Distillation(double temperature = 4, double alpha = 0.9, bool keepsScale = true)
    {
        if (temperature is not (> 0 and < double.PositiveInfinity))
            throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"Distillation: expected a finite temperature above 0, got {temperature}.");
        if (alpha is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, $"Distillation: expected an alpha in [0, 1], got {alpha}.");
        (this.temperature, this.alpha, this.keepsScale) = (temperature, alpha, keepsScale);
    }

    /// <summary>The teacher's part alone, without α: as for unlabeled data.</summary>
    /// <exception cref="ShapeException">The shapes differ or are not [N, C].</exception>
    public override Tensor Forward(Tensor prediction, Tensor target)
    {
        RequireSameShape(prediction, target);
        if (prediction.Rank != 2) throw new ShapeException($"Distillation: expected logits [N, C], got {prediction.Shape}.");
        Tensor soft = (target.Detach().Computed() / temperature).LogSoftmax(1);
        Tensor divergence = new KlDivergence(logTarget: true).Forward((prediction.Computed() / temperature).LogSoftmax(1), soft);
        return keepsScale ? temperature * temperature * divergence : divergence;
    }

    /// <summary>Both parts.</summary>
    /// <param name="prediction">Logits of the student [N, C].</param>
    /// <param name="teacher">Logits of the teacher [N, C]; they get no gradient.</param>
    /// <param name="classes">True classes [N].</param>
    public Tensor Forward(Tensor prediction, Tensor teacher, Tensor classes) =>
        alpha * Forward(prediction, teacher) + (1 - alpha) * new CrossEntropy().Forward(prediction, classes);
}
