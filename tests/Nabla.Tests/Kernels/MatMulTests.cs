using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

[Collection(KernelSwitches.Name)]
public sealed class MatMulTests
{
    static readonly int[] Rows = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 24, 25];
    static readonly int[] Columns = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65];
    static readonly int[] Depths = [0, 1, 2, 3, 5, 16, 17];

    public static TheoryData<string> Sets =>
        [.. Enum.GetValues<InstructionSet>().Where(set => set <= InstructionSets.Best).Select(set => $"{set}")];

    [Theory, MemberData(nameof(Sets))]
    public void Every_small_shape_and_transposition_matches_the_definition(string set) => KernelSwitches.With(set, () =>
    {
        foreach (int m in Rows)
            foreach (int n in Columns)
                foreach (int k in Depths)
                    for (int flags = 0; flags < 4; flags++)
                    {
                        var shape = new MatMulCase(m, n, k) { TransposeA = (flags & 1) != 0, TransposeB = (flags & 2) != 0 };
                        bool odd = (m + n + k) % 2 != 0;
                        (shape with { Bias = odd, Accumulate = flags % 3 == 0 }).Check<float>();
                        if (odd) (shape with { Bias = true, Accumulate = flags is 1 or 2 }).Check<double>();
                    }
    });

    [Theory, MemberData(nameof(Sets))]
    public void Depths_around_the_dot_kernels_registers_match(string set) => KernelSwitches.With(set, () =>
    {
        foreach (int k in (int[])[95, 96, 97, 111, 112, 113, 127, 128, 129])
            for (int m = 1; m <= 9; m++)
                for (int n = 1; n <= 9; n++)
                {
                    var shape = new MatMulCase(m, n, k) { TransposeB = true, Offset = 3, Bias = n % 2 == 0, Accumulate = m % 2 == 0 };
                    shape.Check<float>();
                    if (k % 2 != 0) shape.Check<double>();
                }
    });
}
