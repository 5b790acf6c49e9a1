using System.Diagnostics;
using System.Numerics;

namespace Nabla;

/// <summary>
/// Native blocks by size class. A block comes back when the engine holds it no more and its watch, a weak reference to the
/// user's handle, is empty, or was ended because the library made the handle and showed it to nobody (<see cref="Temporaries"/>).
/// When a class is dry and enough user-visible bytes were handed out since the last collection, the pool asks for a young
/// collection (20–300 µs, independent of the program's own heap) instead of growing.
/// </summary>
internal static unsafe class BlockPool
{
    const long MegaByte = 1 << 20;
    const int ClassesPerOctave = 8;
    const nint FitFrom = 400 * 1024;
    const long StreamedBytes = 12 * MegaByte;
    const long StreamedBudget = 96 * MegaByte;
    const nint StreamedFrom = 256 * 1024;
    const long TemporariesBudget = 256 * MegaByte;      // most of them will be given back before long
    const int OfOld = -1;

    static readonly Lock Gate = new();
    static readonly List<Block>[] Idle = [.. Enumerable.Range(0, 26 * ClassesPerOctave).Select(_ => new List<Block>())];
    static readonly int[] LeastIdle = new int[Idle.Length];
    static readonly List<Block> Young = [], Old = [];
    static readonly List<SaveRecord> Saves = [];
    static readonly Stack<SaveRecord> IdleRecords = [];

    static int seenGen0, seenGen2, ownCollections;
    static long bytesSinceCollection, bytesOfTemporaries, gen1Bytes, oldBytesSinceFull, mostInUse;
    static long lastScan;
    static double fullCollectionMicroseconds = 500, youngCollectionMicroseconds;

    /// <summary>User-visible bytes handed out before a dry class asks for a collection.</summary>
    public static long CollectionBudget { get; set; } = 24 * MegaByte;

    /// <summary>
    /// A program that is handed 12 MB within so short a time, 8 GB/s, is bound by writing results. In blocks that the last cache keeps, those that it drops then
    /// take turns sooner, if a collection takes an eighth of that time or less. Larger ones leave that cache anyhow: they wait for more bytes, since a
    /// collection after each two would take a twentieth of the program's time. Training steps compute more on fewer bytes.
    /// </summary>
    public static TimeSpan StreamedTime { get; set; } = TimeSpan.FromMilliseconds(1.5);

    static bool IsStreaming =>
        Stopwatch.GetElapsedTime(lastScan).TotalMicroseconds * StreamedBytes < StreamedTime.TotalMicroseconds * bytesSinceCollection;

    static bool IsCollectionShort => 8 * youngCollectionMicroseconds <= StreamedTime.TotalMicroseconds;

    static bool IsCollectionDue(nint bytes) =>
        (bytesSinceCollection >= CollectionBudget || bytesOfTemporaries >= TemporariesBudget)
        && (bytes < StreamedBytes || bytesSinceCollection >= StreamedBudget || !IsStreaming);

    /// <summary>Fill returned blocks with NaN, so that a use after return shows: for tests.</summary>
    public static bool PoisonReturned { get; set; }

    /// <summary>Collect before each rent, so that a use of a dead handle's block shows: for tests.</summary>
    public static bool CollectOnRent { get; set; }

    public static long InUseBytes { get; private set; }

    public static long IdleBytes { get; private set; }

    public static long PeakBytes { get; private set; }

    public static long SystemRequests { get; private set; }

    public static int LiveBlocks { get; private set; }

