using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// The family of Adam: g' = g + λw; m ← keep₁m + take₁g'; v ← keep₂v + take₂g'²; w ← shrink·w − (a·m + b·g') / (√(scale·v + inner) + outer).
/// Learning rate and bias corrections are folded into a, b and scale. AMSGrad puts the largest before·v so far in place of v.
/// </summary>
internal readonly struct AdamUpdate : IUpdate
{
    public required double Keep1 { get; init; }

    public required double Take1 { get; init; }

    public required double Keep2 { get; init; }

    public required double Take2 { get; init; }

    /// <summary>a, the weight of the moment in the step.</summary>
    public required double Moment { get; init; }

    /// <summary>b, the weight of the gradient in the step: Nesterov's look-ahead.</summary>
    public double Ahead { get; init; }

    public double Before { get; init; }

    public required double Scale { get; init; }

    public required double Inner { get; init; }

    public required double Outer { get; init; }

    public required double Decay { get; init; }

    public required double Shrink { get; init; }

    public bool AmsGrad { get; init; }

    public int States => AmsGrad ? 3 : 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V m, ref V v, ref V maximum) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(Decay), w, g);
        m = V.FusedMultiplyAdd(V.Parameter(Keep1), m, V.Parameter(Take1) * g);
        v = V.FusedMultiplyAdd(V.Parameter(Keep2), v, V.Parameter(Take2) * (g * g));
        V second = v;
        if (AmsGrad) second = maximum = V.Max(maximum, V.Parameter(Before) * v);
        V root = V.Sqrt(V.FusedMultiplyAdd(V.Parameter(Scale), second, V.Parameter(Inner))) + V.Parameter(Outer);
        V step = V.Parameter(Moment) * m;
        if (Ahead != 0) step = V.FusedMultiplyAdd(V.Parameter(Ahead), g, step);
        w = V.FusedMultiplyAdd(V.Parameter(Shrink), w, -(step / root));
    }
}

/// <summary>g' = g + λw; m ← β₁m + (1−β₁)g'; u ← max(β₂u, |g'| + ε); w ← shrink·w − rate·m / u: Adam in the infinity norm.</summary>
internal readonly struct AdamaxUpdate(double beta1, double beta2, double rate, double epsilon, double decay, double shrink) : IUpdate
{
    public int States => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Step<V>(ref V w, V g, ref V m, ref V u, ref V q) where V : struct, ILanes<V>
    {
        g = V.FusedMultiplyAdd(V.Parameter(decay), w, g);
        m = V.FusedMultiplyAdd(V.Parameter(beta1), m, V.Parameter(1 - beta1) * g);
        u = V.Max(V.Parameter(beta2) * u, V.Abs(g) + V.Parameter(epsilon));
        w = V.FusedMultiplyAdd(V.Parameter(-rate), m / u, V.Parameter(shrink) * w);
    }
}
