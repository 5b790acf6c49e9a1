using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// i = σ(a + pᵢ·c'), f = σ(b + p_f·c'), g = tanh c, c = f·c' + i·g, o = σ(d + pₒ·c), h = o·tanh c: Hochreiter and Schmidhuber, 1997, with the
/// forget gate of Gers, Schmidhuber, Cummins, 2000, and, where p is not 0, the peepholes of Gers, Schraudolph, Schmidhuber, 2002.
/// </summary>
internal readonly struct LstmCell : ICell
{
    public static string Name => "Lstm";
    public static int Gates => 4;
    public static int Slots => 4;
    public static bool HasCell => true;

    public static int Slot(int gate) => gate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<V>(
        ref V a, ref V b, ref V c, ref V d, V hidden, V cell, V inputPeephole, V forgetPeephole, V outputPeephole, out V newHidden, out V newCell)
        where V : struct, ILanes<V>
    {
        a = V.Sigmoid(V.FusedMultiplyAdd(inputPeephole, cell, a));
        b = V.Sigmoid(V.FusedMultiplyAdd(forgetPeephole, cell, b));
        c = V.Tanh(c);
        newCell = V.FusedMultiplyAdd(b, cell, a * c);
        d = V.Sigmoid(V.FusedMultiplyAdd(outputPeephole, newCell, d));
        newHidden = d * V.Tanh(newCell);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Slope<V>(
        V a, V b, V c, V d, V hidden, V cell, V newCell, V inputPeephole, V forgetPeephole, V outputPeephole,
        ref V dHidden, ref V dCell, out V da, out V db, out V dc, out V dd) where V : struct, ILanes<V>
    {
        V one = V.Constant(1), tanh = V.Tanh(newCell);
        dd = dHidden * tanh * d * (one - d);
        V total = dCell + dHidden * d * (one - tanh * tanh) + dd * outputPeephole;
        da = total * c * a * (one - a);
        db = total * cell * b * (one - b);
        dc = total * a * (one - c * c);
        dCell = total * b + da * inputPeephole + db * forgetPeephole;
        dHidden = V.Constant(0);
    }
}

/// <summary>
/// r = σ(a), z = σ(b), n = tanh(c + r·d), h = (1 − z)·n + z·h': Cho et al., 2014, with the reset gate after the product, as cuDNN and
/// PyTorch have it. Slot d is the recurrent part of n with its bias.
/// </summary>
internal readonly struct GruCell : ICell
{
    public static string Name => "Gru";
    public static int Gates => 3;
    public static int Slots => 4;
    public static bool HasCell => false;

    public static int Slot(int gate) => gate < 2 ? gate : 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<V>(
        ref V a, ref V b, ref V c, ref V d, V hidden, V cell, V inputPeephole, V forgetPeephole, V outputPeephole, out V newHidden, out V newCell)
        where V : struct, ILanes<V>
    {
        a = V.Sigmoid(a);
        b = V.Sigmoid(b);
        c = V.Tanh(V.FusedMultiplyAdd(a, d, c));
        newHidden = V.FusedMultiplyAdd(b, hidden - c, c);
        newCell = cell;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Slope<V>(
        V a, V b, V c, V d, V hidden, V cell, V newCell, V inputPeephole, V forgetPeephole, V outputPeephole,
        ref V dHidden, ref V dCell, out V da, out V db, out V dc, out V dd) where V : struct, ILanes<V>
    {
        V one = V.Constant(1);
        dc = dHidden * (one - b) * (one - c * c);
        db = dHidden * (hidden - c) * b * (one - b);
        da = dc * d * a * (one - a);
        dd = dc * a;
        dHidden = dHidden * b;
    }
}

/// <summary>h = f(a): the network of Elman, 1990. f is an activation whose slope reads its result.</summary>
internal readonly struct PlainCell<TActivation> : ICell where TActivation : struct, IUnaryOperation
{
    public static string Name => "Rnn";
    public static int Gates => 1;
    public static int Slots => 1;
    public static bool HasCell => false;

    public static int Slot(int gate) => gate;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Step<V>(
        ref V a, ref V b, ref V c, ref V d, V hidden, V cell, V inputPeephole, V forgetPeephole, V outputPeephole, out V newHidden, out V newCell)
        where V : struct, ILanes<V>
    {
        a = newHidden = default(TActivation).Value(a);
        newCell = cell;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Slope<V>(
        V a, V b, V c, V d, V hidden, V cell, V newCell, V inputPeephole, V forgetPeephole, V outputPeephole,
        ref V dHidden, ref V dCell, out V da, out V db, out V dc, out V dd) where V : struct, ILanes<V>
    {
        da = dHidden * default(TActivation).Slope(a, a);
        db = dc = dd = dHidden;
        dHidden = V.Constant(0);
    }
}
