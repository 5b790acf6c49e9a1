using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Bench.Limits;

/// <summary>
/// The most multiply-adds the core can do: twelve independent chains, more than latency × units, so that every unit starts one
/// in every cycle.
/// </summary>
internal static class FmaPeak
{
    const int Chains = 12;

    /// <summary>GFLOP/s of one core with the widest vectors that are faster.</summary>
    public static double Measure()
    {
        double best = Best(8, static turns => Run<Vector256<float>, Lanes256>(turns));
        if (Vector512.IsHardwareAccelerated) best = Math.Max(best, Best(16, static turns => Run<Vector512<float>, Lanes512>(turns)));
        if (!Vector256.IsHardwareAccelerated) best = Math.Max(best, Best(4, static turns => Run<Vector128<float>, Lanes128>(turns)));
        return best;
    }

    static double Best(int lanes, Func<int, float> chains)
    {
        const int turns = 2_000_000;
        return 2.0 * Chains * lanes * turns / Shortest.Of(() => chains(turns)) * 1e-9;
    }

    // Locals, not an array: each accumulator has to stay in a register.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run<V, L>(int turns) where L : struct, ILanes<V>
    {
        V a = L.Constant(0.999f), b = L.Constant(0.001f);
        V v0 = a, v1 = a, v2 = a, v3 = a, v4 = a, v5 = a, v6 = b, v7 = b, v8 = b, v9 = b, v10 = b, v11 = b;
        for (int i = 0; i < turns; i++)
        {
            v0 = L.MultiplyAdd(v0, a, b);
            v1 = L.MultiplyAdd(v1, a, b);
            v2 = L.MultiplyAdd(v2, a, b);
            v3 = L.MultiplyAdd(v3, a, b);
            v4 = L.MultiplyAdd(v4, a, b);
            v5 = L.MultiplyAdd(v5, a, b);
            v6 = L.MultiplyAdd(v6, a, b);
            v7 = L.MultiplyAdd(v7, a, b);
            v8 = L.MultiplyAdd(v8, a, b);
            v9 = L.MultiplyAdd(v9, a, b);
            v10 = L.MultiplyAdd(v10, a, b);
            v11 = L.MultiplyAdd(v11, a, b);
        }
        V sum = L.MultiplyAdd(v0, v1, L.MultiplyAdd(v2, v3, L.MultiplyAdd(v4, v5, v6)));
        return L.First(L.MultiplyAdd(v7, v8, L.MultiplyAdd(v9, v10, L.MultiplyAdd(v11, a, sum))));
    }

    interface ILanes<V>
    {
        static abstract V Constant(float value);

        static abstract V MultiplyAdd(V a, V b, V c);

        static abstract float First(V a);
    }

    readonly struct Lanes128 : ILanes<Vector128<float>>
    {
        public static Vector128<float> Constant(float value) => Vector128.Create(value);

        public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
            Vector128.MultiplyAddEstimate(a, b, c);

        public static float First(Vector128<float> a) => a[0];
    }

    readonly struct Lanes256 : ILanes<Vector256<float>>
    {
        public static Vector256<float> Constant(float value) => Vector256.Create(value);

        public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
            Vector256.MultiplyAddEstimate(a, b, c);

        public static float First(Vector256<float> a) => a[0];
    }

    readonly struct Lanes512 : ILanes<Vector512<float>>
    {
        public static Vector512<float> Constant(float value) => Vector512.Create(value);

        public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
            Vector512.MultiplyAddEstimate(a, b, c);

        public static float First(Vector512<float> a) => a[0];
    }
}
