using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// <see cref="FtrlUpdate"/> row by row, each row scaled by max(1 − threshold/‖s‖, 0), s = soft(z, λ₁): the length is summed up while z is at hand, so that
/// only the parameter is passed over again, in the cache.
/// </summary>
internal readonly unsafe struct FtrlRows<T>(FtrlUpdate rule, double lasso, double threshold, T* w, T* g, T* z, T* n, nint width) : ILaneRows
    where T : unmanaged
{
    const int Block = 16 * 1024;            // elements added up in lanes before they join the sum of a row

    /// <inheritdoc/>
    [MethodImpl(Compiled.Apart)]
    public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
    {
        for (int row = first; row < end; row++)
        {
            double squares = 0;
            nint start = row * width;
            for (nint at = 0; at < width; at += Block) squares += Step<V>(start + at, Math.Min(Block, width - at));
            double norm = Math.Sqrt(squares), factor = norm > threshold ? 1 - threshold / norm : 0;
            Scale<V>(w + start, factor);
        }
    }

    [MethodImpl(Compiled.Apart)]
    double Step<V>(nint start, nint count) where V : unmanaged, ILanes<V>
    {
        V none = V.Constant(0), squares = none, unused = none;
        T* x = w + start, dx = g + start, s = z + start, r = n + start;
        for (nint i = 0, lanes; i < count; i += lanes)
        {
            lanes = Math.Min(Lane<V, T>.Width, count - i);
            V p = Lane<V, T>.LoadUpTo(x + i, lanes, none), a = Lane<V, T>.LoadUpTo(s + i, lanes, none), b = Lane<V, T>.LoadUpTo(r + i, lanes, none);
            rule.Step(ref p, Lane<V, T>.LoadUpTo(dx + i, lanes, none), ref a, ref b, ref unused);
            Lane<V, T>.StoreUpTo(x + i, p, lanes);
            Lane<V, T>.StoreUpTo(s + i, a, lanes);
            Lane<V, T>.StoreUpTo(r + i, b, lanes);
            V soft = SoftThreshold.Of(a, lasso);
            squares = V.FusedMultiplyAdd(soft, soft, squares);
        }
        return Lane<V, T>.Sum(squares);
    }

    // From the end, of which the first-level cache still has most.
    [MethodImpl(Compiled.Apart)]
    void Scale<V>(T* x, double factor) where V : unmanaged, ILanes<V>
    {
        V scale = V.Constant(factor), none = scale;
        nint i = width, step = Lane<V, T>.Width;
        for (; i >= 2 * step; i -= 2 * step)
        {
            V a = Lane<V, T>.Load(x + i - step) * scale, b = Lane<V, T>.Load(x + i - 2 * step) * scale;
            Lane<V, T>.Store(x + i - step, a);
            Lane<V, T>.Store(x + i - 2 * step, b);
        }
        for (nint lanes; i > 0; i -= lanes)
        {
            lanes = Math.Min(step, i);
            Lane<V, T>.StoreUpTo(x + i - lanes, Lane<V, T>.LoadUpTo(x + i - lanes, lanes, none) * scale, lanes);
        }
    }
}
