using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>
/// Philox4x32-10 (Salmon et al., 2011): 128 random bits per counter block. The seed is the key; the counter is
/// (block, stream), 64 bits each.
/// </summary>
internal static class Philox
{
    const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57; // multipliers and Weyl increments of the paper
    const uint W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>The four words of one counter block.</summary>
    internal static (uint, uint, uint, uint) Block(RandomStream stream, ulong block) =>
        Rounds(
            (uint)block, (uint)(block >> 32), (uint)stream.Stream, (uint)(stream.Stream >> 32), (uint)stream.Seed, (uint)(stream.Seed >> 32));

    /// <summary>64 random bits for an index: half of block index / 2.</summary>
    internal static ulong Bits(RandomStream stream, long index)
    {
        var (a, b, c, d) = Block(stream, (ulong)index >> 1);
        return (index & 1) == 0 ? a | (ulong)b << 32 : c | (ulong)d << 32;
    }

    /// <summary>The upper 53 bits as a double in [0, 1).</summary>
    internal static double ToUnit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in [0, range) by multiplication (Lemire, 2019); the bias is below range / 2⁶⁴.</summary>
    internal static ulong Below(ulong bits, ulong range) => Math.BigMul(bits, range, out _);

    internal static (uint, uint, uint, uint) Rounds(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)M0 * c0, p1 = (ulong)M1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += W0;
            k1 += W1;
        }
        return (c0, c1, c2, c3);
    }

    /// <summary>The words of blocks 16·group … 16·group + 15, one block per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Group(
        RandomStream stream, ulong group, out Vector512<uint> c0, out Vector512<uint> c1, out Vector512<uint> c2, out Vector512<uint> c3)
    {
        ulong block = group << 4; // the lane number fills the four low bits, so no lane carries into the next word
        c0 = Vector512.Create((uint)block) | Vector512<uint>.Indices;
        c1 = Vector512.Create((uint)(block >> 32));
        c2 = Vector512.Create((uint)stream.Stream);
        c3 = Vector512.Create((uint)(stream.Stream >> 32));
        uint k0 = (uint)stream.Seed, k1 = (uint)(stream.Seed >> 32);
        Vector512<uint> m0 = Vector512.Create(M0), m1 = Vector512.Create(M1);
        for (int round = 0; round < 10; round++)
        {
            Product(c0, m0, out Vector512<uint> high0, out Vector512<uint> low0);
            Product(c2, m1, out Vector512<uint> high1, out Vector512<uint> low1);
            c0 = high1 ^ c1 ^ Vector512.Create(k0);
            c1 = low1;
            c2 = high0 ^ c3 ^ Vector512.Create(k1);
            c3 = low0;
            k0 += W0;
            k1 += W1;
        }
    }

    /// <summary>
    /// Both halves of the 64-bit product in every lane: even and odd lanes are multiplied apart and woven together again.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Product(Vector512<uint> x, Vector512<uint> m, out Vector512<uint> high, out Vector512<uint> low)
    {
        Vector512<uint> evenLanes = Vector512.Create(0x0000_0000_FFFF_FFFFUL).AsUInt32();
        Vector512<ulong> even = EvenProduct(x, m), odd = EvenProduct((x.AsUInt64() >> 32).AsUInt32(), m);
        low = Vector512.ConditionalSelect(evenLanes, even.AsUInt32(), (odd << 32).AsUInt32());
        high = Vector512.ConditionalSelect(evenLanes, (even >> 32).AsUInt32(), odd.AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<ulong> EvenProduct(Vector512<uint> x, Vector512<uint> m)
    {
        if (Avx512F.IsSupported) return Avx512F.Multiply(x, m);
        if (Avx2.IsSupported)
            return Vector512.Create(Avx2.Multiply(x.GetLower(), m.GetLower()), Avx2.Multiply(x.GetUpper(), m.GetUpper()));
        Vector512<ulong> mask = Vector512.Create(0x0000_0000_FFFF_FFFFUL);
        return (x.AsUInt64() & mask) * (m.AsUInt64() & mask);
    }
}
