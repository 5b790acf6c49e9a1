using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// The derivative of a recurrent layer in tensor operations, step by step, from the same formula as the kernels: what is recorded when
/// the derivative itself is to be differentiated.
/// </summary>
internal static class RecurrenceGraph
{
    public static Gradients Derivative<TCell>(Saved saved, Tensor g, int[]? lengths) where TCell : struct, ICell
    {
        Tensor x = saved[Recurrence.X], weight = saved[Recurrence.RecurrentWeight], peepholes = saved[Recurrence.Peepholes];
        int steps = x.Shape[0], batch = x.Shape[1], hidden = weight.Shape[1];
        DType dtype = x.DType;
        Tensor zeros = Tensor.Zeros((batch, hidden), dtype);
        TensorLanes Peephole(int gate) => peepholes.Length == 0 ? TensorLanes.Constant(0) : new(peepholes.Narrow(0, gate * hidden, hidden));
        TensorLanes pi = Peephole(0), pf = Peephole(1), po = Peephole(2);

        var slots = new Tensor[steps][];
        Tensor[] states = new Tensor[steps + 1], cells = new Tensor[steps + 1];
        (states[0], cells[0]) = (OrNull(saved[Recurrence.FirstState]) ?? zeros, OrNull(saved[Recurrence.FirstCell]) ?? zeros);
        for (int step = 0; step < steps; step++)
        {
            Tensor[] given = PreActivations<TCell>(saved, x.Select(0, step), states[step], hidden);
            TensorLanes a = Slot(given, 0), b = Slot(given, 1), c = Slot(given, 2), d = Slot(given, 3);
            TCell.Step(ref a, ref b, ref c, ref d, new(states[step]), new(cells[step]), pi, pf, po, out TensorLanes state, out TensorLanes cell);
            slots[step] = [.. new[] { a, b, c, d }.Take(TCell.Slots).Select(slot => slot.In(dtype))];
            (states[step + 1], cells[step + 1]) = (state.In(dtype), cell.In(dtype));
        }

        Tensor carry = zeros, cellCarry = zeros;
        Tensor[] ofInputs = new Tensor[steps], ofStates = new Tensor[steps], ofPeepholes = new Tensor[steps];
        for (int step = steps - 1; step >= 0; step--)
        {
            Tensor isRunning = Mask(lengths, batch, steps, length => step < length, dtype);
            Tensor isLast = Mask(lengths, batch, steps, length => step == length - 1, dtype);
            TensorLanes dState = new((g.Select(0, step) + carry) * isRunning + g.Select(0, steps) * isLast);
            TensorLanes dCell = new(TCell.HasCell ? cellCarry * isRunning + g.Select(0, steps + 1) * isLast : zeros);
            TCell.Slope(
                Slot(slots[step], 0), Slot(slots[step], 1), Slot(slots[step], 2), Slot(slots[step], 3), new(states[step]), new(cells[step]),
                new(cells[step + 1]), pi, pf, po, ref dState, ref dCell,
                out TensorLanes da, out TensorLanes db, out TensorLanes dc, out TensorLanes dd);
            Tensor all = Tensor.Concatenate([.. new[] { da, db, dc, dd }.Take(TCell.Slots).Select(slot => slot.In(dtype))], 1);
            ofInputs[step] = all.Narrow(1, 0, TCell.Gates * hidden);
            ofStates[step] = Recurrence.RecurrentColumns<TCell>(all, hidden);
            carry = dState.In(dtype) + ofStates[step].MatMul(weight);
            cellCarry = dCell.In(dtype);
            if (peepholes.Length > 0)
                ofPeepholes[step] = Tensor.Concatenate(
                    [(da.In(dtype) * cells[step]).Sum(0), (db.In(dtype) * cells[step]).Sum(0), (dd.In(dtype) * cells[step + 1]).Sum(0)]);
        }

        Tensor ofInput = Tensor.Concatenate(ofInputs), ofState = Tensor.Concatenate(ofStates), before = Tensor.Concatenate(states.AsSpan(0, steps));
        return [
            ofInput.MatMul(saved[Recurrence.InputWeight]).Reshape(x.Shape),
            carry,
            cellCarry,
            ofInput.T.MatMul(x.Reshape([steps * batch, x.Shape[2]])),
            ofState.T.MatMul(before),
            ofInput.Sum(0),
            ofState.Sum(0),
            peepholes.Length == 0 ? null : Tensor.Stack(ofPeepholes).Sum(0)];
    }

    static Tensor[] PreActivations<TCell>(Saved saved, Tensor x, Tensor state, int hidden) where TCell : struct, ICell
    {
        Tensor input = x.Linear(saved[Recurrence.InputWeight], OrNull(saved[Recurrence.InputBias]));
        Tensor recurrent = state.Linear(saved[Recurrence.RecurrentWeight], OrNull(saved[Recurrence.RecurrentBias]));
        var slots = new Tensor[TCell.Slots];
        for (int gate = 0; gate < TCell.Gates; gate++) slots[gate] = input.Narrow(1, gate * hidden, hidden);
        for (int gate = 0; gate < TCell.Gates; gate++)
        {
            Tensor part = recurrent.Narrow(1, gate * hidden, hidden);
            int slot = TCell.Slot(gate);
            slots[slot] = slot < TCell.Gates ? slots[slot] + part : part;
        }
        return slots;
    }

    static Tensor? OrNull(Tensor tensor) => tensor.Length == 0 ? null : tensor;

    static TensorLanes Slot(Tensor[] slots, int slot) => slot < slots.Length ? new(slots[slot]) : TensorLanes.Constant(0);

    /// <summary>[batch, 1]: 1 for the samples whose length fulfills a condition.</summary>
    static Tensor Mask(int[]? lengths, int batch, int steps, Func<int, bool> holds, DType dtype) =>
        Tensor.From([.. Enumerable.Range(0, batch).Select(row => holds(lengths?[row] ?? steps) ? 1.0 : 0)], (batch, 1)).To(dtype);
}
