using System.Diagnostics.CodeAnalysis;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// A stream of random numbers without state: every number is a pure function of (seed, stream, index), so that neither the
/// order of the calls nor the number of threads can change it.
/// </summary>
/// <remarks>
/// Numbers come from Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, 2011). Use one stream
/// for one purpose, and <see cref="Split(string)"/> to derive the next: drawing twice from the same stream gives the same numbers.
/// </remarks>
/// <param name="Seed">The seed of the whole program.</param>
/// <param name="Stream">What the numbers are for, as a number; usually left to <see cref="Split(string)"/>.</param>
[SuppressMessage("Naming", "CA1711", Justification = "A random stream is the field's word; it has nothing to do with input and output.")]
public readonly record struct RandomStream(ulong Seed, ulong Stream = 0)
{
    const ulong PurposeTag = 0x7075_7270_6F73_6500;
    const ulong IndexTag = 0x696E_6465_7800_0000;

    /// <summary>The child stream for a purpose such as "dropout". The same text gives the same stream on every machine.</summary>
    public RandomStream Split(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        ulong hash = 0xCBF2_9CE4_8422_2325; // FNV-1a over the UTF-16 code units: string.GetHashCode differs from run to run
        foreach (char c in purpose) hash = (hash ^ c) * 0x0000_0100_0000_01B3;
        return this with { Stream = Mix(Mix(Stream ^ PurposeTag) ^ hash) };
    }

    /// <summary>The child stream of a number such as an epoch, a layer or a worker. Different numbers give different streams.</summary>
    public RandomStream Split(long index) => this with { Stream = Mix(Mix(Stream ^ IndexTag) + (ulong)index) };

    /// <summary>Number <paramref name="index"/> of the stream, uniform in [0, 1) with 53 random bits.</summary>
    public double NextUniform(long index) => Philox.ToUnit(Philox.Bits(this, index));

    /// <summary>
    /// Integer <paramref name="index"/> of the stream, uniform in [0, <paramref name="exclusiveMaximum"/>); the bias is below 2⁻³³.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMaximum"/> is not positive.</exception>
    public int NextInt(long index, int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        return (int)Philox.Below(Philox.Bits(this, index), (ulong)exclusiveMaximum);
    }

    /// <summary>A random order of 0 … n − 1, every order equally likely (Fisher, Yates, 1938; Durstenfeld, 1964). O(n).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="n"/> is negative.</exception>
    public int[] Permutation(int n)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(n);
        int[] order = new int[n];
        Draw.Permutation(this, order);
        return order;
    }

    /// <summary>
    /// The finalizer of SplitMix64 (Steele, Lea, Flood, 2014): a bijection that spreads every input bit over all output bits.
    /// </summary>
    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
