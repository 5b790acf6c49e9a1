namespace Nabla.Data;

/// <summary>A data set with its names.</summary>
/// <param name="Name">Its short name, as in <c>nabla data show NAME</c>.</param>
/// <param name="Description">Where it comes from, and what features and targets are.</param>
/// <param name="Data">All samples, or the training part when there is a published <paramref name="Test"/> part.</param>
/// <param name="FeatureNames">One name per feature; empty for pictures.</param>
/// <param name="ClassNames">One name per class; empty for regression.</param>
/// <param name="Test">The published test part, for sets that have one.</param>
public sealed record NamedDataset(
    string Name,
    string Description,
    TensorDataset Data,
    IReadOnlyList<string> FeatureNames,
    IReadOnlyList<string> ClassNames,
    TensorDataset? Test = null)
{
    /// <summary>
    /// Per feature the names of its categories, whose places are the numbers of the feature; none for a feature of amounts. Empty if
    /// all features are amounts.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Categories { get; init; } = [];

    /// <summary>Whether the targets are documents to be ordered: [samples, 2] of a grade and the number of a query, whose documents lie together.</summary>
    public bool HasQueries { get; init; }

    /// <summary>Whether the targets are class indices [samples] (else numbers [samples, outputs]).</summary>
    public bool IsClassification => ClassNames.Count > 0;

    /// <summary>The name and the sizes, as in <c>digits: 1797 samples of [1, 8, 8], 10 classes</c>.</summary>
    public override string ToString() =>
        $"{Name}: {Data.Count} samples of {Data.FeatureShape}, "
        + (IsClassification ? $"{ClassNames.Count} classes" : $"targets {Data.TargetShape}")
        + (Test is null ? "" : $", {Test.Count} test samples");
}
