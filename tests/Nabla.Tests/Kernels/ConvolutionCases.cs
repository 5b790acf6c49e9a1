using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Geometries that cross the edges of the kernels, and native arrays to run them on.</summary>
internal static class ConvolutionCases
{
    public static ConvolutionGeometry TwoD(int batch, int inChannels, int outChannels, int groups, int height, int width, int kernel,
        int stride = 1, int padBefore = 0, int padAfter = 0, int dilation = 1) =>
        ConvolutionGeometry.Create("Conv2d", [batch, inChannels, height, width], [outChannels, inChannels / groups, kernel, kernel],
            [stride, stride], [padBefore, padBefore], [padAfter, padAfter], [dilation, dilation], groups);

    /// <summary>Every kernel, stride, padding and dilation, with sizes and channels that walk through their lists.</summary>
    public static IEnumerable<ConvolutionGeometry> Grid()
    {
        int[] sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17];
        (int In, int Out, int Groups)[] channels =
            [(1, 1, 1), (3, 8, 1), (8, 3, 1), (8, 17, 1), (17, 9, 1), (8, 6, 2), (3, 3, 3), (8, 8, 8), (4, 8, 4), (75, 9, 1), (1, 75, 1), (18, 34, 2)];
        int step = 0;
        foreach (int kernel in (int[])[1, 2, 3, 5])
            foreach (int stride in (int[])[1, 2, 3])
                foreach ((int before, int after) in ((int, int)[])[(0, 0), (1, 1), (2, 0), (0, 2), (2, 2)])
                    foreach (int dilation in (int[])[1, 2])
                        for (int i = 0; i < 2; i++, step++)
                        {
                            int height = sizes[step * 5 % sizes.Length], width = sizes[(step * 7 + 3) % sizes.Length];
                            int extent = (kernel - 1) * dilation + 1;
                            height = Math.Max(height, extent - before - after);
                            width = Math.Max(width, extent - before - after);
                            var (inChannels, outChannels, groups) = channels[step % channels.Length];
                            yield return TwoD(step % 2 == 0 ? 1 : 3, inChannels, outChannels, groups, height, width, kernel, stride, before, after, dilation);
                        }
    }

    /// <summary>One and three spatial axes, unequal options per axis, more padding than kernel, long rows and large planes that are cut.</summary>
    public static IEnumerable<ConvolutionGeometry> Special()
    {
        yield return ConvolutionGeometry.Create("Conv1d", [2, 3, 50], [4, 3, 5], [2], [1], [3], [2], 1);
        yield return ConvolutionGeometry.Create("Conv1d", [1, 2, 5000], [3, 2, 7], [1], [3], [3], [1], 1);
        yield return ConvolutionGeometry.Create("Conv1d", [2, 1, 9000], [2, 1, 10], [5], [0], [4], [1], 1);
        yield return ConvolutionGeometry.Create("Conv3d", [2, 3, 4, 5, 6], [4, 3, 2, 3, 2], [1, 1, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1], 1);
        yield return ConvolutionGeometry.Create("Conv3d", [1, 4, 7, 6, 9], [6, 2, 3, 1, 3], [2, 1, 3], [1, 0, 2], [1, 0, 1], [1, 1, 2], 2);
        yield return ConvolutionGeometry.Create("Conv3d", [1, 2, 3, 40, 60], [2, 2, 3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], 1);
        yield return ConvolutionGeometry.Create("Conv2d", [2, 2, 6, 9], [3, 2, 3, 2], [1, 2], [2, 0], [1, 1], [2, 3], 1);
        yield return TwoD(2, 2, 3, 1, 4, 3, 1, 1, 3, 4);
        yield return TwoD(1, 2, 2, 1, 5, 5, 2, 4, 3, 3);
        yield return TwoD(1, 2, 2, 1, 3, 3, 2, 1, 50_000, 50_000, 100_000);
        yield return TwoD(2, 3, 5, 1, 8, 8, 4, 4);
        yield return TwoD(1, 2, 9, 1, 90, 70, 3, 1, 1, 1);
        yield return TwoD(1, 3, 4, 1, 90, 71, 3, 2, 1, 1);
        yield return TwoD(1, 1, 2, 1, 3, 4000, 3, 1, 1, 1);
        yield return TwoD(1, 150, 3, 1, 28, 28, 3, 1, 1, 1);
        yield return TwoD(2, 3, 200, 1, 7, 7, 3, 1, 1, 1);
        yield return TwoD(2, 17, 18, 1, 16, 17, 1);
        // Low tiles, three vectors wide, with every rest of a run: rows that few and that few per group.
        yield return TwoD(2, 4, 16, 1, 7, 9, 3, 2, 1, 1);
        yield return TwoD(1, 26, 30, 2, 12, 11, 3, 1, 1, 1);
        yield return TwoD(70, 3, 4, 1, 5, 5, 3, 1, 1, 1);
        yield return TwoD(3, 20, 20, 20, 19, 33, 3, 1, 1, 1);
        yield return TwoD(2, 7, 7, 7, 16, 21, 3, 2, 1, 1);
        // Many weights on a small plane, which are multiplied with gathered patches.
        yield return TwoD(3, 64, 128, 1, 9, 9, 3, 2, 1, 1);
        // Channels in the lanes, of the results or of the inputs: panels in part, rows in place, cut and dropped, residues of a stride without taps.
        yield return TwoD(2, 5, 48, 1, 15, 17, 3, 2, 1, 1);
        yield return TwoD(2, 28, 6, 1, 15, 21, 3, 2, 1, 1);
        yield return TwoD(2, 64, 56, 2, 9, 26, 5, 3, 2, 2, 2);
        yield return TwoD(1, 32, 32, 1, 10, 33, 3, 4, 0, 3, 2);
        yield return TwoD(2, 24, 32, 1, 9, 20, 3);
        yield return TwoD(1, 32, 60, 1, 8, 128, 1, 2);
        yield return TwoD(1, 32, 60, 1, 32, 64, 1, 1);
        yield return TwoD(1, 70, 24, 1, 40, 45, 3, 2, 2, 0);
        yield return TwoD(1, 24, 70, 1, 30, 45, 3, 1, 0, 2, 2);
        yield return TwoD(1, 24, 24, 1, 3, 1100, 2, 1, 9, 1, 9);
        yield return ConvolutionGeometry.Create("Conv1d", [2, 30, 500], [32, 30, 5], [3], [1], [3], [2], 1);
        yield return ConvolutionGeometry.Create("Conv3d", [2, 24, 5, 6, 19], [24, 24, 3, 2, 3], [2, 3, 1], [1, 0, 2], [2, 1, 0], [1, 2, 2], 1);
        yield return ConvolutionGeometry.Create("Conv3d", [1, 24, 6, 9, 22], [32, 24, 2, 3, 3], [1, 2, 2], [0, 0, 0], [0, 0, 0], [3, 1, 1], 1);
    }
}
