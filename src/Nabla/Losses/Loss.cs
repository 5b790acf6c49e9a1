using Nabla.Kernels;

namespace Nabla.Losses;

/// <summary>What a loss does with the values of the samples.</summary>
public enum Reduction
{
    /// <summary>Their mean: the default. The scale of the gradient does not depend on the batch size.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Nothing: the values as they are.</summary>
    None,
}

/// <summary>How far predictions are from their targets. Without parameters; call <c>Backward()</c> on the result.</summary>
public abstract class Loss
{
    /// <summary>The loss of a batch: a scalar, unless the reduction is <see cref="Reduction.None"/>.</summary>
    /// <param name="prediction">What the model computed.</param>
    /// <param name="target">What it should have been.</param>
    public abstract Tensor Forward(Tensor prediction, Tensor target);

    /// <summary>Applies a reduction to the values of the samples.</summary>
    private protected static Tensor Reduce(Tensor values, Reduction reduction) => reduction switch
    {
        Reduction.Mean => values.Mean(),
        Reduction.Sum => values.Sum(),
        _ => values,
    };

    /// <summary>Applies a reduction to a function of predictions and targets of one shape; a sum of it needs no tensor of values.</summary>
    private protected static Tensor Reduce<TOp>(Tensor prediction, Tensor target, TOp operation, Reduction reduction) where TOp : struct, IBinaryOperation => reduction switch
    {
        Reduction.Mean => prediction.ZipSum(target, operation) / (double)prediction.Length,
        Reduction.Sum => prediction.ZipSum(target, operation),
        _ => prediction.Zip(target, operation),
    };

    /// <summary>The weighted mean divides by the sum of the weights.</summary>
    private protected Tensor Reduce(Tensor values, Tensor weights, Reduction reduction)
    {
        if (reduction != Reduction.Mean) return Reduce(values, reduction);
        double total = (double)weights.Sum();
        if (total == 0) throw new ArgumentException($"{GetType().Name}: expected targets that count, got {values.Length}, all ignored or of weight 0.");
        return values.Sum() * (1 / total);
    }

    /// <summary>Refuses to broadcast, which would pair every prediction with every target.</summary>
    private protected void RequireSameShape(Tensor prediction, Tensor target)
    {
        if (prediction.Shape == target.Shape) return;
        throw new ShapeException(
            $"{GetType().Name}: expected a target of shape {prediction.Shape} like the prediction, got {target.Shape}. " +
            (prediction.Length == target.Length ? $"Reshape the target to {prediction.Shape}." : "Is the last layer as wide as the target?"));
    }
}
