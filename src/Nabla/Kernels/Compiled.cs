using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>How the compiler is to treat hot methods.</summary>
internal static class Compiled
{
    /// <summary>
    /// Fully at the first call, and apart from its callers. A method that is only <see cref="MethodImplOptions.AggressiveOptimization"/> is
    /// inlined later into a small caller, whose length sets how much may be inlined in turn: a formula over lanes exceeds that, and
    /// from there on each of its operations is a call, through memory.
    /// </summary>
    public const MethodImplOptions Apart = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;
}
