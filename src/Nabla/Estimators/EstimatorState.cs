using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nabla.Estimators;

/// <summary>
/// What a fitted model consists of, on its way into a file or out of one. A model names each value once, by reference: writing
/// takes it, reading replaces it, so that the two cannot drift apart.
/// </summary>
public sealed class EstimatorState
{
    readonly Dictionary<string, Tensor> tensors;
    readonly Dictionary<string, string> texts;
    readonly string prefix, source;

    EstimatorState(Dictionary<string, Tensor> tensors, Dictionary<string, string> texts, string prefix, string source, bool isReading)
    {
        (this.tensors, this.texts, this.prefix, this.source) = (tensors, texts, prefix, source);
        IsReading = isReading;
    }

    /// <summary>Whether values come from a file.</summary>
    public bool IsReading { get; }

    internal IReadOnlyDictionary<string, Tensor> Tensors => tensors;

    internal IReadOnlyDictionary<string, string> Texts => texts;

    internal static EstimatorState ForWriting() => new([], [], "", "", isReading: false);

    internal static EstimatorState ForReading(
        Dictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> texts, string source) =>
        new(tensors, new(texts), "", source, isReading: true);

    /// <summary>Settings, as JSON.</summary>
    /// <exception cref="DataFormatException">The file has none, or others.</exception>
    public void Keep<T>(ref T options, JsonTypeInfo<T> json) where T : notnull
    {
        string key = prefix + "options";
        if (!IsReading)
        {
            texts[key] = JsonSerializer.Serialize(options, json);
            return;
        }
        if (!texts.TryGetValue(key, out string? text)) throw Missing(key);
        try
        {
            options = JsonSerializer.Deserialize(text, json) ?? throw new JsonException("null");
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new DataFormatException($"'{source}': expected {typeof(T).Name} under '{key}', got {text} ({error.Message}).", error);
        }
    }

    /// <summary>A text.</summary>
    public void Keep(string name, ref string value)
    {
        string key = prefix + name;
        if (!IsReading) texts[key] = value;
        else value = texts.TryGetValue(key, out string? text) ? text : throw Missing(key);
    }

    /// <summary>A number, bit for bit: float, double, int, long, byte or bool.</summary>
    public void Keep<T>(string name, ref T value) where T : unmanaged
    {
        string key = prefix + name;
        if (!IsReading) tensors[key] = Tensor.From<T>([value], Shape.Scalar);
        else value = Find<T>(key) is { Length: 1 } tensor ? tensor.ToArray<T>()[0] : throw Missing(key);
    }

    /// <summary>A vector; null is left out.</summary>
    public void Keep<T>(string name, [NotNullIfNotNull(nameof(values))] ref T[]? values) where T : unmanaged
    {
        string key = prefix + name;
        if (IsReading) values = Find<T>(key)?.ToArray<T>()!;
        else if (values is not null) tensors[key] = Tensor.From(values);
    }

    /// <summary>A tensor; null is left out.</summary>
    public void Keep(string name, [NotNullIfNotNull(nameof(value))] ref Tensor? value)
    {
        string key = prefix + name;
        if (IsReading) value = tensors.GetValueOrDefault(key)!;
        else if (value is not null) tensors[key] = value.Detach().Contiguous();
    }

    /// <summary>A model within the model, under a name of its own.</summary>
    public void Keep(string name, Estimator estimator)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        estimator.ExchangeNested(new EstimatorState(tensors, texts, $"{prefix}{name}.", source, IsReading));
    }

    Tensor? Find<T>(string key) where T : unmanaged
    {
        if (!tensors.TryGetValue(key, out Tensor? tensor)) return null;
        return tensor.DType == DTypeExtensions.Of<T>() ? tensor
            : throw new DataFormatException($"'{source}': expected '{key}' of {DTypeExtensions.Of<T>()}, got {tensor.DType}.");
    }

    DataFormatException Missing(string key) => new($"'{source}': expected a value '{key}' of the saved model, got none.");
}
