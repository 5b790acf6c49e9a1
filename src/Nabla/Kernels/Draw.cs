using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>Turns the four words of counter blocks, one block per lane, into numbers.</summary>
internal interface IDraw
{
    void Transform(Vector<uint> w0, Vector<uint> w1, Vector<uint> w2, Vector<uint> w3,
        out Vector<float> y0, out Vector<float> y1, out Vector<float> y2, out Vector<float> y3);
}

/// <summary>
/// Fills spans with random numbers. Element k of a result is number first + k of the stream, whatever the length of the span:
/// chunks of any size, on any thread, give the same numbers.
/// </summary>
/// <remarks>Single-precision number i lies in group i / 64 of sixteen blocks: block i % 16 of the group, word i / 16 % 4.</remarks>
internal static class Draw
{
    const int GroupSize = 64;
    const int BitsAtOnce = 256;

    /// <summary>Uniform in [0, 1) with 24 random bits.</summary>
    internal static void Uniform(RandomStream stream, long first, Span<float> y) => Fill(new UniformDraw(0, 1), stream, first, y);

    /// <summary>Uniform in [low, high).</summary>
    internal static void Uniform(RandomStream stream, long first, Span<float> y, float low, float high) =>
        Fill(new UniformDraw(low, high), stream, first, y);

    /// <summary>Uniform in [low, high) with 53 random bits.</summary>
    internal static void Uniform(RandomStream stream, long first, Span<double> y, double low = 0, double high = 1)
    {
        double last = high > low ? Math.BitDecrement(high) : high; // rounding must not reach the open end
        for (int k = 0; k < y.Length; k++)
            y[k] = Math.Min(low + (high - low) * Philox.ToUnit(Philox.Bits(stream, first + k)), last);
    }

    /// <summary>Normal with the given mean and standard deviation (Box, Muller, 1958); at most 6.66 deviations from the mean.</summary>
    internal static void Normal(RandomStream stream, long first, Span<float> y, float mean = 0, float deviation = 1) =>
        Fill(new NormalDraw(mean, deviation), stream, first, y);

    /// <summary>Normal with the given mean and standard deviation; at most 8.57 deviations from the mean.</summary>
    internal static void Normal(RandomStream stream, long first, Span<double> y, double mean = 0, double deviation = 1)
    {
        for (int k = 0; k < y.Length; k++) y[k] = mean + deviation * Normal(stream, first + k);
    }

    /// <summary>Exponential with the given rate: −ln(u) / rate.</summary>
    internal static void Exponential(RandomStream stream, long first, Span<float> y, float rate = 1) =>
        Fill(new ExponentialDraw(rate), stream, first, y);

    /// <summary>Standard Gumbel: −ln(−ln u). The argmax of logits plus this noise is a draw from their softmax.</summary>
    internal static void Gumbel(RandomStream stream, long first, Span<float> y)
    {
        // Half a step away from both ends: neither logarithm sees 0.
        for (int k = 0; k < y.Length; k++)
            y[k] = (float)-Math.Log(-Math.Log(Philox.ToUnit(Philox.Bits(stream, first + k)) + 1.0 / (1UL << 54)));
    }

    /// <summary><paramref name="value"/> with the given probability, else 0: with value = 1 / probability, a dropout mask.</summary>
    internal static void Bernoulli(RandomStream stream, long first, Span<float> y, double probability, float value = 1) =>
        Fill(new BernoulliDraw(probability, value), stream, first, y);

    /// <summary>1 with the given probability, else 0.</summary>
    internal static void Bernoulli(RandomStream stream, long first, Span<byte> y, double probability)
    {
        Span<float> chunk = stackalloc float[4 * GroupSize];
        for (int start = 0; start < y.Length; start += chunk.Length)
        {
            Span<float> part = chunk[..Math.Min(chunk.Length, y.Length - start)];
            Bernoulli(stream, first + start, part, probability);
            for (int k = 0; k < part.Length; k++) y[start + k] = (byte)part[k];
        }
    }

    /// <summary>Integers in [low, high); the bias is below (high − low) / 2⁶⁴.</summary>
    [MethodImpl(Compiled.Apart)]
    internal static void Integers(RandomStream stream, long first, Span<long> y, long low, long high)
    {
        Debug.Assert(low < high);
        ulong range = (ulong)high - (ulong)low;
        var numbers = new Numbers(stream, first, y.Length, stackalloc ulong[BitsAtOnce]);
        for (int k = 0; k < y.Length; k++) y[k] = (long)((ulong)low + Philox.Below(numbers.At(k), range));
    }

