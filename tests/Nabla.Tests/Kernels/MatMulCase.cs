using System.Globalization;
using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>A product in memory with gaps, odd offsets and guard values, checked against the oracle within its error bound.</summary>
internal sealed unsafe record MatMulCase(int M, int N, int K)
{
    const double Guard = 12345;

    public bool TransposeA { get; init; }
    public bool TransposeB { get; init; }

    /// <summary>Elements between neighbors within a row: 1 is dense.</summary>
    public int Spacing { get; init; } = 1;

    /// <summary>Elements between the end of a row and the next one.</summary>
    public int Gap { get; init; }

    public int Offset { get; init; }
    public bool Accumulate { get; init; }
    public bool Bias { get; init; }
    public int Batch { get; init; } = 1;
    public bool RepeatA { get; init; }
    public bool RepeatB { get; init; }
    public int Seed { get; init; } = 1;

    nint ALine => (TransposeA ? M : K) * Spacing + Gap;
    nint BLine => (TransposeB ? K : N) * Spacing + Gap;
    nint CRow => N + Gap;
    nint ABatch => RepeatA ? 0 : ALine * (TransposeA ? K : M) + Gap;
    nint BBatch => RepeatB ? 0 : BLine * (TransposeB ? N : K) + Gap;
    nint CBatch => CRow * M + Gap;

    /// <summary>The bits of the whole memory of C.</summary>
    public T[] Compute<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (a, b, c, bias) = Operands<T>();
        fixed (T* pa = a, pb = b, pc = c, pBias = bias)
        {
            T* A = pa + Offset, B = pb + Offset, C = pc + Offset, v = Bias ? pBias + Offset : null;
            if (Batch == 1) MatMul.Run(M, N, K, A, ARow, AColumn, B, BRow, BColumn, C, CRow, Accumulate, v);
            else MatMul.RunBatch(Batch, M, N, K, A, ABatch, ARow, AColumn, B, BBatch, BRow, BColumn, C, CBatch, CRow, Accumulate, v);
        }
        return c;
    }

    public void Check<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] actual = Compute<T>();
        var (a, b, expected, bias) = Operands<T>();
        var magnitude = new double[expected.Length];
        for (int q = 0; q < Batch; q++)
            for (int i = 0; i < M; i++)
                for (int j = 0; j < N; j++)
                {
                    nint at = Offset + q * CBatch + i * CRow + j;
                    double sum = 0, size = 0;
                    void Add(double term) { sum += term; size += Math.Abs(term); }
                    for (int p = 0; p < K; p++)
                        Add(double.CreateChecked(a[Offset + q * ABatch + i * ARow + p * AColumn])
                            * double.CreateChecked(b[Offset + q * BBatch + p * BRow + j * BColumn]));
                    if (Bias) Add(double.CreateChecked(bias[Offset + j]));
                    if (Accumulate) Add(double.CreateChecked(expected[at]));
                    expected[at] = T.CreateChecked(sum);
                    magnitude[at] = size;
                }

        // Each of the K + 2 additions and the final rounding errs by at most one unit of the running sum of magnitudes.
        double unit = typeof(T) == typeof(float) ? Math.Pow(2, -23) : Math.Pow(2, -51);
        for (int at = 0; at < expected.Length; at++)
        {
            double error = Math.Abs(double.CreateChecked(actual[at] - expected[at]));
            if (!(error <= (K + 3) * unit * magnitude[at]))
                Assert.Fail(string.Create(CultureInfo.InvariantCulture,
                    $"{this} with {InstructionSets.Active}: C[{at - Offset}] is {actual[at]}, expected {expected[at]}."));
        }
    }

    nint ARow => TransposeA ? Spacing : ALine;
    nint AColumn => TransposeA ? ALine : Spacing;
    nint BRow => TransposeB ? Spacing : BLine;
    nint BColumn => TransposeB ? BLine : Spacing;

    // Everything that must not be read is NaN, everything that must not be written is the guard.
    (T[] A, T[] B, T[] C, T[] Bias) Operands<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        uint state = (uint)Seed;
        T Next()
        {
            state = state * 1664525 + 1013904223;
            return T.CreateChecked((int)(state >> 8) / 16777216.0 - 0.5);
        }
        const int Margin = 70;
        int batches = Math.Max(Batch, 1);
        var a = new T[Offset + (batches - 1) * ABatch + ALine * (TransposeA ? K : M) + Margin];
        var b = new T[Offset + (batches - 1) * BBatch + BLine * (TransposeB ? N : K) + Margin];
        var c = new T[Offset + (batches - 1) * CBatch + CRow * M + Margin];
        var bias = new T[Offset + N + Margin];
        Array.Fill(a, T.NaN);
        Array.Fill(b, T.NaN);
        Array.Fill(bias, T.NaN);
        Array.Fill(c, T.CreateChecked(Guard));
        for (int q = 0; q < Batch; q++)
        {
            for (int i = 0; i < M; i++)
                for (int p = 0; p < K; p++) a[Offset + q * ABatch + i * ARow + p * AColumn] = Next();
            for (int p = 0; p < K; p++)
                for (int j = 0; j < N; j++) b[Offset + q * BBatch + p * BRow + j * BColumn] = Next();
            for (int i = 0; i < M; i++)
                for (int j = 0; j < N; j++) c[Offset + q * CBatch + i * CRow + j] = Accumulate ? Next() : T.NaN;
        }
        for (int j = 0; j < N; j++) bias[Offset + j] = Next();
        return (a, b, c, bias);
    }
}
