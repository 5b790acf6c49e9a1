using System.Numerics;
using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

public class PhiloxTests
{
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Rounds_give_the_known_answers_of_the_paper(
        uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal((r0, r1, r2, r3), Philox.Rounds(c0, c1, c2, c3, k0, k1));

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(0x0FFF_FFFFUL)]
    [InlineData(0x1000_0000UL)]
    [InlineData(0x0123_4567_89AB_CDEUL)]
    public void A_vector_group_equals_sixteen_scalar_blocks(ulong group)
    {
        RandomStream stream = new(0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210);
        Philox.Group(stream, group, out var w0, out var w1, out var w2, out var w3);
        for (int lane = 0; lane < 16; lane++)
            Assert.Equal(Philox.Block(stream, 16 * group + (ulong)lane), (w0[lane], w1[lane], w2[lane], w3[lane]));
    }

    [Fact]
    public void Logarithm_of_a_unit_word_is_accurate_to_single_precision()
    {
        uint[] words = [0, 1, 2, 3, uint.MaxValue, uint.MaxValue - 1, 0x8000_0000, 0xB504_F333, 0xB504_F334, 0x7FFF_FFFF, .. Words(246)];
        for (int start = 0; start < words.Length; start += Vector<uint>.Count)
        {
            Vector<float> logs = Unit.Log(new Vector<uint>(words, start));
            for (int lane = 0; lane < Vector<uint>.Count; lane++)
            {
                // u itself is rounded to 24 bits before the logarithm, hence float arithmetic here too.
                float u = MathF.FusedMultiplyAdd((int)(words[start + lane] >> 1), 1f / (1u << 31), 0.5f / (1u << 31));
                double exact = Math.Log(u);
                Assert.InRange(logs[lane], exact - 2.4e-7 * Math.Abs(exact), exact + 2.4e-7 * Math.Abs(exact));
            }
        }
    }

    [Fact]
    public void Sine_and_cosine_of_a_unit_word_are_accurate_to_single_precision()
    {
        uint[] words = [0, 1, 0x2000_0000, 0x1FFF_FFFF, 0x4000_0000, 0x8000_0000, 0xC000_0000, 0xE000_0000, 0xDFFF_FFFF, uint.MaxValue, .. Words(246)];
        for (int start = 0; start < words.Length; start += Vector<uint>.Count)
        {
            Unit.SinCos(new Vector<uint>(words, start), out Vector<float> sin, out Vector<float> cos);
            for (int lane = 0; lane < Vector<uint>.Count; lane++)
            {
                double angle = 2 * Math.PI * words[start + lane] / 4294967296.0;
                Assert.Equal(Math.Sin(angle), sin[lane], 2.4e-7);
                Assert.Equal(Math.Cos(angle), cos[lane], 2.4e-7);
            }
        }
    }

    [Theory]
    [InlineData(0, 256)]
    [InlineData(5, 90)]         // begins and ends within a group
    [InlineData(31, 1)]
    [InlineData(0x3_FFFF_FFF0, 64)]     // block numbers that need their upper word
    public void Many_numbers_at_a_time_are_those_one_by_one(long first, int count)
    {
        RandomStream stream = new(7);
        var bits = new ulong[count];
        Philox.Bits(stream, first, bits);
        Assert.Equal(Enumerable.Range(0, count).Select(i => Philox.Bits(stream, first + i)), bits);
    }

    static IEnumerable<uint> Words(int count) => Enumerable.Range(0, count).Select(i => (uint)Philox.Bits(new(5), i));
}
