using System.Numerics;

namespace Nabla.Kernels;

/// <summary>
/// Where the numbers of a recurrent layer lie. Everything is time-major and contiguous: step, sample, unit. Null stands for zeros where
/// it is an input, and for not wanted where it is a result.
/// </summary>
internal unsafe struct RecurrentMemory<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    public int Steps, Batch, Hidden;

    /// <summary>[steps, batch, slots · hidden]: before forward, slots of input gates hold the products with the input.</summary>
    public T* Slots;

    /// <summary>[steps, batch, hidden]: the hidden states, zero beyond a sample's length.</summary>
    public T* States;

    /// <summary>[steps, batch, hidden]: the cell states.</summary>
    public T* Cells;

    /// <summary>[batch, hidden]: the states before the first step.</summary>
    public T* FirstState, FirstCell;

    /// <summary>[batch, hidden]: the states after each sample's last step.</summary>
    public T* LastState, LastCell;

    /// <summary>[gates · hidden], added where a recurrent gate has a slot to itself.</summary>
    public T* RecurrentBias;

    /// <summary>[3 · hidden]: from the cell to the input, forget and output gate.</summary>
    public T* Peepholes;

    /// <summary>Steps of each sample, or null for all.</summary>
    public int* Lengths;

    /// <summary>The recurrent weights as a right operand. Forward: [hidden] × gates · aligned hidden columns. Backward: [gates · hidden] × hidden.</summary>
    public PackedMatrix<T> Weights;

    /// <summary>Backward: [steps, batch, hidden], and [batch, hidden] for the last states.</summary>
    public T* StateGradients, LastStateGradients, LastCellGradients;

    /// <summary>Backward: [steps, batch, slots · hidden], the result.</summary>
    public T* SlotGradients;

    /// <summary>Backward: [batch, hidden], gradients on their way to the step before; in the end those of the first states.</summary>
    public T* StateCarry, CellCarry;

    public readonly T* Step(T* of, int step) => of + (nint)step * Batch * Hidden;

    public readonly T* SlotStep(T* of, int step, int slots) => of + (nint)step * Batch * Hidden * slots;

    /// <summary>The state before a step; null for zeros.</summary>
    public readonly T* Before(T* of, T* first, int step) => step == 0 ? first : Step(of, step - 1);

    /// <summary>A row of a matrix that may be null.</summary>
    public readonly T* Row(T* of, int row) => of == null ? null : of + (nint)row * Hidden;

    public readonly bool IsOver(int row, int step) => Lengths != null && step >= Lengths[row];

    public readonly bool IsLast(int row, int step) => step == (Lengths == null ? Steps : Lengths[row]) - 1;
}
