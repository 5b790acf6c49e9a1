using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>
/// Rows as a <see cref="Forest"/> reads them: some side by side, column by column, as integers of the same order as the numbers. Each
/// column is there twice, with its missing values before all numbers and after all: a question whose missing values go left reads the
/// one, any other question the other, and neither has to look for them.
/// </summary>
internal static unsafe class ForestKeys
{
    /// <summary>Rows side by side: two vectors.</summary>
    public const int Lanes = 16;

    /// <summary>Keys of a column.</summary>
    public const int PerColumn = 2 * Lanes;

    /// <summary>An integer per number, in the same order; 0 and −0 are one, and NaN comes before all.</summary>
    public static int Of(float x)
    {
        int bits = BitConverter.SingleToInt32Bits(x + 0f);
        return float.IsNaN(x) ? int.MinValue : bits ^ (bits >> 31 & int.MaxValue);
    }

    /// <summary>The keys of up to <see cref="Lanes"/> rows; further lanes hold any.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Fill(float* rows, int count, nint columns, int* keys)
    {
        Transpose.Run(rows, columns, (float*)keys, PerColumn, columns, count);
        for (int* at = keys, end = keys + columns * PerColumn; at < end; at += PerColumn)
            for (int half = 0; half < Lanes; half += Vector256<int>.Count)
            {
                Vector256<float> value = Vector256.Load((float*)at + half);
                Vector256<int> bits = (value + Vector256<float>.Zero).AsInt32(), isNumber = Vector256.Equals(value, value).AsInt32();
                Vector256<int> key = bits ^ (Vector256.ShiftRightArithmetic(bits, 31) & Vector256.Create(int.MaxValue));
                Vector256.ConditionalSelect(isNumber, key, Vector256.Create(int.MinValue)).Store(at + half);
                Vector256.ConditionalSelect(isNumber, key, Vector256.Create(int.MaxValue)).Store(at + Lanes + half);
            }
    }
}
