using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Backward through time (Werbos, 1990): the gradients of all pre-activations. Within a step, jobs own blocks of units: the product
/// of the next step's gradients with a block's weights, then the slope of the cell. Gradients of weights and of the input are products
/// over all steps at once, made afterwards.
/// </summary>
internal unsafe struct RecurrentBackward<TCell, V, T> : IJob
    where TCell : struct, ICell where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Block = RecurrentForward<TCell, V, T>.Block;

    RecurrentMemory<T> memory;
    int step;

    /// <summary>Runs all steps; then, if the first state has a gradient, carries the last product into it.</summary>
    public static void Run(in RecurrentMemory<T> memory, bool needsFirstState)
    {
        int jobs = (memory.Hidden + Block - 1) / Block;
        var job = new RecurrentBackward<TCell, V, T> { memory = memory };
        for (job.step = memory.Steps - 1; job.step >= (needsFirstState ? -1 : 0); job.step--) Workers.For(jobs, ref job);
    }

    /// <summary>Packs the recurrent weights [gates · hidden, hidden].</summary>
    public static PackedMatrix<T> Pack(T* weights, int hidden, T* panels)
    {
        var packed = new PackedMatrix<T>(panels, TCell.Gates * hidden);
        packed.Fill(0, weights, hidden, 1, hidden);
        return packed;
    }

    /// <summary>Elements of the packed weights.</summary>
    public static nint PackedLength(int hidden) => PackedMatrix<T>.Length(TCell.Gates * hidden, hidden);

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        int first = index * Block, units = Math.Min(Block, memory.Hidden - first), hidden = memory.Hidden;
        if (step < memory.Steps - 1)
            for (int gate = 0; gate < TCell.Gates; gate++)
                memory.Weights.Multiply(
                    memory.Batch, memory.SlotStep(memory.SlotGradients, step + 1, TCell.Slots) + TCell.Slot(gate) * hidden, TCell.Slots * hidden, 1,
                    gate * hidden, hidden, first, units, memory.StateCarry + first, hidden, accumulate: true);
        if (step < 0) return;

        int whole = units - units % (int)Lane<V, T>.Width;
        for (int row = 0; row < memory.Batch; row++)
        {
            if (!memory.IsOver(row, step))
            {
                Cell<N1>(row, first, whole);
                if (whole < units) Cell<N0>(row, first + whole, units - whole);
                continue;
            }
            T* gradients = memory.SlotStep(memory.SlotGradients, step, TCell.Slots) + (nint)row * TCell.Slots * hidden;
            for (int slot = 0; slot < TCell.Slots; slot++) new Span<T>(gradients + slot * hidden + first, units).Clear();    // the carries are still zero
        }
    }

    // Whole vectors apart from the last one, as in forward.
    [MethodImpl(Compiled.Apart)]
    readonly void Cell<TWhole>(int row, int first, int units) where TWhole : struct, ISize
    {
        nint hidden = memory.Hidden, width = Lane<V, T>.Width, at = row * hidden * TCell.Slots;
        T* slots = memory.SlotStep(memory.Slots, step, TCell.Slots) + at, gradients = memory.SlotStep(memory.SlotGradients, step, TCell.Slots) + at;
        T* before = memory.Row(memory.Before(memory.States, memory.FirstState, step), row);
        T* cellBefore = TCell.HasCell ? memory.Row(memory.Before(memory.Cells, memory.FirstCell, step), row) : null;
        T* cell = TCell.HasCell ? memory.Row(memory.Step(memory.Cells, step), row) : null;
        T* stateGradient = memory.Row(memory.Step(memory.StateGradients, step), row);
        T* lastState = memory.IsLast(row, step) ? memory.Row(memory.LastStateGradients, row) : null;
        T* lastCell = memory.IsLast(row, step) ? memory.Row(memory.LastCellGradients, row) : null;
        T* carry = memory.Row(memory.StateCarry, row), cellCarry = memory.Row(memory.CellCarry, row);
        V zero = V.Constant(0);
        T* peepholes = memory.Peepholes;
        for (nint i = first; i < first + units; i += width)
        {
            nint count = TWhole.Value == 1 ? width : first + units - i;
            UnitLanes<V, T>.Load(slots + i, hidden, TCell.Slots, count, out V a, out V b, out V c, out V d);
            UnitLanes<V, T>.Load(peepholes == null ? null : peepholes + i, hidden, 3, count, out V pi, out V pf, out V po, out _);
            UnitLanes<V, T>.Load(before == null ? null : before + i, hidden, 1, count, out V h, out _, out _, out _);
            UnitLanes<V, T>.Load(cellBefore == null ? null : cellBefore + i, hidden, 1, count, out V s, out _, out _, out _);
            V dState = Lane<V, T>.LoadUpTo(stateGradient + i, count, zero) + Lane<V, T>.LoadUpTo(carry + i, count, zero);
            if (lastState != null) dState += Lane<V, T>.LoadUpTo(lastState + i, count, zero);
            V newCell = zero, dCell = zero;
            if (TCell.HasCell)
            {
                newCell = Lane<V, T>.LoadUpTo(cell + i, count, zero);
                dCell = Lane<V, T>.LoadUpTo(cellCarry + i, count, zero);
                if (lastCell != null) dCell += Lane<V, T>.LoadUpTo(lastCell + i, count, zero);
            }
            TCell.Slope(a, b, c, d, h, s, newCell, pi, pf, po, ref dState, ref dCell, out V da, out V db, out V dc, out V dd);
            UnitLanes<V, T>.Store(gradients + i, hidden, TCell.Slots, count, da, db, dc, dd);
            Lane<V, T>.StoreUpTo(carry + i, dState, count);
            if (TCell.HasCell) Lane<V, T>.StoreUpTo(cellCarry + i, dCell, count);
        }
    }
}
