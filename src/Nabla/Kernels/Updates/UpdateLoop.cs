using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>One pass over memory: reads parameter, gradient and states once, writes parameter and states once.</summary>
internal static unsafe class UpdateLoop
{
    /// <summary>Elements of a chunk: 64 KB per stream of floats, so that up to five streams share a core's L2.</summary>
    const int Grain = 16 * 1024;

    /// <summary>Updates n elements in place. Chunks are fixed and elements independent: threads do not change a bit.</summary>
    public static void Run<R, T>(R rule, T* w, T* g, T* s, T* r, T* q, nint n) where R : struct, IUpdate where T : unmanaged
    {
        if (n <= Grain)
        {
            Chunk(rule, w, g, s, r, q, n);
            return;
        }
        var job = new Job<R, T>(rule, w, g, s, r, q, n);
        Workers.For((int)((n + Grain - 1) / Grain), ref job);
    }

    /// <summary>The same without a second thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Chunk<R, T>(R rule, T* w, T* g, T* s, T* r, T* q, nint n) where R : struct, IUpdate where T : unmanaged
    {
        if (typeof(T) == typeof(double)) Serial<R, Float64, T>(rule, w, g, s, r, q, n);
        else if (LaneChoice.IsWide) Serial<R, Lanes512, T>(rule, w, g, s, r, q, n);
        else if (InstructionSets.Active != InstructionSet.Scalar) Serial<R, LanesN, T>(rule, w, g, s, r, q, n);
        else Serial<R, Float32, T>(rule, w, g, s, r, q, n);
    }

    [MethodImpl(Compiled.Apart)]
    static void Serial<R, V, T>(R rule, T* w, T* g, T* s, T* r, T* q, nint n)
        where R : struct, IUpdate where V : unmanaged, ILanes<V> where T : unmanaged
    {
        nint width = sizeof(V) / sizeof(T), i = 0;
        V a = default, b = default, c = default;
        // Two a turn where little is done to each: see FactoredSquares on what lies between two reads.
        for (; rule.States == 0 && i <= n - 2 * width; i += 2 * width)
        {
            T* p = w + i, d = g + i;
            V x = Unsafe.ReadUnaligned<V>(p), y = Unsafe.ReadUnaligned<V>(p + width);
            rule.Step(ref x, Unsafe.ReadUnaligned<V>(d), ref a, ref b, ref c);
            rule.Step(ref y, Unsafe.ReadUnaligned<V>(d + width), ref a, ref b, ref c);
            Unsafe.WriteUnaligned(p, x);
            Unsafe.WriteUnaligned(p + width, y);
        }
        for (; i <= n - width; i += width)
        {
            V x = Unsafe.ReadUnaligned<V>(w + i), dx = Unsafe.ReadUnaligned<V>(g + i);
            if (rule.States > 0) a = Unsafe.ReadUnaligned<V>(s + i);
            if (rule.States > 1) b = Unsafe.ReadUnaligned<V>(r + i);
            if (rule.States > 2) c = Unsafe.ReadUnaligned<V>(q + i);
            rule.Step(ref x, dx, ref a, ref b, ref c);
            Unsafe.WriteUnaligned(w + i, x);
            if (rule.States > 0) Unsafe.WriteUnaligned(s + i, a);
            if (rule.States > 1) Unsafe.WriteUnaligned(r + i, b);
            if (rule.States > 2) Unsafe.WriteUnaligned(q + i, c);
        }
        if (i < n) Tail<R, V, T>(rule, w + i, g + i, s + i, r + i, q + i, n - i);
    }

    /// <summary>The rest through padded vectors, so that a tail has the same bits as the body.</summary>
    static void Tail<R, V, T>(R rule, T* w, T* g, T* s, T* r, T* q, nint count)
        where R : struct, IUpdate where V : unmanaged, ILanes<V> where T : unmanaged
    {
        uint bytes = (uint)(count * sizeof(T));
        V x = default, dx = default, a = default, b = default, c = default;
        Unsafe.CopyBlockUnaligned(&x, w, bytes);
        Unsafe.CopyBlockUnaligned(&dx, g, bytes);
        if (rule.States > 0) Unsafe.CopyBlockUnaligned(&a, s, bytes);
        if (rule.States > 1) Unsafe.CopyBlockUnaligned(&b, r, bytes);
        if (rule.States > 2) Unsafe.CopyBlockUnaligned(&c, q, bytes);
        rule.Step(ref x, dx, ref a, ref b, ref c);
        Unsafe.CopyBlockUnaligned(w, &x, bytes);
        if (rule.States > 0) Unsafe.CopyBlockUnaligned(s, &a, bytes);
        if (rule.States > 1) Unsafe.CopyBlockUnaligned(r, &b, bytes);
        if (rule.States > 2) Unsafe.CopyBlockUnaligned(q, &c, bytes);
    }

    readonly struct Job<R, T>(R rule, T* w, T* g, T* s, T* r, T* q, nint n) : IJob where R : struct, IUpdate where T : unmanaged
    {
        public void Run(int index)
        {
            nint at = (nint)index * Grain;
            Chunk(rule, w + at, g + at, s + at, r + at, q + at, Math.Min(Grain, n - at));
        }
    }
}
