using System.Globalization;

namespace Nabla.Cli.Declarations;

/// <summary>How the text of a key becomes a value and back.</summary>
internal abstract class ValueType<T>
{
    /// <summary>What errors say was expected: <c>a number in (0, 10]</c>.</summary>
    public abstract string Expectation { get; }

    public abstract bool TryParse(string text, out T value);

    public abstract string Format(T value);

    /// <summary>Added to errors: the nearest of the names that are accepted.</summary>
    public virtual string Hint(string text) => "";
}

/// <summary>Finite numbers of an interval, in the invariant culture.</summary>
internal sealed class NumberType(Interval range) : ValueType<double>
{
    public override string Expectation => $"a number{range}";

    public override bool TryParse(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && range.Contains(value);

    public override string Format(double value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Whole numbers of an interval.</summary>
internal sealed class IntegerType(Interval range) : ValueType<int>
{
    public override string Expectation => $"a whole number{range}";

    public override bool TryParse(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && range.Contains(value);

    public override string Format(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>true or false.</summary>
internal sealed class FlagType : ValueType<bool>
{
    public override string Expectation => "true or false";

    public override bool TryParse(string text, out bool value)
    {
        value = text == "true";
        return value || text == "false";
    }

    public override string Format(bool value) => value ? "true" : "false";
}

/// <summary>Any text but an empty one.</summary>
internal sealed class TextType : ValueType<string>
{
    public override string Expectation => "a text";

    public override bool TryParse(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }

    public override string Format(string value) => YamlText.Quote(value);
}

/// <summary>One of some names.</summary>
internal sealed class ChoiceType(IReadOnlyList<string> names) : ValueType<string>
{
    public IReadOnlyList<string> Names => names;

    public override string Expectation => names.Count == 1 ? names[0] : $"{string.Join(", ", names.SkipLast(1))} or {names[^1]}";

    public override bool TryParse(string text, out string value)
    {
        value = text;
        return names.Contains(text);
    }

    public override string Format(string value) => value;

    public override string Hint(string text) => Suggestions.Text(text, names);
}

/// <summary>A value, or <c>none</c>.</summary>
internal sealed class OptionalType<T>(ValueType<T> inner) : ValueType<T?> where T : struct
{
    public override string Expectation => $"{inner.Expectation}, or none";

    public override bool TryParse(string text, out T? value)
    {
        value = null;
        if (text == "none") return true;
        if (!inner.TryParse(text, out T given)) return false;
        value = given;
        return true;
    }

    public override string Format(T? value) => value is { } given ? inner.Format(given) : "none";

    public override string Hint(string text) => inner.Hint(text);
}

/// <summary>A text, or <c>none</c>.</summary>
internal sealed class OptionalTextType : ValueType<string?>
{
    public override string Expectation => "a text, or none";

    public override bool TryParse(string text, out string? value)
    {
        value = text == "none" ? null : text;
        return text.Length > 0;
    }

    public override string Format(string? value) => value is null ? "none" : YamlText.Quote(value);
}
