using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>The vector code a kernel runs, from plain loops to 512-bit registers.</summary>
internal enum InstructionSet
{
    Scalar,
    Vector128,
    Avx2,
    Avx512,
}

/// <summary>Which vector code this processor can run, and which one the kernels use.</summary>
internal static class InstructionSets
{
    /// <summary>The widest set this processor runs well.</summary>
    public static InstructionSet Best { get; } =
        Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? InstructionSet.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? InstructionSet.Avx2
        : Vector128.IsHardwareAccelerated ? InstructionSet.Vector128
        : InstructionSet.Scalar;

    /// <summary>The set in use. Tests lower it; it cannot exceed <see cref="Best"/>.</summary>
    public static InstructionSet Active
    {
        get;
        set => field = value <= Best
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"InstructionSet: expected at most {Best}, got {value}.");
    } = Best;
}
