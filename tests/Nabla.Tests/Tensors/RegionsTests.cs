namespace Nabla.Tests.Tensors;

public unsafe class RegionsTests
{
    [Fact]
    public void Blocks_never_overlap_and_keep_what_is_written()
    {
        if (!OperatingSystem.IsLinux()) return;
        var regions = new Regions();
        var random = new RandomStream(1);
        var live = new List<(nint Block, int Bytes, byte Mark)>();
        for (int turn = 0; turn < 600; turn++)
        {
            // Mostly small ones, and now and then some that do not fit beside each other in one region.
            int bytes = (int)(turn % 20 == 19 ? Regions.UpTo - random.NextInt(turn, 1 << 20) : Regions.From + random.NextInt(turn, 1 << 20));
            if (live.Count > 0 && random.NextInt(1000 + turn, 2) == 0)
            {
                int at = random.NextInt(2000 + turn, live.Count);
                var (block, length, mark) = live[at];
                AssertMarked(block, length, mark);
                regions.Return((byte*)block, length);
                live[at] = live[^1];
                live.RemoveAt(live.Count - 1);
            }
            byte* taken = regions.Take(bytes);
            byte own = (byte)turn;
            for (int i = 0; i < bytes; i += 4096) taken[i] = own;
            taken[bytes - 1] = own;
            live.Add(((nint)taken, bytes, own));
        }
        foreach (var (block, bytes, mark) in live)
        {
            AssertMarked(block, bytes, mark);
            regions.Return((byte*)block, bytes);
        }
    }

    [Fact]
    public void What_was_returned_grows_together_again()
    {
        if (!OperatingSystem.IsLinux()) return;
        var regions = new Regions();
        const int count = (int)((64 << 20) / Regions.From);
        var blocks = new nint[count];
        for (int i = 0; i < count; i++) blocks[i] = (nint)regions.Take(Regions.From);
        nint first = blocks.Min();
        Assert.Equal(first + (64 << 20) - Regions.From, blocks.Max());
        foreach (int i in Enumerable.Range(0, count).OrderBy(static i => i * 37 % count)) regions.Return((byte*)blocks[i], Regions.From);
        for (int i = 0; i < 4; i++) Assert.Equal(first + i * Regions.UpTo, (nint)regions.Take(Regions.UpTo));
    }

    [Fact]
    public void Huge_pages_in_which_nothing_is_left_go_back_to_the_system()
    {
        if (!OperatingSystem.IsLinux()) return;
        var regions = new Regions();
        const int huge = 2 << 20;
        byte* kept = regions.Take(huge / 2), dropped = regions.Take(3 * huge), last = regions.Take(huge);
        kept[0] = 1;
        for (int i = 0; i < 3 * huge; i += 4096) dropped[i] = 2;
        last[0] = 3;
        regions.Return(dropped, 3 * huge);
        Assert.Equal((1, 3), (kept[0], last[0]));
        byte* again = regions.Take(3 * huge);
        Assert.Equal((nint)dropped, (nint)again);
        // Half a huge page at either end is shared with a neighbor and stays as it was.
        Assert.Equal((2, 0, 0, 2), (again[0], again[huge / 2], again[2 * huge], again[(3 * huge) - 4096]));
    }

    static void AssertMarked(nint block, int bytes, byte mark)
    {
        byte* at = (byte*)block;
        for (int i = 0; i < bytes; i += 4096) Assert.Equal(mark, at[i]);
        Assert.Equal(mark, at[bytes - 1]);
    }
}
