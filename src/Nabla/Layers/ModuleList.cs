using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Nabla.Layers;

/// <summary>Modules registered together, in order. Made by <c>Children(out blocks, …)</c> and fixed from then on.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "A list of modules.")]
public sealed class ModuleList<T> : IReadOnlyList<T> where T : Module
{
    readonly T[] modules;

    internal ModuleList(T[] modules) => this.modules = modules;

    /// <inheritdoc/>
    public int Count => modules.Length;

    /// <inheritdoc/>
    public T this[int index] => modules[index];

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
