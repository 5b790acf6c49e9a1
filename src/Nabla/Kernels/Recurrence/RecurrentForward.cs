using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The steps of a recurrent layer in order. Within a step, jobs own blocks of units: the products of a block's gates with the states
/// before, and at once, while they are in the first-level cache, the cell's formula.
/// </summary>
internal unsafe struct RecurrentForward<TCell, V, T> : IJob
    where TCell : struct, ICell where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Units of a job: the width of every panel divides it.</summary>
    public const int Block = 32;

    RecurrentMemory<T> memory;
    int step;

    public static void Run(in RecurrentMemory<T> memory)
    {
        var job = new RecurrentForward<TCell, V, T> { memory = memory };
        for (job.step = 0; job.step < memory.Steps; job.step++) Workers.For((memory.Hidden + Block - 1) / Block, ref job);
    }

    /// <summary>Packs the recurrent weights [gates · hidden, hidden]; every gate starts a panel.</summary>
    public static PackedMatrix<T> Pack(T* weights, int hidden, T* panels)
    {
        var packed = new PackedMatrix<T>(panels, hidden);
        for (int gate = 0; gate < TCell.Gates; gate++)
            packed.Fill(FirstColumn(gate, hidden), weights + (nint)gate * hidden * hidden, 1, hidden, hidden);
        return packed;
    }

    /// <summary>Elements of the packed weights.</summary>
    public static nint PackedLength(int hidden) => PackedMatrix<T>.Length(hidden, FirstColumn(TCell.Gates, hidden));

    static int FirstColumn(int gate, int hidden) => gate * MatMul.RoundUp(hidden, PackedMatrix<T>.Width);

    [MethodImpl(Compiled.Apart)]
    public readonly void Run(int index)
    {
        int first = index * Block, units = Math.Min(Block, memory.Hidden - first);
        int whole = units - units % (int)Lane<V, T>.Width;
        Products(first, units);
        T* states = memory.Step(memory.States, step), cells = TCell.HasCell ? memory.Step(memory.Cells, step) : null;
        for (int row = 0; row < memory.Batch; row++)
        {
            T* state = memory.Row(states, row), cell = memory.Row(cells, row);
            if (memory.IsOver(row, step))
            {
                new Span<T>(state + first, units).Clear();
                if (cell != null) new Span<T>(cell + first, units).Clear();
                continue;
            }
            Cell<N1>(row, first, whole);
            if (whole < units) Cell<N0>(row, first + whole, units - whole);
            if (!memory.IsLast(row, step)) continue;
            Copy(state + first, memory.Row(memory.LastState, row) + first, units);
            if (TCell.HasCell) Copy(cell + first, memory.Row(memory.LastCell, row) + first, units);
        }
    }

    [MethodImpl(Compiled.Apart)]
    readonly void Products(int first, int units)
    {
        T* before = memory.Before(memory.States, memory.FirstState, step);
        int stride = TCell.Slots * memory.Hidden;
        for (int gate = 0; gate < TCell.Gates; gate++)
        {
            bool isShared = TCell.Slot(gate) < TCell.Gates;
            T* target = memory.SlotStep(memory.Slots, step, TCell.Slots) + TCell.Slot(gate) * memory.Hidden + first;
            T* bias = isShared || memory.RecurrentBias == null ? null : memory.RecurrentBias + gate * memory.Hidden + first;
            if (before != null)
                memory.Weights.Multiply(
                    memory.Batch, before, memory.Hidden, 1, 0, memory.Hidden, FirstColumn(gate, memory.Hidden) + first, units, target, stride, isShared, bias);
            else if (!isShared)
                for (int row = 0; row < memory.Batch; row++)
                    if (bias == null) new Span<T>(target + (nint)row * stride, units).Clear();
                    else Copy(bias, target + (nint)row * stride, units);
        }
    }

    // Whole vectors and the last one are compiled apart: where every operand may be masked, little of the formula stays in registers.
    [MethodImpl(Compiled.Apart)]
    readonly void Cell<TWhole>(int row, int first, int units) where TWhole : struct, ISize
    {
        nint hidden = memory.Hidden, width = Lane<V, T>.Width;
        T* slots = memory.SlotStep(memory.Slots, step, TCell.Slots) + row * hidden * TCell.Slots;
        T* before = memory.Row(memory.Before(memory.States, memory.FirstState, step), row), state = memory.Row(memory.Step(memory.States, step), row);
        T* cellBefore = TCell.HasCell ? memory.Row(memory.Before(memory.Cells, memory.FirstCell, step), row) : null;
        T* cell = TCell.HasCell ? memory.Row(memory.Step(memory.Cells, step), row) : null;
        T* peepholes = memory.Peepholes;
        for (nint i = first; i < first + units; i += width)
        {
            nint count = TWhole.Value == 1 ? width : first + units - i;
            UnitLanes<V, T>.Load(slots + i, hidden, TCell.Slots, count, out V a, out V b, out V c, out V d);
            UnitLanes<V, T>.Load(peepholes == null ? null : peepholes + i, hidden, 3, count, out V pi, out V pf, out V po, out _);
            UnitLanes<V, T>.Load(before == null ? null : before + i, hidden, 1, count, out V h, out _, out _, out _);
            UnitLanes<V, T>.Load(cellBefore == null ? null : cellBefore + i, hidden, 1, count, out V s, out _, out _, out _);
            TCell.Step(ref a, ref b, ref c, ref d, h, s, pi, pf, po, out V newState, out V newCell);
            UnitLanes<V, T>.Store(slots + i, hidden, TCell.Slots, count, a, b, c, d);
            Lane<V, T>.StoreUpTo(state + i, newState, count);
            if (TCell.HasCell) Lane<V, T>.StoreUpTo(cell + i, newCell, count);
        }
    }

    static void Copy(T* from, T* to, int count) => new Span<T>(from, count).CopyTo(new Span<T>(to, count));
}
