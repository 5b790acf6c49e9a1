using System.Runtime.InteropServices;

namespace Nabla;

/// <summary>
/// The storages a node holds for backward. The pool keeps the record, the record watches the node weakly: when a graph is
/// dropped without a backward pass, the next scan finds the node gone and releases what it held.
/// </summary>
internal sealed class SaveRecord
{
    readonly List<Storage> storages = new(4);

    /// <summary>Weak handle on the node; re-aimed with each use of the record.</summary>
    public GCHandle Node = GCHandle.Alloc(null, GCHandleType.Weak);

    /// <summary>Index in the pool's list.</summary>
    public int Position;

    public void Add(Storage storage) => storages.Add(storage);

    public void ReleaseAll()
    {
        foreach (Storage storage in storages) storage.Release();
        storages.Clear();
    }
}