    /// <summary>A block of at least <paramref name="bytes"/>: watched through a user's handle, or held once by the engine if that is null.</summary>
    public static Block Rent(nint bytes, object? handle)
    {
        int sizeClass = ClassOf(bytes);
        lock (Gate)
        {
            if (CollectOnRent) Collect();
            if (GC.CollectionCount(0) != seenGen0) Scan();
            if (bytes >= StreamedFrom && bytes < StreamedBytes && bytesSinceCollection >= StreamedBytes && IsStreaming && IsCollectionShort) Collect();
            Block? block = TakeIdle(sizeClass);
            if (block is null && IsCollectionDue(bytes))
            {
                Collect();
                block = TakeIdle(sizeClass);
            }
            block ??= TakeFit(sizeClass) ?? Grow(sizeClass);
            InUseBytes += block.Capacity;
            PeakBytes = Math.Max(PeakBytes, InUseBytes + IdleBytes);
            mostInUse = Math.Max(mostInUse, InUseBytes);
            LiveBlocks++;
            block.StartLife(handle is null ? 1 : 0);
            if (handle is null) return block;
            Watch(block, handle);
            if (Temporaries.Note(block)) bytesOfTemporaries += block.Capacity;
            else bytesSinceCollection += block.Capacity;
            return block;
        }
    }

    public static void StartWatch(Block block, object handle)
    {
        lock (Gate)
        {
            if (!block.Watched) bytesSinceCollection += block.Capacity;
            Watch(block, handle);
        }
    }

    static void Watch(Block block, object handle)
    {
        block.Watch.Target = handle;
        if (block.Watched) return;
        block.Watched = true;
        block.Position = Young.Count;
        Young.Add(block);
    }

    /// <summary>
    /// What was <paramref name="made"/> from <paramref name="first"/> on has no handles any more: that is known now, before the collector finds it. Only
    /// <paramref name="kept"/> stays in the list.
    /// </summary>
    public static void EndWatches(List<(Block Block, long Life)> made, int first, ReadOnlySpan<Tensor?> kept)
    {
        lock (Gate)
        {
            int end = first;
            for (int i = first; i < made.Count; i++)
            {
                (Block block, long life) = made[i];
                if (block.Life != life) continue;
                if (IsOf(block, kept)) made[end++] = made[i];
                else EndWatch(block);
            }
            made.RemoveRange(end, made.Count - end);
        }
    }

    static bool IsOf(Block block, ReadOnlySpan<Tensor?> tensors)
    {
        foreach (Tensor? tensor in tensors)
            if (ReferenceEquals(tensor?.Storage, block)) return true;
        return false;
    }

    static void EndWatch(Block block)
    {
        if (!block.Watched || block.LongLived || block.Position == OfOld) return;
        Block last = Young[^1];
        Young[block.Position] = last;
        last.Position = block.Position;
        Young.RemoveAt(Young.Count - 1);
        block.Watch.Target = null;
        bytesOfTemporaries = Math.Max(0, bytesOfTemporaries - block.Capacity);      // a scan in between has forgotten them
        StopWatch(block);
    }

    /// <summary>What is left of <paramref name="made"/> belongs to the program: only the collector will find it dead.</summary>
    public static void HandOver(List<(Block Block, long Life)> made)
    {
        lock (Gate)
        {
            foreach ((Block block, long life) in made)
            {
                if (block.Life != life || !block.Watched) continue;
                bytesOfTemporaries = Math.Max(0, bytesOfTemporaries - block.Capacity);
                bytesSinceCollection += block.Capacity;
            }
        }
    }

    /// <summary>Lets a further handle keep the block alive: both come to share a lease, which is then what the pool watches.</summary>
    public static object? Share(Block block, Tensor newcomer)
    {
        lock (Gate)
        {
            switch (block.Watch.Target)
            {
                case null:
                    StartWatch(block, newcomer);
                    return null;
                case Tensor first:
                    object lease = first.Lease ??= new object();
                    block.Watch.Target = lease;
                    return lease;
                case var existing:
                    return existing;
            }
        }
    }

    /// <summary>The last hold went. If no user handle is watched either, the block is free now.</summary>
    public static void HoldsDropped(Block block)
    {
        if (block.Watched) return;
        lock (Gate)
        {
            if (block is { InUse: true, Watched: false, Holds: 0 }) Return(block);
        }
    }

    /// <summary>A record of what <paramref name="node"/> saves, kept by the pool until backward consumed the node or its graph was dropped.</summary>
    public static SaveRecord RentRecord(object node)
    {
        lock (Gate)
        {
            SaveRecord record = IdleRecords.Count > 0 ? IdleRecords.Pop() : new SaveRecord();
            record.Node.Target = node;
            record.Position = Saves.Count;
            Saves.Add(record);
            return record;
        }
    }

