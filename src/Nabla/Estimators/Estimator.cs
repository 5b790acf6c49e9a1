using Nabla.Data.Formats;

namespace Nabla.Estimators;

/// <summary>
/// A model that is fitted in one call rather than trained by gradients: what such models of all packages share. Its settings and
/// what it learned are one list of named values, <see cref="Exchange"/>, which saving writes and loading reads.
/// </summary>
public abstract class Estimator
{
    const string KindKey = "nabla.estimator";
    readonly List<string> warnings = [];

    /// <summary>Whether there is something to predict with.</summary>
    public bool IsFitted { get; private set; }

    /// <summary>What the last fit was not content with, and what to change; empty if all went well.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>Where warnings go as they arise. Default: the standard error stream; null for nowhere.</summary>
    public Action<string>? OnWarning { get; set; } = Console.Error.WriteLine;

    /// <summary>What the model is called in messages and files: the name of its type.</summary>
    protected string Name => GetType().Name;

    /// <summary>Writes settings and learned values as one safetensors file: data, never code.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">What else to keep in the file's metadata. Default nothing.</param>
    /// <exception cref="InvalidOperationException">The model has not been fitted.</exception>
    /// <exception cref="IOException">The file cannot be written; the one that was there is unchanged.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string>? texts = null)
    {
        CheckFitted();
        var state = EstimatorState.ForWriting();
        Exchange(state);
        var all = new Dictionary<string, string>(state.Texts) { [KindKey] = Name };
        foreach (var (key, text) in texts ?? new Dictionary<string, string>()) all.Add(key, text);
        SafetensorsFile.Write(path, state.Tensors, all);
    }

    /// <summary>Takes over settings and learned values from a file of <see cref="Save"/>; predictions are then the same bits.</summary>
    /// <exception cref="DataFormatException">The file is damaged, or of another kind of model.</exception>
    public void Load(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        if (!file.Metadata.TryGetValue(KindKey, out string? kind) || kind != Name)
            throw new DataFormatException($"{Name}: expected a saved {Name} in '{path}', got {kind ?? "no saved estimator"}.");
        Exchange(EstimatorState.ForReading(file.Entries.ToDictionary(e => e.Name, e => file.ReadTensor(e.Name)), file.Metadata, path));
        IsFitted = true;
    }

    /// <summary>Names everything the model consists of: called with a state that takes the values, or with one that hands them back.</summary>
    protected abstract void Exchange(EstimatorState state);

    /// <summary>Exchanges the values of a model within another.</summary>
    internal void ExchangeNested(EstimatorState state)
    {
        Exchange(state);
        if (state.IsReading) IsFitted = true;
    }

    /// <summary>Forgets the warnings of an earlier fit; every fit begins with it.</summary>
    protected void BeginFit() => warnings.Clear();

    /// <summary>Every fit ends with it.</summary>
    protected void EndFit() => IsFitted = true;

    /// <summary>Reports something the user should know about this fit.</summary>
    protected void Warn(string message)
    {
        string text = $"{Name}: {message}";
        warnings.Add(text);
        OnWarning?.Invoke(text);
    }

    /// <summary>Refuses to go on before <c>Fit</c>.</summary>
    /// <exception cref="InvalidOperationException">The model has not been fitted.</exception>
    protected void CheckFitted()
    {
        if (!IsFitted) throw new InvalidOperationException($"{Name}: expected a fitted model, got one before Fit. Call Fit or Load first.");
    }

    /// <summary>Learned numbers as a tensor; without a shape as a vector.</summary>
    private protected Tensor Learned<T>(T[]? values, Shape? shape = null) where T : unmanaged
    {
        CheckFitted();
        return Tensor.From(values!, shape ?? Shape.Create(values!.Length));
    }
}
