namespace Nabla.Cli.Declarations;

/// <summary>
/// A group of keys. <see cref="Declare"/> names each key once, with type, range and meaning; the value of the property is its
/// default. Reading, writing and the reference page are three visitors of that one declaration.
/// </summary>
internal interface ISection<T> where T : ISection<T>
{
    /// <summary>This section with the values that <paramref name="keys"/> gives: those of a file, or the same ones again.</summary>
    T Declare(Keys keys);
}

/// <summary>A section of a list in which each item says what kind it is: <c>- conv2d: { channels: 32 }</c>.</summary>
internal interface ITagged<T> : ISection<T> where T : ITagged<T>
{
    /// <summary>The word that starts the item.</summary>
    string Kind { get; }

    /// <summary>One line for the reference page.</summary>
    string Meaning { get; }
}

/// <summary>
/// What visits the declaration of a section: a reader, which returns the values of a file, or a writer, which returns what it was given.
/// </summary>
internal abstract class Keys
{
    public double Number(string name, double value, Interval range, string meaning, bool isMain = false) =>
        Value(name, value, new NumberType(range), meaning, isMain);

    public double? OptionalNumber(string name, double? value, Interval range, string meaning) =>
        Value(name, value, new OptionalType<double>(new NumberType(range)), meaning);

    public int Integer(string name, int value, Interval range, string meaning, bool isMain = false, bool isRequired = false) =>
        Value(name, value, new IntegerType(range), meaning, isMain, isRequired);

    public int? OptionalInteger(string name, int? value, Interval range, string meaning) =>
        Value(name, value, new OptionalType<int>(new IntegerType(range)), meaning);

    public bool Flag(string name, bool value, string meaning) => Value(name, value, new FlagType(), meaning);

    public string Text(string name, string value, string meaning, bool isRequired = false) =>
        Value(name, value, new TextType(), meaning, isRequired: isRequired);

    public string? OptionalText(string name, string? value, string meaning) => Value(name, value, new OptionalTextType(), meaning);

    public string Choice(string name, string value, IReadOnlyList<string> names, string meaning, bool isMain = false, bool isRequired = false) =>
        Value(name, value, new ChoiceType(names), meaning, isMain, isRequired);

    /// <summary>A choice on which it depends which other keys the section has. Declared before them.</summary>
    public virtual string Kind(string name, string value, IReadOnlyList<string> names, string meaning) => Choice(name, value, names, meaning, isMain: true);

    /// <summary>
    /// A scalar. The main one may be given in place of the whole section (<c>dropout: 0.25</c>); a required one has no default.
    /// </summary>
    public abstract T Value<T>(string name, T value, ValueType<T> type, string meaning, bool isMain = false, bool isRequired = false);

    /// <summary>A list of scalars.</summary>
    public abstract IReadOnlyList<string> Choices(string name, IReadOnlyList<string> value, IReadOnlyList<string> names, string meaning);

    /// <summary>A list of numbers.</summary>
    public abstract IReadOnlyList<double> Numbers(string name, IReadOnlyList<double> value, Interval range, string meaning);

    /// <summary>A group of keys with a heading of its own.</summary>
    public abstract T Section<T>(string name, T value, string meaning) where T : ISection<T>;

    /// <summary>A list of groups of one kind, each read from <paramref name="start"/>.</summary>
    public abstract IReadOnlyList<T> List<T>(string name, IReadOnlyList<T> value, T start, string meaning) where T : ISection<T>;

    /// <summary>A list of groups of several kinds, each read from the start of its kind.</summary>
    public abstract IReadOnlyList<T> Tagged<T>(string name, IReadOnlyList<T> value, IReadOnlyList<T> starts, string meaning) where T : ITagged<T>;

    /// <summary>Refuses what was read under <paramref name="name"/> for a reason that concerns several keys.</summary>
    public virtual void Require(bool condition, string name, Func<string> expectation) { }
}
