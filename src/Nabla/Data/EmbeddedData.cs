using Nabla.Data.Formats;

namespace Nabla.Data;

/// <summary>The data sets that travel inside the assembly, as raw arrays (made by Embedded/make.py; credits in NOTICE).</summary>
internal static class EmbeddedData
{
    /// <summary>1,797 pictures of 8 × 8 pixels of 0 … 16: bytes [1797, 64], and their digits [1797].</summary>
    internal static (ArrayData Features, ArrayData Targets) Digits => Load("digits");

    /// <summary>Doubles [150, 4] and classes [150].</summary>
    internal static (ArrayData Features, ArrayData Targets) Iris => Load("iris");

    /// <summary>Doubles [178, 13] and classes [178].</summary>
    internal static (ArrayData Features, ArrayData Targets) Wine => Load("wine");

    /// <summary>Doubles [569, 30] and classes [569]: 0 malignant, 1 benign.</summary>
    internal static (ArrayData Features, ArrayData Targets) BreastCancer => Load("breast-cancer");

    /// <summary>Doubles [442, 10] in their own units, and the progression of the disease [442].</summary>
    internal static (ArrayData Features, ArrayData Targets) Diabetes => Load("diabetes");

    static (ArrayData, ArrayData) Load(string name)
    {
        using Stream resource = typeof(EmbeddedData).Assembly.GetManifestResourceStream($"{name}.npz")!;
        IReadOnlyDictionary<string, ArrayData> arrays = NpyFile.ReadArchive(resource, name);
        return (arrays["features"], arrays["targets"]);
    }
}
