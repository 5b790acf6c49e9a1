using System.Globalization;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public sealed class FirstCacheTests
{
    const string Described = "/sys/devices/system/cpu/cpu0/cache/index0/ways_of_associativity";
    const int Unknown = 8;

    /// <summary>As the operating system describes it, where it does and the processor too; elsewhere a number that a cache can have.</summary>
    [Fact]
    public void Ways_are_those_that_the_system_tells()
    {
        Assert.InRange(FirstCache.Ways, 2, 64);
        if (!File.Exists(Described)) return;
        int told = int.Parse(File.ReadAllText(Described), CultureInfo.InvariantCulture);
        if (told > 1 && FirstCache.Ways != Unknown) Assert.Equal(told, FirstCache.Ways);
    }
}
