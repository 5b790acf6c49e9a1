using System.Numerics;
using Nabla.Kernels;
using MatMulKernel = Nabla.Kernels.MatMul;

namespace Nabla;

/// <summary>What a recurrent layer computes from; null stands for zeros, and for all steps where it is the lengths.</summary>
/// <param name="X">[steps, batch, inputs].</param>
/// <param name="FirstState">[batch, hidden].</param>
/// <param name="FirstCell">[batch, hidden].</param>
/// <param name="InputWeight">[gates · hidden, inputs].</param>
/// <param name="RecurrentWeight">[gates · hidden, hidden].</param>
/// <param name="InputBias">[gates · hidden].</param>
/// <param name="RecurrentBias">[gates · hidden].</param>
/// <param name="Peepholes">[3 · hidden].</param>
/// <param name="Lengths">Steps of each sample: 1 … steps.</param>
internal sealed record RecurrentInputs(
    Tensor X, Tensor? FirstState, Tensor? FirstCell, Tensor InputWeight, Tensor RecurrentWeight, Tensor? InputBias, Tensor? RecurrentBias,
    Tensor? Peepholes, int[]? Lengths);

/// <summary>
/// A whole recurrent layer as one recorded operation: products with the input over all steps at once, then step by step the recurrent
/// products with the cell's formula. Backward runs through time in one kernel and makes the gradients of weights and input over all steps.
/// </summary>
internal static unsafe class Recurrence
{
    // Positions among the inputs of the node.
    internal const int X = 0, FirstState = 1, FirstCell = 2, InputWeight = 3, RecurrentWeight = 4, InputBias = 5, RecurrentBias = 6, Peepholes = 7;
    const int Result = 8, Slots = 9, Cells = 10;

    /// <summary>The hidden states [steps, batch, hidden], the last state and, if there is one, the last cell [batch, hidden].</summary>
    public static (Tensor States, Tensor LastState, Tensor? LastCell) Run<TCell>(RecurrentInputs given) where TCell : struct, ICell
    {
        DType dtype = given.InputWeight.DType;
        Tensor[] inputs = [
            given.X.To(dtype).Contiguous(), Given(given.FirstState), Given(given.FirstCell), Given(given.InputWeight), Given(given.RecurrentWeight),
            Given(given.InputBias), Given(given.RecurrentBias), Given(given.Peepholes)];
        int steps = inputs[X].Shape[0], batch = inputs[X].Shape[1], hidden = inputs[RecurrentWeight].Shape[1];
        Tensor result = Tensor.Uninitialized((steps + (TCell.HasCell ? 2 : 1), batch, hidden), dtype);
        Tensor slots = Arena.Private((steps, batch, TCell.Slots * hidden), dtype);
        Tensor cells = Arena.Private(TCell.HasCell ? (steps, batch, hidden) : Shape.Create(0), dtype);
        if (dtype == DType.Float32 && LaneChoice.IsWide) Forward<TCell, Lanes512, float>(inputs, given.Lengths, result, slots, cells);
        else if (dtype == DType.Float32) Forward<TCell, LanesN, float>(inputs, given.Lengths, result, slots, cells);
        else Forward<TCell, Float64, double>(inputs, given.Lengths, result, slots, cells);
        result = Autograd.Record(TCell.Name, result, inputs, [.. inputs, result, slots, cells], given.Lengths, static (g, saved, lengths) =>
        {
            if (saved.CreatesGraph) return RecurrenceGraph.Derivative<TCell>(saved, g, lengths);
            if (saved[X].DType == DType.Float32 && LaneChoice.IsWide) return Backward<TCell, Lanes512, float>(saved, g.Contiguous(), lengths);
            return saved[X].DType == DType.Float32
                ? Backward<TCell, LanesN, float>(saved, g.Contiguous(), lengths) : Backward<TCell, Float64, double>(saved, g.Contiguous(), lengths);
        });
        return (
            result.Narrow(0, 0, steps).AsWhole(), result.Select(0, steps).AsWhole(), TCell.HasCell ? result.Select(0, steps + 1).AsWhole() : null);

        // An empty tensor stands for none.
        Tensor Given(Tensor? tensor) => tensor is null ? Tensor.Zeros(Shape.Create(0), dtype) : tensor.To(dtype).Contiguous();
    }

