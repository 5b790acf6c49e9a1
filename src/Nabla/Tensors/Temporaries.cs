namespace Nabla;

/// <summary>
/// Memory of what a computation makes on its way. Where the library alone computes and shows nobody more than the result, the handles of all the rest are
/// known to be dead when it is done: their memory is used again as soon as backward needs it no more, and not after the next collection. A scope per
/// computation; scopes nest. One per thread.
/// </summary>
internal sealed class Temporaries
{
    const int Closed = -1;

    [ThreadStatic] static Temporaries? mine;

    readonly List<(Block Block, long Life)> made = [];
    int first = Closed;                                     // of the innermost scope

    /// <summary>Let each computation <see cref="Verify"/> when it is done: for tests.</summary>
    public static bool Verifies { get; set; }

    /// <summary>Opens a scope on this thread.</summary>
    /// <returns>The scope around, for <see cref="Close"/>.</returns>
    public static int Open()
    {
        Temporaries here = mine ??= new Temporaries();
        int around = here.first;
        here.first = here.made.Count;
        return around;
    }

    /// <summary>Closes the innermost scope. What is left in it belongs to the one around; outside of all, to the collector.</summary>
    public static void Close(int around)
    {
        Temporaries here = mine!;
        here.first = around;
        if (around != Closed || here.made.Count == 0) return;
        BlockPool.HandOver(here.made);
        here.made.Clear();
    }

    /// <summary>Foreign code runs on this thread: what it makes may be kept anywhere.</summary>
    /// <returns>What was open, for <see cref="Resume"/>.</returns>
    public static Temporaries? Suspend()
    {
        Temporaries? was = mine;
        mine = null;
        return was;
    }

    /// <summary>Undoes <see cref="Suspend"/>.</summary>
    public static void Resume(Temporaries? suspended) => mine = suspended;

    /// <summary>Notes the memory of a new tensor.</summary>
    /// <returns>False if no scope is open.</returns>
    public static bool Note(Block block)
    {
        if (mine is not { first: not Closed } here) return false;
        here.made.Add((block, block.Life));
        return true;
    }

    /// <summary>Gives back all that was made in the innermost scope, if one is open, except the memory of <paramref name="results"/>.</summary>
    public static void GiveBackAllBut(params ReadOnlySpan<Tensor?> results)
    {
        if (mine is { first: not Closed } here && here.made.Count > here.first) BlockPool.EndWatches(here.made, here.first, results);
    }

    /// <summary>For tests: full collection, then nothing in the innermost scope but <paramref name="result"/> may be alive.</summary>
    /// <exception cref="InvalidOperationException">Something is.</exception>
    public static void Verify(Tensor result)
    {
        GC.Collect();
        foreach ((Block block, long life) in mine!.made[mine.first..])
            if (!ReferenceEquals(block, result.Storage) && block.Life == life && block is { Watched: true, LongLived: false } && block.Watch.Target is { } alive)
                throw new InvalidOperationException($"Temporaries: {(alive as Tensor)?.Shape.ToString() ?? "views"} of {block.Capacity} bytes can still be reached.");
    }
}
