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
            Tensor total = Total(x, group);
            if (total.Shape != x.Shape || total.DType != x.DType)
                throw new ShapeException($"SumOver: expected a total {x.DType} {x.Shape} from the group, got {total.DType} {total.Shape}.");
            return Autograd.Record("SumOver", total, [x], [], group, static (g, _, group) => [g.SumOver(group)]);
        }
    }

    /// <summary>What the group is given, and what it makes, is not the engine's: other workers may read it when this one has long gone on.</summary>
    static Tensor Total(Tensor x, IGroupSum group)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        Arena? arena = Arena.Suspend();
        try
        {
            return group.Sum(arena is null ? x.Detach() : x.Clone());
        }
        finally
        {
            Arena.Resume(arena);
        }
    }
}
