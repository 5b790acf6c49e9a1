namespace Nabla;

/// <summary>
/// Adds tensors up over the workers of a group. Every worker calls it the same number of times in the same order, and every worker
/// gets the same total; an implementation talks over shared memory, sockets or MPI.
/// </summary>
public interface IGroupSum
{
    /// <summary>The sum of this worker's tensor and those of all others. A new tensor; the argument stays.</summary>
    Tensor Sum(Tensor local);
}

/// <summary>Sums over a group of workers, under recording.</summary>
internal static class GroupSums
{
    extension(Tensor x)
    {
        /// <summary>Σ over the workers. The loss is the sum of all workers' losses, so the gradient of each part is the sum of all gradients.</summary>
        public Tensor SumOver(IGroupSum group)
        {
            Tensor total;
            using (Autograd.NoGradient()) total = group.Sum(x.Detach());
            if (total.Shape != x.Shape || total.DType != x.DType)
                throw new ShapeException($"SumOver: expected a total {x.DType} {x.Shape} from the group, got {total.DType} {total.Shape}.");
            return Autograd.Record("SumOver", total, [x], [], group, static (g, _, group) => [g.SumOver(group)]);
        }
    }
}
