using System.Globalization;

namespace Nabla;

/// <summary>The upper half of a 32-bit float: 8 bits of exponent, 7 of fraction. A storage format; arithmetic happens in <see cref="float"/>.</summary>
public readonly record struct BFloat16
{
    readonly ushort bits;

    BFloat16(ushort bits) => this.bits = bits;

    /// <summary>The value with exactly these 16 bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>The 16 bits of the value.</summary>
    public ushort ToBits() => bits;

    /// <summary>Widens without loss.</summary>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.bits << 16);

    /// <summary>Rounds to nearest, ties to even; NaN stays NaN.</summary>
    public static explicit operator BFloat16(float value)
    {
        uint wide = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return new((ushort)((wide >> 16) | 0x40));
        return new((ushort)((wide + 0x7FFF + ((wide >> 16) & 1)) >> 16));
    }

    /// <inheritdoc/>
    public override string ToString() => ((float)this).ToString(CultureInfo.InvariantCulture);
}
