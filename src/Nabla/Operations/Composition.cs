using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Elementwise operations one after another in a single pass over memory:
/// <c>x.Zip(bias, new AddOperation().Then(new ReluOperation()))</c> reads x once and writes the result once, where
/// <c>(x + bias).Relu()</c> moves the tensor twice. Whether that is faster depends on the formula: docs/performance.md.
/// </summary>
/// <remarks>
/// A composition is an operation like any other: <c>Map</c> and <c>Zip</c> take it, its first derivative is one pass too (values between the
/// links are computed again, not kept), and derivatives of derivatives record the links one by one. At most eight links: beyond, the
/// compiler stops inlining and the loop is slower than separate passes.
/// </remarks>
public static class Composition
{
    /// <summary>The largest number of links.</summary>
    public const int MaximumLinks = 8;

    extension<TFirst>(TFirst first) where TFirst : struct, IUnaryOperation
    {
        /// <summary>next(first(x)).</summary>
        /// <exception cref="ArgumentException">More than eight links in all.</exception>
        public Chain<TFirst, TNext> Then<TNext>(TNext next) where TNext : struct, IUnaryOperation => new(first, next);
    }

    internal static void Check(int links, string name)
    {
        if (links > MaximumLinks)
            throw new ArgumentException($"Then: expected at most {MaximumLinks} links, got {links}: {name}. Apply it in two parts.");
    }
}

/// <summary><see cref="Composition"/> behind an operation of two arguments. A class of its own, since the two methods differ in constraints only.</summary>
public static class BinaryComposition
{
    extension<TFirst>(TFirst first) where TFirst : struct, IBinaryOperation
    {
        /// <summary>next(first(a, b)): a bias and an activation, for example.</summary>
        /// <exception cref="ArgumentException">More than eight links in all.</exception>
        public BinaryChain<TFirst, TNext> Then<TNext>(TNext next) where TNext : struct, IUnaryOperation => new(first, next);
    }
}

/// <summary>next(first(x)), computed in one pass. Made with <see cref="Composition"/>.</summary>
[SuppressMessage("Design", "CA1000", Justification = "They implement the static members of the interface.")]
public readonly struct Chain<TFirst, TNext> : IUnaryOperation where TFirst : struct, IUnaryOperation where TNext : struct, IUnaryOperation
{
    readonly TFirst first;
    readonly TNext next;

    internal Chain(TFirst first, TNext next)
    {
        (this.first, this.next) = (first, next);
        Composition.Check(Links, Name);
    }

    /// <inheritdoc/>
    public static string Name { get; } = $"{TFirst.Name} → {TNext.Name}";

    /// <inheritdoc/>
    public static int Links => TFirst.Links + TNext.Links;

    /// <inheritdoc/>
    public static bool IsActivation => TFirst.IsActivation && TNext.IsActivation;

    /// <inheritdoc/>
    public static Reads SlopeReads => (TFirst.SlopeReads, TNext.SlopeReads) switch
    {
        (Reads.Nothing, Reads.Nothing) => Reads.Nothing,
        (Reads.Nothing, Reads.Result) => Reads.Result,
        _ => Reads.Input,
    };

    /// <inheritdoc/>
    public static (double Low, double High) Domain => TFirst.Domain;

    /// <inheritdoc/>
    public static ReadOnlySpan<double> Kinks => TFirst.Kinks;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : struct, ILanes<V> => next.Value(first.Value(x));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : struct, ILanes<V>
    {
        if (SlopeReads != Reads.Input) return first.Slope(x, x) * next.Slope(y, y);
        V between = first.Value(x);
        V result = TNext.SlopeReads is Reads.Result or Reads.InputAndResult ? next.Value(between) : between;
        return first.Slope(x, between) * next.Slope(between, result);
    }
}

/// <summary>next(first(a, b)), computed in one pass. Made with <see cref="Composition"/>.</summary>
[SuppressMessage("Design", "CA1000", Justification = "They implement the static members of the interface.")]
public readonly struct BinaryChain<TFirst, TNext> : IBinaryOperation where TFirst : struct, IBinaryOperation where TNext : struct, IUnaryOperation
{
    readonly TFirst first;
    readonly TNext next;

    internal BinaryChain(TFirst first, TNext next)
    {
        (this.first, this.next) = (first, next);
        Composition.Check(1 + TNext.Links, Name);
    }

    /// <inheritdoc/>
    public static string Name { get; } = $"{TFirst.Name} → {TNext.Name}";

    /// <inheritdoc/>
    public static (double Low, double High) Domain => TFirst.Domain;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : struct, ILanes<V> => next.Value(first.Value(a, b));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b) where V : struct, ILanes<V> => first.SlopeA(a, b) * NextSlope(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b) where V : struct, ILanes<V> => first.SlopeB(a, b) * NextSlope(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V NextSlope<V>(V a, V b) where V : struct, ILanes<V>
    {
        V between = first.Value(a, b);
        return next.Slope(between, TNext.SlopeReads is Reads.Result or Reads.InputAndResult ? next.Value(between) : between);
    }
}
