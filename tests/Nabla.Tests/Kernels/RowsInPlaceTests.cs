using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSettings.Name)]
public sealed unsafe class RowsInPlaceTests
{
    const int Gap = 3;
    static readonly int[] widths = [1, 3, 4, 15, 16, 17, 31, 32, 63, 64, 65, 80, 131];

    /// <summary>Numbers of rows around those that are taken at once, widths around those of registers.</summary>
    [Fact]
    public void Products_and_weighted_sums_match_the_definition() => KernelSettings.ForEachInstructionSet(() =>
    {
        foreach (int width in widths)
            for (int count = 0; count <= 19; count++)
            {
                Check<float>(width, count, 1e-5);
                Check<double>(width, count, 1e-13);
            }
    });

    static void Check<T>(int width, int count, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int row = width + Gap;
        using Native<T> x = new(width, 1), rows = new((nint)Math.Max(0, count * row - Gap), 2), products = new(count), weights = new(count, 3), sum = new(width);
        RowsInPlace<T>.Dots(x.Pointer, width, rows.Pointer, row, count, products.Pointer);
        for (int i = 0; i < count; i++)
            Near(Enumerable.Range(0, width).Sum(j => Number(x.Span[j]) * Number(rows.Span[i * row + j])), products.Span[i]);
        foreach (int times in new[] { 1, 2 })
        {
            RowsInPlace<T>.Mix(weights.Pointer, rows.Pointer, row, count, width, sum.Pointer, accumulate: times > 1);
            for (int j = 0; j < width; j++)
                Near(times * Enumerable.Range(0, count).Sum(i => Number(weights.Span[i]) * Number(rows.Span[i * row + j])), sum.Span[j]);
        }

        void Near(double expected, T actual) => Assert.Equal(expected, Number(actual), tolerance);
    }

    static double Number<T>(T x) where T : INumber<T> => double.CreateChecked(x);
}
