namespace Nabla;

/// <summary>
/// A number per spatial axis: <c>2</c> for all of them, <c>(2, 1)</c> for height and width, <c>(1, 2, 2)</c> for depth, height and width.
/// </summary>
public readonly struct PerAxis : IEquatable<PerAxis>
{
    readonly int count, first, second, third;

    PerAxis(int count, int first, int second, int third) => (this.count, this.first, this.second, this.third) = (count, first, second, third);

    /// <summary>The same number for every axis.</summary>
    public static implicit operator PerAxis(int value) => new(1, value, value, value);

    /// <summary>Height and width.</summary>
    public static implicit operator PerAxis((int Height, int Width) values) => new(2, values.Height, values.Width, 0);

    /// <summary>Depth, height and width.</summary>
    public static implicit operator PerAxis((int Depth, int Height, int Width) values) => new(3, values.Depth, values.Height, values.Width);

    /// <summary>The number of one axis out of <paramref name="rank"/>; <paramref name="fallback"/> for <c>default</c>.</summary>
    internal int this[int axis, int rank, string who, int fallback]
    {
        get
        {
            if (count > 1 && count != rank)
                throw new ArgumentException($"{who}: expected one number or {rank}, one per spatial axis, got {this}.");
            return count == 0 ? fallback : axis switch { 0 => first, 1 => second, _ => third };
        }
    }

    /// <summary>The numbers of all axes; <paramref name="fallback"/> for <c>default</c>.</summary>
    internal void Fill(Span<int> values, string who, int fallback)
    {
        for (int axis = 0; axis < values.Length; axis++) values[axis] = this[axis, values.Length, who, fallback];
    }

    /// <inheritdoc/>
    public bool Equals(PerAxis other) => (count, first, second, third) == (other.count, other.first, other.second, other.third);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PerAxis other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(count, first, second, third);

    /// <summary>True if both give the same numbers in the same notation.</summary>
    public static bool operator ==(PerAxis a, PerAxis b) => a.Equals(b);

    /// <summary>True if they differ.</summary>
    public static bool operator !=(PerAxis a, PerAxis b) => !a.Equals(b);

    /// <summary>The notation it was written in.</summary>
    public override string ToString() => count switch
    {
        0 => "default",
        1 => $"{first}",
        2 => $"({first}, {second})",
        _ => $"({first}, {second}, {third})",
    };
}

/// <summary>
/// Zeros around an image before a window slides over it: a number for both ends of every axis (<c>1</c>), one per axis
/// (<c>(1, 0)</c>), <see cref="Same"/>, or different ones for both ends with <see cref="Sides"/>. None by default.
/// </summary>
public readonly struct Padding : IEquatable<Padding>
{
    readonly PerAxis before, after;
    readonly bool isSame;

    Padding(PerAxis before, PerAxis after, bool isSame) => (this.before, this.after, this.isSame) = (before, after, isSame);

    /// <summary>None: windows stay inside the input.</summary>
    public static Padding Valid => default;

    /// <summary>So much that the output has ⌈input / stride⌉ elements; an odd rest goes to the end.</summary>
    public static Padding Same => new(0, 0, isSame: true);

    /// <summary>The same number at both ends of every axis.</summary>
    public static implicit operator Padding(int both) => new(both, both, isSame: false);

    /// <summary>At both ends of height and of width.</summary>
    public static implicit operator Padding((int Height, int Width) both) => new(both, both, isSame: false);

    /// <summary>At both ends of depth, of height and of width.</summary>
    public static implicit operator Padding((int Depth, int Height, int Width) both) => new(both, both, isSame: false);

    /// <summary>Different numbers before and after.</summary>
    public static Padding Sides(PerAxis before, PerAxis after) => new(before, after, isSame: false);

    /// <summary>Elements before and after one axis, for a window that spans <paramref name="extent"/> elements.</summary>
    internal (int Before, int After) Resolve(int axis, int rank, int input, int extent, int stride, string who)
    {
        if (!isSame) return (before[axis, rank, who, 0], after[axis, rank, who, 0]);
        if (stride < 1) return (0, 0);                                                // refused with a message by the geometry
        int outputs = (input + stride - 1) / stride, total = Math.Max(0, (outputs - 1) * stride + extent - input);
        return (total / 2, total - total / 2);
    }

    /// <inheritdoc/>
    public bool Equals(Padding other) => isSame == other.isSame && before == other.before && after == other.after;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Padding other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(before, after, isSame);

    /// <summary>True if both are written the same way.</summary>
    public static bool operator ==(Padding a, Padding b) => a.Equals(b);

    /// <summary>True if they differ.</summary>
    public static bool operator !=(Padding a, Padding b) => !a.Equals(b);

    /// <summary>The notation of options: same, 1, (1, 0) or 0…1.</summary>
    public override string ToString() => isSame ? "same" : this == default ? "0" : before == after ? $"{before}" : $"{before}…{after}";
}
