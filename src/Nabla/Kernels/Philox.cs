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
    /// <summary>Blocks of a group.</summary>
    internal const int Blocks = 16;

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

    /// <summary>The same for the indices from <paramref name="first"/> on, many blocks at a time.</summary>
    [MethodImpl(Compiled.Apart)]
    internal static void Bits(RandomStream stream, long first, Span<ulong> y)
    {
        const int OfGroup = 2 * Blocks;
        Span<uint> words = stackalloc uint[4 * Blocks];
        for (int done = 0; done < y.Length;)
        {
            int skip = (int)((first + done) % OfGroup), count = Math.Min(OfGroup - skip, y.Length - done);
            Group(stream, (ulong)(first + done) / OfGroup, words);
            for (int i = skip; i < skip + count; i++)
            {
                int at = (i & 1) * OfGroup + (i >> 1);
                y[done++] = words[at] | (ulong)words[at + Blocks] << 32;
            }
        }
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

    /// <summary>The words of a group: the first of all its blocks, then the second, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Group(RandomStream stream, ulong group, Span<uint> words)
    {
        Group(stream, group, out Vector512<uint> c0, out Vector512<uint> c1, out Vector512<uint> c2, out Vector512<uint> c3);
        c0.CopyTo(words);
        c1.CopyTo(words[Blocks..]);
        c2.CopyTo(words[(2 * Blocks)..]);
        c3.CopyTo(words[(3 * Blocks)..]);
    }

    /// <summary>The words of blocks 16·group … 16·group + 15, one block per lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Group(
        RandomStream stream, ulong group, out Vector512<uint> c0, out Vector512<uint> c1, out Vector512<uint> c2, out Vector512<uint> c3)
    {
        ulong block = group << 4; // the lane number fills the four low bits, so no lane carries into the next word
        Vector512<uint> first = Vector512.Create((uint)block) | Vector512<uint>.Indices;
        uint rest = (uint)(block >> 32);
        if (!Vector512.IsHardwareAccelerated && Avx2.IsSupported)
        {
            // In halves, whose words stay in registers through all rounds.
            Rounds<Words256, Vector256<uint>>(stream, first.GetLower(), rest, out Vector256<uint> a0, out var a1, out var a2, out var a3);
            Rounds<Words256, Vector256<uint>>(stream, first.GetUpper(), rest, out Vector256<uint> b0, out var b1, out var b2, out var b3);
            (c0, c1, c2, c3) = (Vector512.Create(a0, b0), Vector512.Create(a1, b1), Vector512.Create(a2, b2), Vector512.Create(a3, b3));
        }
        else Rounds<Words512, Vector512<uint>>(stream, first, rest, out c0, out c1, out c2, out c3);
    }

    /// <summary>All rounds for blocks with these first words and one second word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Rounds<TWords, V>(RandomStream stream, V first, uint second, out V c0, out V c1, out V c2, out V c3)
        where TWords : struct, IWords<V> where V : struct
    {
        (c0, c1, c2, c3) = (first, TWords.Create(second), TWords.Create((uint)stream.Stream), TWords.Create((uint)(stream.Stream >> 32)));
        uint k0 = (uint)stream.Seed, k1 = (uint)(stream.Seed >> 32);
        V m0 = TWords.Create(M0), m1 = TWords.Create(M1);
        for (int round = 0; round < 10; round++)
        {
            TWords.Product(c0, m0, out V high0, out V low0);
            TWords.Product(c2, m1, out V high1, out V low1);
            c0 = TWords.Xor(high1, c1, TWords.Create(k0));
            c1 = low1;
            c2 = TWords.Xor(high0, c3, TWords.Create(k1));
            c3 = low0;
            k0 += W0;
            k1 += W1;
        }
    }

    /// <summary>Words of 32 bits in a register.</summary>
    interface IWords<V>
    {
        static abstract V Create(uint word);

        static abstract V Xor(V a, V b, V c);

        /// <summary>
        /// Both halves of the 64-bit product in every lane: even and odd lanes are multiplied apart and woven together again.
        /// </summary>
        static abstract void Product(V x, V m, out V high, out V low);
    }

    readonly struct Words256 : IWords<Vector256<uint>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Create(uint word) => Vector256.Create(word);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Xor(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) => a ^ b ^ c;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Product(Vector256<uint> x, Vector256<uint> m, out Vector256<uint> high, out Vector256<uint> low)
        {
            const byte OddLanes = 0b1010_1010;
            Vector256<uint> even = Avx2.Multiply(x, m).AsUInt32(), odd = Avx2.Multiply((x.AsUInt64() >> 32).AsUInt32(), m).AsUInt32();
            low = Avx2.Blend(even, (odd.AsUInt64() << 32).AsUInt32(), OddLanes);
            high = Avx2.Blend((even.AsUInt64() >> 32).AsUInt32(), odd, OddLanes);
        }
    }

    readonly struct Words512 : IWords<Vector512<uint>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Create(uint word) => Vector512.Create(word);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => a ^ b ^ c;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Product(Vector512<uint> x, Vector512<uint> m, out Vector512<uint> high, out Vector512<uint> low)
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
            Vector512<ulong> mask = Vector512.Create(0x0000_0000_FFFF_FFFFUL);
            return (x.AsUInt64() & mask) * (m.AsUInt64() & mask);
        }
    }
}
