using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Numbers m·2ᵉ, not negative, whose exponent has a double to itself: products of thousands of probabilities, which no double holds, are
/// added and multiplied as they are. A sum costs about ten instructions and loses nothing; that of their logarithms takes an exponential for
/// each term and a logarithm. Zeros have an exponent below all others, so that they never set the scale of a sum.
/// </summary>
/// <remarks>Registers of the runtime's own width, each number by itself: the width changes no bit.</remarks>
internal readonly struct Scaled(Vector<double> fraction, Vector<double> exponent)
{
    /// <summary>The exponent of zero: −2⁵⁰, and less in its products.</summary>
    public const double Never = -1125899906842624;

    const double Log2E = 1.4426950408889634, Ln2 = 0.6931471805599453;

    /// <summary>1/n! for n from 12 down to 0.</summary>
    static ReadOnlySpan<double> Factorials =>
        [1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0, 1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0, 0.5, 1, 1];

    readonly Vector<double> fraction = fraction, exponent = exponent;

    /// <summary>Numbers in a register.</summary>
    public static int Count => Vector<double>.Count;

    /// <summary>0.</summary>
    public static Scaled Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector<double>.Zero, new(Never));
    }

    /// <summary>1.</summary>
    public static Scaled One => new(Vector<double>.One, Vector<double>.Zero);

    /// <summary>eˣ = 2ᵉ·eʳ with r = x − e·ln 2 in ±0.35; 0 of −∞, and of anything below −2⁵⁰·ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scaled Exp(Vector<double> x)
    {
        Vector<double> never = new(Never), e = Vector.MaxNative(never, Vector.Round(x * new Vector<double>(Log2E))), r = x - e * new Vector<double>(Ln2);
        Vector<double> sum = new(Factorials[0]);                          // Σ rⁿ/n!, whose first term left out is 2·10⁻¹⁶
        for (int n = 1; n < Factorials.Length; n++) sum = Vector.FusedMultiplyAdd(sum, r, new Vector<double>(Factorials[n]));
        return new(Vector.ConditionalSelect(Vector.Equals(e, never), Vector<double>.Zero, sum), e);
    }

    /// <summary>The logarithm of the first number.</summary>
    public double Log => Math.Log(fraction[0]) + exponent[0] * Ln2;

    /// <summary>One by it.</summary>
    public Scaled Inverse => new(Vector<double>.One / fraction, -exponent);

    /// <summary>As a double, where it is at most 2.</summary>
    public Vector<double> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => fraction * PowerOfTwo(exponent);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scaled operator *(Scaled a, Scaled b) => new(a.fraction * b.fraction, a.exponent + b.exponent);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Scaled operator +(Scaled a, Scaled b)
    {
        Vector<double> e = Vector.MaxNative(a.exponent, b.exponent);
        return new(a.fraction * PowerOfTwo(a.exponent - e) + b.fraction * PowerOfTwo(b.exponent - e), e);
    }

    /// <summary>The same number with a fraction in [1, 2), or 0: products and sums let it drift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Scaled Normalized()
    {
        // The exponent's bits as the last ones of 2⁵² are that integer on top of 2⁵².
        Vector<long> bits = (Vector.AsVectorInt64(fraction) >>> 52) | Vector.AsVectorInt64(new Vector<double>(4503599627370496));
        Vector<double> n = Vector.AsVectorDouble(bits) - new Vector<double>(4503599627370496 + 1023);
        return new(fraction * PowerOfTwo(-n), exponent + n);
    }

    /// <summary>2ⁿ for an integer below 1024; 0 below −1022.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<double> PowerOfTwo(Vector<double> n)
    {
        // Adding to 1.5·2⁵² leaves n + 1023 in the last bits, where a shift makes it an exponent.
        Vector<double> shifted = Vector.MaxNative(n, new(-1023)) + new Vector<double>(6755399441055744 + 1023);
        return Vector.AsVectorDouble(Vector.AsVectorInt64(shifted) << 52);
    }

    /// <summary>An array of such numbers: fractions, then exponents.</summary>
    public readonly unsafe struct Row(double* at, nint length)
    {
        /// <summary>The numbers from <paramref name="i"/> on.</summary>
        public Scaled this[nint i]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => new(Unsafe.ReadUnaligned<Vector<double>>(at + i), Unsafe.ReadUnaligned<Vector<double>>(at + length + i));

            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            set
            {
                Unsafe.WriteUnaligned(at + i, value.fraction);
                Unsafe.WriteUnaligned(at + length + i, value.exponent);
            }
        }

        /// <summary>Number <paramref name="i"/>, in every lane.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Scaled Spread(nint i) => new(new Vector<double>(at[i]), new Vector<double>(at[length + i]));

        /// <summary>Writes the first lane to place <paramref name="i"/>.</summary>
        public void Set(nint i, Scaled value) => (at[i], at[length + i]) = (value.fraction[0], value.exponent[0]);

        /// <summary>Writes zeros.</summary>
        public void Clear()
        {
            new Span<double>(at, (int)length).Clear();
            new Span<double>(at + length, (int)length).Fill(Never);
        }
    }
}