    /// <summary>Integers in [low, high); the same numbers as the 64-bit form.</summary>
    [MethodImpl(Compiled.Apart)]
    internal static void Integers(RandomStream stream, long first, Span<int> y, int low, int high)
    {
        Debug.Assert(low < high);
        ulong range = (ulong)((long)high - low);
        var numbers = new Numbers(stream, first, y.Length, stackalloc ulong[BitsAtOnce]);
        for (int k = 0; k < y.Length; k++) y[k] = (int)(low + (long)Philox.Below(numbers.At(k), range));
    }

    /// <summary>The numbers of the indices from <paramref name="first"/> on, asked for one after the other and drawn as many at a time as there is room.</summary>
    readonly ref struct Numbers(RandomStream stream, long first, int count, Span<ulong> room)
    {
        readonly Span<ulong> room = room;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong At(int k)
        {
            int place = k % BitsAtOnce;
            if (place == 0) Philox.Bits(stream, first + k, room[..Math.Min(BitsAtOnce, count - k)]);
            return room[place];
        }
    }

    /// <summary>A random order of 0 … n − 1, n the length of <paramref name="order"/>.</summary>
    [MethodImpl(Compiled.Apart)]
    internal static void Permutation(RandomStream stream, Span<int> order)
    {
        var numbers = new Numbers(stream, 0, order.Length, stackalloc ulong[BitsAtOnce]);
        for (int i = 0; i < order.Length; i++)
        {
            int j = (int)Philox.Below(numbers.At(i), (ulong)i + 1);
            order[i] = order[j];
            order[j] = i;
        }
    }

    /// <summary>
    /// Double-precision normal number <paramref name="index"/>: even and odd neighbors are the cosine and sine of one pair.
    /// </summary>
    internal static double Normal(RandomStream stream, long index)
    {
        var (a, b, c, d) = Philox.Block(stream, (ulong)index >> 1);
        double radius = Math.Sqrt(-2 * Math.Log(1 - Philox.ToUnit(a | (ulong)b << 32)));
        double angle = 2 * Math.PI * Philox.ToUnit(c | (ulong)d << 32);
        return radius * ((index & 1) == 0 ? Math.Cos(angle) : Math.Sin(angle));
    }

    [MethodImpl(Compiled.Apart)]
    static void Fill<TDraw>(TDraw draw, RandomStream stream, long first, Span<float> y) where TDraw : struct, IDraw
    {
        Debug.Assert(first >= 0);
        Span<uint> words = stackalloc uint[GroupSize];
        Span<float> buffer = stackalloc float[GroupSize];
        int done = 0;
        while (done < y.Length)
        {
            ulong group = (ulong)(first + done) / GroupSize;
            int skip = (int)((ulong)(first + done) % GroupSize);
            int count = Math.Min(GroupSize - skip, y.Length - done);
            Philox.Group(stream, group, words);
            Transform(draw, ref words[0], ref MemoryMarshal.GetReference(count == GroupSize ? y[done..] : buffer));
            if (count < GroupSize) buffer.Slice(skip, count).CopyTo(y[done..]);
            done += count;
        }
    }

    /// <summary>The 64 numbers of a group, as many blocks at a time as a vector has lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Transform<TDraw>(TDraw draw, ref uint words, ref float y) where TDraw : struct, IDraw
    {
        for (int lane = 0; lane < Philox.Blocks; lane += Vector<uint>.Count)
        {
            draw.Transform(Words(ref words, lane), Words(ref words, lane + Philox.Blocks), Words(ref words, lane + 2 * Philox.Blocks), Words(ref words, lane + 3 * Philox.Blocks),
                out Vector<float> y0, out Vector<float> y1, out Vector<float> y2, out Vector<float> y3);
            y0.StoreUnsafe(ref y, (nuint)lane);
            y1.StoreUnsafe(ref y, (nuint)lane + Philox.Blocks);
            y2.StoreUnsafe(ref y, (nuint)lane + 2 * Philox.Blocks);
            y3.StoreUnsafe(ref y, (nuint)lane + 3 * Philox.Blocks);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static Vector<uint> Words(ref uint words, int at) => Vector.LoadUnsafe(ref words, (nuint)at);
    }
}
