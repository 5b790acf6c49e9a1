using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static Nabla.Kernels.WinogradTile;

namespace Nabla.Kernels;

/// <summary>Where sixteen tiles read, for registers of 512 bits. Tiles that are neighbors in a row of the image are a run, whose patches share their columns: a row of them is loaded
/// with two masked loads, which leave out what lies beyond the border, and six permutations put the tiles' columns into their lanes. Nothing is copied first.</summary>
internal readonly unsafe struct PatchRuns
{
    const int Nowhere = 2 * Lanes - 1;              // that zero, for lanes of other runs

    readonly Run* runs;
    readonly int count, pitch;

    /// <summary>Describes the tiles from <paramref name="first"/> on; those beyond the last read zeros.</summary>
    /// <param name="grid">The tiles of all images.</param>
    /// <param name="first">First tile.</param>
    /// <param name="source">Size of a source plane.</param>
    /// <param name="before">Rows and columns by which a tile's patch begins before the tile.</param>
    /// <param name="imageStride">Elements from one image to the next.</param>
    /// <param name="memory">Room of <see cref="Bytes"/>, aligned.</param>
    [MethodImpl(Compiled.Apart)]
    public PatchRuns(in TileGrid grid, int first, (int Height, int Width) source, (int Row, int Column) before, nint imageStride, byte* memory)
    {
        runs = (Run*)memory;
        int step = grid.Dilation, most = ((Nowhere - 1) / step - 1) / Side;     // their patches' columns fit two registers and leave a zero: seven
        pitch = step * source.Width;
        for (int lane = 0, mine; lane < Lanes && first + lane < grid.Count; lane += mine)
        {
            var (image, row, column) = grid[first + lane];
            mine = Math.Min(Math.Min(most, grid.LeftInRow(column)), Math.Min(Lanes - lane, grid.Count - first - lane));
            (row, column) = (row - before.Row, column - before.Column);
            Run* run = runs + count++;
            run->Source = image * imageStride + (nint)row * source.Width + column;
            run->FirstRow = Math.Clamp(grid.Steps(-row), 0, Patch);
            run->EndRow = Math.Clamp(grid.Steps(source.Height - row), 0, Patch);
            int end = Math.Min((mine * Side + Patch - Side - 1) * step + 1, source.Width - column);
            run->Left = Inside(Math.Max(0, -column), end);
            run->Right = Inside(Math.Max(0, -column) - Lanes, end - Lanes);
            for (int i = 0; i < Patch; i++)
                (&run->Column0)[i] = Vector512.ConditionalSelect(
                    Inside(lane, lane + mine).AsInt32(), ((Vector512<int>.Indices - Vector512.Create(lane)) * Side + Vector512.Create(i)) * step, Vector512.Create(Nowhere));
        }
    }

    /// <summary>Bytes of the description.</summary>
    public static nint Bytes => Lanes * sizeof(Run);

    /// <summary>The patches of a channel whose first image is <paramref name="source"/>, 6 × 6 vectors row by row. What the next channel has there is fetched.</summary>
    [MethodImpl(Compiled.Apart)]
    public void Read(float* source, nint toNext, float* patch)
    {
        for (int row = 0; row < Patch; row++, patch += Patch * Lanes, source += pitch)
        {
            Vector512<int> c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default;
            for (Run* run = runs; run < runs + count; run++)
            {
                if (row < run->FirstRow || row >= run->EndRow) continue;
                float* from = source + run->Source;
                Vector512<int> left = Avx512F.MaskLoad(from, run->Left, default).AsInt32(), right = Avx512F.MaskLoad(from + Lanes, run->Right, default).AsInt32();
                c0 |= Avx512F.PermuteVar16x32x2(left, run->Column0, right);
                c1 |= Avx512F.PermuteVar16x32x2(left, run->Column1, right);
                c2 |= Avx512F.PermuteVar16x32x2(left, run->Column2, right);
                c3 |= Avx512F.PermuteVar16x32x2(left, run->Column3, right);
                c4 |= Avx512F.PermuteVar16x32x2(left, run->Column4, right);
                c5 |= Avx512F.PermuteVar16x32x2(left, run->Column5, right);
                Sse.Prefetch0(from + toNext);
                Sse.Prefetch0(from + toNext + Lanes);
            }
            c0.Store((int*)patch);
            c1.Store((int*)patch + Lanes);
            c2.Store((int*)patch + 2 * Lanes);
            c3.Store((int*)patch + 3 * Lanes);
            c4.Store((int*)patch + 4 * Lanes);
            c5.Store((int*)patch + 5 * Lanes);
        }
    }

    /// <summary>Lanes from the first to before the end.</summary>
    static Vector512<float> Inside(int first, int end) =>
        (Vector512.GreaterThanOrEqual(Vector512<int>.Indices, Vector512.Create(first)) & Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(end))).AsSingle();

    // A column of the patches: for each lane its place in the two registers that were loaded. The size keeps vectors aligned.
    [StructLayout(LayoutKind.Sequential, Size = 9 * 64)]
    struct Run
    {
        public Vector512<int> Column0, Column1, Column2, Column3, Column4, Column5;
        public Vector512<float> Left, Right;
        public nint Source;
        public int FirstRow, EndRow;
    }
}
