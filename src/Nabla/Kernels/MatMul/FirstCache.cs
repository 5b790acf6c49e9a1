using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>The first data cache, as the processor describes it.</summary>
internal static class FirstCache
{
    const int Unknown = 8;
    const int Intel = 0x756E6547, Amd = 0x68747541;                                         // "Genu", "Auth"
    const int IntelCaches = 4, AmdExtensions = unchecked((int)0x80000000), AmdCaches = unchecked((int)0x8000001D);

    /// <summary>Lines that it keeps of those that share a set, or 8 where the processor does not say.</summary>
    public static int Ways { get; } = Read();

    // Of both makers' descriptions the first is that of the first data cache.
    static int Read()
    {
        if (!X86Base.IsSupported) return Unknown;
        var (highest, maker, _, _) = X86Base.CpuId(0, 0);
        if (maker == Intel && highest >= IntelCaches) return WaysIn(IntelCaches);
        return maker == Amd && (uint)X86Base.CpuId(AmdExtensions, 0).Eax >= unchecked((uint)AmdCaches) ? WaysIn(AmdCaches) : Unknown;
    }

    static int WaysIn(int caches)
    {
        int ways = (X86Base.CpuId(caches, 0).Ebx >>> 22) + 1;
        return ways > 1 ? ways : Unknown;
    }
}