    static void Forward<TCell, V, T>(Tensor[] inputs, int[]? lengths, Tensor result, Tensor slots, Tensor cells)
        where TCell : struct, ICell where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        int features = inputs[X].Shape[2], hidden = inputs[RecurrentWeight].Shape[1], gates = TCell.Gates * hidden;
        Tensor bias = InitialBias<TCell>(inputs[InputBias], inputs[RecurrentBias], hidden);
        Tensor packed = Arena.Private(Shape.Create((int)RecurrentForward<TCell, V, T>.PackedLength(hidden)), result.DType);
        Pinned<T>(inputs, result, slots, cells, lengths, memory =>
        {
            fixed (T* px = inputs[X].Span<T>(), pwx = inputs[InputWeight].Span<T>(), pwh = inputs[RecurrentWeight].Span<T>())
            fixed (T* pb = bias.Span<T>(), pp = packed.Span<T>())
            {
                MatMulKernel.Run(
                    memory.Steps * memory.Batch, gates, features, px, features, 1, pwx, 1, features, memory.Slots, TCell.Slots * hidden,
                    accumulate: false, pb);
                memory.Weights = RecurrentForward<TCell, V, T>.Pack(pwh, hidden, pp);
                RecurrentForward<TCell, V, T>.Run(memory);
            }
        });
        GC.KeepAlive(bias);
        Arena.Disown(packed);
    }

    static Gradients Backward<TCell, V, T>(Saved saved, Tensor g, int[]? lengths)
        where TCell : struct, ICell where V : unmanaged, ILanes<V> where T : unmanaged, IFloatingPointIeee754<T>
    {
        Tensor[] inputs = new Tensor[Result];
        for (int i = 0; i < Result; i++) inputs[i] = saved[i];
        Tensor x = inputs[X], result = saved[Result], cells = saved[Cells];
        int steps = x.Shape[0], batch = x.Shape[1], hidden = inputs[RecurrentWeight].Shape[1], rows = steps * batch;
        Tensor slots = Tensor.Uninitialized((rows, TCell.Slots * hidden), x.DType);
        Tensor packed = Tensor.Uninitialized(Shape.Create((int)RecurrentBackward<TCell, V, T>.PackedLength(hidden)), x.DType);
        Tensor stateCarry = Tensor.Zeros((batch, hidden), x.DType), cellCarry = Tensor.Zeros((batch, hidden), x.DType);
        bool needsFirstState = saved.Needs(FirstState);
        Pinned<T>(inputs, result, saved[Slots], cells, lengths, memory =>
        {
            fixed (T* pg = g.Span<T>(), pwh = inputs[RecurrentWeight].Span<T>(), pp = packed.Span<T>())
            fixed (T* pd = slots.Span<T>(), psc = stateCarry.Span<T>(), pcc = cellCarry.Span<T>())
            {
                memory.Weights = RecurrentBackward<TCell, V, T>.Pack(pwh, hidden, pp);
                memory.StateGradients = pg;
                memory.LastStateGradients = memory.Step(pg, steps);
                memory.LastCellGradients = TCell.HasCell ? memory.Step(pg, steps + 1) : null;
                memory.SlotGradients = pd;
                memory.StateCarry = psc;
                memory.CellCarry = pcc;
                RecurrentBackward<TCell, V, T>.Run(memory, needsFirstState);
            }
        });
        GC.KeepAlive(g);
        Tensor ofInput = slots.Narrow(1, 0, TCell.Gates * hidden);
        Tensor? sum = saved.Needs(InputBias) || saved.Needs(RecurrentBias) ? slots.Sum(0) : null;
        return [
            saved.Needs(X) ? ofInput.MatMul(inputs[InputWeight]).Reshape(x.Shape) : null,
            needsFirstState ? stateCarry : null,
            saved.Needs(FirstCell) ? cellCarry : null,
            saved.Needs(InputWeight) ? ofInput.T.MatMul(x.Reshape([rows, x.Shape[2]])) : null,
            saved.Needs(RecurrentWeight) ? RecurrentWeightGradient<TCell>(slots, StatesBefore(result, inputs[FirstState], steps, batch, hidden), hidden) : null,
            saved.Needs(InputBias) ? sum!.Narrow(0, 0, TCell.Gates * hidden) : null,
            saved.Needs(RecurrentBias) ? RecurrentColumns<TCell>(sum!.Unsqueeze(0), hidden).Squeeze(0) : null,
            saved.Needs(Peepholes) ? PeepholeGradient(slots, cells, StatesBefore(cells, inputs[FirstCell], steps, batch, hidden), hidden) : null];
    }

    /// <summary>Runs a kernel with everything in place that forward and backward share.</summary>
    static void Pinned<T>(Tensor[] inputs, Tensor result, Tensor slots, Tensor cells, int[]? lengths, Kernel<T> kernel)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (int* pl = lengths)
        fixed (T* pr = result.Span<T>(), ps = slots.Span<T>(), pc = cells.Span<T>(), pfs = inputs[FirstState].Span<T>())
        fixed (T* pfc = inputs[FirstCell].Span<T>(), prb = inputs[RecurrentBias].Span<T>(), pp = inputs[Peepholes].Span<T>())
        {
            var memory = new RecurrentMemory<T>
            {
                Steps = slots.Shape[0],
                Batch = slots.Shape[1],
                Hidden = inputs[RecurrentWeight].Shape[1],
                Slots = ps,
                States = pr,
                Cells = pc,
                FirstState = pfs,
                FirstCell = pfc,
                RecurrentBias = prb,
                Peepholes = pp,
                Lengths = pl,
            };
            memory.LastState = memory.Step(pr, memory.Steps);
            memory.LastCell = pc == null ? null : memory.Step(pr, memory.Steps + 1);
            kernel(memory);
        }
        foreach (Tensor input in inputs) GC.KeepAlive(input);
        GC.KeepAlive(result);
        GC.KeepAlive(slots);
        GC.KeepAlive(cells);
    }

    delegate void Kernel<T>(RecurrentMemory<T> memory) where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>What the slots of input gates start from: both biases, as far as they only ever occur as their sum.</summary>
    static Tensor InitialBias<TCell>(Tensor input, Tensor recurrent, int hidden) where TCell : struct, ICell
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        if (recurrent.Length == 0) return input;
        int shared = hidden * Shared<TCell>();
        Tensor sum = input.Length == 0 ? Tensor.Zeros(recurrent.Shape, recurrent.DType) : input.Clone();
        sum.Narrow(0, 0, shared).AddInPlace(recurrent.Narrow(0, 0, shared));
        return sum;
    }

    /// <summary>The first gates whose recurrent part goes into the input's slot.</summary>
    static int Shared<TCell>() where TCell : struct, ICell
    {
        int gate = 0;
        while (gate < TCell.Gates && TCell.Slot(gate) == gate) gate++;
        return gate;
    }

    /// <summary>The columns of [rows, slots · hidden] that belong to recurrent gates: [rows, gates · hidden].</summary>
    internal static Tensor RecurrentColumns<TCell>(Tensor slots, int hidden) where TCell : struct, ICell
    {
        int shared = Shared<TCell>();
        return shared == TCell.Gates ? slots.Narrow(1, 0, shared * hidden)
            : Tensor.Concatenate([slots.Narrow(1, 0, shared * hidden), slots.Narrow(1, TCell.Slot(shared) * hidden, (TCell.Gates - shared) * hidden)], 1);
    }

    /// <summary>
    /// Pairs of rows of the slot gradients and of the states before them: the first step, if there was a state before it, and the others.
    /// </summary>
    static (Tensor? First, Tensor Others) StatesBefore(Tensor states, Tensor first, int steps, int batch, int hidden) =>
        (first.Length == 0 ? null : first, states.Narrow(0, 0, steps - 1).Reshape([(steps - 1) * batch, hidden]));

    static Tensor RecurrentWeightGradient<TCell>(Tensor slots, (Tensor? First, Tensor Others) before, int hidden) where TCell : struct, ICell
    {
        int shared = Shared<TCell>(), rows = before.Others.Shape[0], batch = slots.Shape[0] - rows;
        Tensor gradient = Tensor.Uninitialized((TCell.Gates * hidden, hidden), slots.DType);
        for (int gate = 0, gates = shared; gate < TCell.Gates; gate += gates, gates = TCell.Gates - gate)
        {
            Tensor columns = slots.Narrow(1, TCell.Slot(gate) * hidden, gates * hidden), part = gradient.Narrow(0, gate * hidden, gates * hidden);
            MatrixProduct.MultiplyInto(part, columns.Narrow(0, batch, rows).T, before.Others, accumulate: false);
            if (before.First is { } first) MatrixProduct.MultiplyInto(part, columns.Narrow(0, 0, batch).T, first, accumulate: true);
        }
        return gradient;
    }

    /// <summary>Σ over steps and samples of the gradients of the input, forget and output gate times the cell that each one saw.</summary>
    static Tensor PeepholeGradient(Tensor slots, Tensor cells, (Tensor? First, Tensor Others) before, int hidden)
    {
        int rows = before.Others.Shape[0], batch = slots.Shape[0] - rows;
        Tensor Gate(int gate) => slots.Narrow(1, gate * hidden, hidden);
        Tensor OfBefore(int gate)
        {
            Tensor sum = (Gate(gate).Narrow(0, batch, rows) * before.Others).Sum(0);
            return before.First is { } first ? sum + (Gate(gate).Narrow(0, 0, batch) * first).Sum(0) : sum;
        }
        return Tensor.Concatenate([OfBefore(0), OfBefore(1), (Gate(3) * cells.Reshape([slots.Shape[0], hidden])).Sum(0)]);
    }
}