    /// <summary>Releases what the record lists and takes the record back.</summary>
    public static void ReturnRecord(SaveRecord record)
    {
        lock (Gate)
        {
            record.ReleaseAll();
            SaveRecord last = Saves[^1];
            Saves[record.Position] = last;
            last.Position = record.Position;
            Saves.RemoveAt(Saves.Count - 1);
            record.Node.Target = null;
            IdleRecords.Push(record);
        }
    }

    /// <summary>Runs a full collection and gives every block whose handles are gone back to the system: for diagnosis and tests.</summary>
    public static void CollectFully()
    {
        lock (Gate)
        {
            for (int i = 0; i < 2; i++)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true);
                Scan();
            }
            FreeIdle();
        }
    }

    /// <summary>Handles alive now, by shape.</summary>
    public static Dictionary<string, (int Count, long Bytes)> LiveByShape()
    {
        var live = new Dictionary<string, (int, long)>();
        lock (Gate)
        {
            foreach (Block block in Young.Concat(Old))
            {
                string key = block.Watch.Target switch
                {
                    Tensor tensor => $"{tensor.DType} {tensor.Shape}",
                    null => "awaiting collection or held for backward",
                    _ => "shared by views",
                };
                (int count, long bytes) = live.GetValueOrDefault(key);
                live[key] = (count + 1, bytes + block.Capacity);
            }
        }
        return live;
    }

    static void Collect()
    {
        bool old = oldBytesSinceFull >= Math.Max(
            16 * MegaByte, Math.Min((long)(64 * 1024 * fullCollectionMicroseconds), Math.Max(256 * MegaByte, InUseBytes / 4)));
        int generation = old ? 2 : gen1Bytes >= 8 * MegaByte ? 1 : 0;
        int fullBefore = GC.CollectionCount(2);
        long start = Stopwatch.GetTimestamp();
        GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
        double took = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        if (generation == 2) fullCollectionMicroseconds = took;
        else youngCollectionMicroseconds = took;
        // The runtime may turn a young request into a background full collection and return with nothing reclaimed.
        if (generation < 2 && GC.CollectionCount(2) != fullBefore) GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        Scan();
        if (++ownCollections % 64 == 0) ReleaseNeverUsed();
    }

    static void Scan()
    {
        seenGen0 = GC.CollectionCount(0);
        int full = GC.CollectionCount(2);
        bool wasFull = full != seenGen2;
        seenGen2 = full;
        bytesSinceCollection = bytesOfTemporaries = 0;
        lastScan = Stopwatch.GetTimestamp();

        for (int i = Saves.Count - 1; i >= 0; i--)
            if (Saves[i].Node.Target is null) ReturnRecord(Saves[i]);

        if (wasFull)
        {
            oldBytesSinceFull = 0;
            ScanOld();
        }
        ScanYoung();
    }

    static void ScanYoung()
    {
        gen1Bytes = 0;
        int kept = 0;
        for (int i = 0; i < Young.Count; i++)
        {
            Block block = Young[i];
            object? handle = block.Watch.Target;
            if (handle is null) StopWatch(block);
            else if (GC.GetGeneration(handle) == 2)
            {
                Old.Add(block);
                block.Position = OfOld;
                if (!block.LongLived) oldBytesSinceFull += block.Capacity;
            }
            else
            {
                gen1Bytes += block.Capacity;
                block.Position = kept;
                Young[kept++] = block;
            }
        }
        Young.RemoveRange(kept, Young.Count - kept);
    }

    static void ScanOld()
    {
        int kept = 0;
        for (int i = 0; i < Old.Count; i++)
        {
            Block block = Old[i];
            if (block.Watch.Target is null) StopWatch(block);
            else Old[kept++] = block;
        }
        Old.RemoveRange(kept, Old.Count - kept);
    }

    static void StopWatch(Block block)
    {
        block.Watched = false;
        if (block.Holds == 0) Return(block);
    }

    static void Return(Block block)
    {
        InUseBytes -= block.Capacity;
        IdleBytes += block.Capacity;
        LiveBlocks--;
        block.InUse = false;
        block.LongLived = false;
        block.DropHalf();
        block.Changed();
        if (PoisonReturned) new Span<byte>(block.Pointer, (int)Math.Min(block.Capacity, int.MaxValue)).Fill(0xFF);
        Idle[block.SizeClass].Add(block);
    }

    static Block? TakeIdle(int sizeClass)
    {
        List<Block> idle = Idle[sizeClass];
        if (idle.Count == 0) return null;
        Block block = idle[^1];
        idle.RemoveAt(idle.Count - 1);
        LeastIdle[sizeClass] = Math.Min(LeastIdle[sizeClass], idle.Count);
        IdleBytes -= block.Capacity;
        return block;
    }

    /// <summary>A big block may stand in for one up to half an octave smaller: cheaper than asking the system.</summary>
    static Block? TakeFit(int sizeClass)
    {
        if (CapacityOf(sizeClass) < FitFrom) return null;
        for (int larger = sizeClass + 1; larger <= sizeClass + ClassesPerOctave / 2 && larger < Idle.Length; larger++)
            if (TakeIdle(larger) is { } block)
                return block;
        return null;
    }

    static long Spare(long inUse) => Math.Max(64 * MegaByte, inUse / 4);

    static Block Grow(int sizeClass)
    {
        nint capacity = CapacityOf(sizeClass);
        // Idle blocks of other sizes go first, largest first, once there are many; but not while all together stay close to what the program has
        // needed at once: at the start of a training step everything is idle, and will be wanted again.
        if (capacity >= MegaByte && InUseBytes + IdleBytes + capacity > mostInUse + Math.Max(64 * MegaByte, mostInUse / 8))
            for (int i = Idle.Length - 1; i >= 0 && IdleBytes > Spare(InUseBytes); i--)
                while (Idle[i].Count > 0 && IdleBytes > Spare(InUseBytes)) Free(i);
        byte* memory;
        try
        {
            memory = SystemMemory.Allocate(capacity);
        }
        catch (InsufficientMemoryException)
        {
            GC.Collect();
            Scan();
            FreeIdle();
            memory = SystemMemory.Allocate(capacity);
        }
        SystemRequests++;
        return new Block(memory, capacity, sizeClass);
    }

    static void FreeIdle()
    {
        for (int i = 0; i < Idle.Length; i++)
            while (Idle[i].Count > 0) Free(i);
    }

    /// <summary>Frees what stayed idle during the whole last window: what the first, unoptimized steps needed and later ones did not.</summary>
    static void ReleaseNeverUsed()
    {
        for (int i = ClassOf(64 * 1024); i < Idle.Length; i++)
        {
            for (int n = Math.Min(LeastIdle[i], Idle[i].Count); n > 0; n--) Free(i);
            LeastIdle[i] = Idle[i].Count;
        }
    }

    static void Free(int sizeClass)
    {
        Block block = Idle[sizeClass][^1];
        Idle[sizeClass].RemoveAt(Idle[sizeClass].Count - 1);
        IdleBytes -= block.Capacity;
        block.Watch.Free();
        SystemMemory.Free(block.Pointer, block.Capacity);
    }

    /// <summary>Powers of two up to 4 KB, then eight classes an octave: at most 12.5 % is rounding.</summary>
    static int ClassOf(nint bytes)
    {
        int octave = Math.Max(BitOperations.Log2((nuint)Math.Max(bytes - 1, 1)), 9);
        nint octaveStart = (nint)1 << octave;
        nint step = octave < 12 ? octaveStart : octaveStart / ClassesPerOctave;
        int within = (int)((bytes - octaveStart + step - 1) / step);
        if (octave < 12) within *= ClassesPerOctave;
        return (octave - 9) * ClassesPerOctave + Math.Max(within, 0);
    }

    static nint CapacityOf(int sizeClass)
    {
        nint octaveStart = (nint)1 << (9 + sizeClass / ClassesPerOctave);
        return octaveStart + octaveStart / ClassesPerOctave * (sizeClass % ClassesPerOctave);
    }
}
