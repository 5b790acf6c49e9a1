namespace Nabla;

/// <summary>
/// Blocks cut out of regions of huge pages. A block that the system maps by itself begins and ends within a huge page, so that one of less than
/// some megabytes lies in small pages: a walk through the page table for every 4 KB, and the processor fetches ahead only as far as a page
/// goes. Passes over blocks of 400 KB took 5 to 20 % longer in that form, writing ones of 1.6 MB 18 to 30 %.
/// </summary>
internal sealed unsafe class Regions
{
    /// <summary>Smallest and largest block worth it: below, few pages are touched; above, most of a block lies in huge pages anyhow.</summary>
    public const nint From = 64 << 10, UpTo = 16 << 20;

    const nint HugePage = 2 << 20, Size = 64 << 20, Page = 4096;

    readonly Lock gate = new();
    readonly List<Region> regions = [];

    /// <summary>A block of whole pages, not of zeros; null if the system has none.</summary>
    public byte* Take(nint bytes)
    {
        bytes = Whole(bytes);
        lock (gate)
        {
            foreach (Region region in regions)
                if (region.Take(bytes) is var block && block != null)
                    return block;
            byte* start = SystemMemory.Map(Size + HugePage);
            if (start == null) return null;
            // Address space costs nothing: the begun huge page before the first whole one is never touched.
            regions.Add(new Region((byte*)(((nint)start + HugePage - 1) & -HugePage)));
            return regions[^1].Take(bytes);
        }
    }

    /// <summary>Takes a block back. Huge pages in which nothing is left return to the system.</summary>
    public void Return(byte* block, nint bytes)
    {
        lock (gate)
        {
            foreach (Region region in regions)
                if (region.Contains(block))
                {
                    region.Return(block, Whole(bytes));
                    return;
                }
        }
    }

    static nint Whole(nint bytes) => (bytes + Page - 1) & -Page;

    /// <summary>Free ranges of a region by address, as offsets; no two of them touch.</summary>
    sealed class Region(byte* start)
    {
        readonly List<(nint First, nint End)> free = [(0, Size)];

        public bool Contains(byte* block) => block >= start && block < start + Size;

        public byte* Take(nint bytes)
        {
            for (int i = 0; i < free.Count; i++)
            {
                var (first, end) = free[i];
                if (end - first < bytes) continue;
                if (end - first == bytes) free.RemoveAt(i);
                else free[i] = (first + bytes, end);
                return start + first;
            }
            return null;
        }

        public void Return(byte* block, nint bytes)
        {
            nint first = (nint)(block - start), end = first + bytes, pages = Down(first), pagesEnd = Up(end);
            int at = 0;
            while (at < free.Count && free[at].First < first) at++;
            if (at < free.Count && free[at].First == end)
            {
                end = free[at].End;
                free.RemoveAt(at);
            }
            if (at > 0 && free[at - 1].End == first)
            {
                first = free[--at].First;
                free.RemoveAt(at);
            }
            free.Insert(at, (first, end));

            pages = Math.Max(pages, Up(first));
            pagesEnd = Math.Min(pagesEnd, Down(end));
            if (pagesEnd > pages) SystemMemory.Forget(start + pages, pagesEnd - pages);
        }

        static nint Down(nint offset) => offset & -HugePage;

        static nint Up(nint offset) => Down(offset + HugePage - 1);
    }
}
