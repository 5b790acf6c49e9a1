using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// T·x = b forward in place for a lower triangle with any strides, negative ones included. With ones on the diagonal, which are not stored,
/// it holds −T.
/// </summary>
internal readonly unsafe struct TriangleBlock<T>(T* t, nint row, nint column, int size, bool hasUnitDiagonal)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// Two registers of right sides <paramref name="second"/> elements apart, the same one twice for 0. Four rows at once take what is known from
    /// registers, so that a loaded number serves two or four multiplications.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
    public void Solve<TSimd, TVector>(T* x, nint step, nint second) where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        T* head = t, target = x;
        nint down = row, right = column;
        int i = 0;
        for (; i <= size - 4; i += 4, head += 4 * down, target += 4 * step)
        {
            TVector a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            T* factor = head, known = x;
            for (int k = 0; k < i; k++, factor += right, known += step)
            {
                TVector a = TSimd.Load(known), b = TSimd.Load(known + second);
                TVector f = TSimd.Broadcast(*factor);
                (a0, b0) = (TSimd.MultiplyAdd(f, a, a0), TSimd.MultiplyAdd(f, b, b0));
                f = TSimd.Broadcast(factor[down]);
                (a1, b1) = (TSimd.MultiplyAdd(f, a, a1), TSimd.MultiplyAdd(f, b, b1));
                f = TSimd.Broadcast(factor[2 * down]);
                (a2, b2) = (TSimd.MultiplyAdd(f, a, a2), TSimd.MultiplyAdd(f, b, b2));
                f = TSimd.Broadcast(factor[3 * down]);
                (a3, b3) = (TSimd.MultiplyAdd(f, a, a3), TSimd.MultiplyAdd(f, b, b3));
            }
            T* one = factor + down, two = one + down, three = two + down;
            (TVector p, TVector q) = Finish<TSimd, TVector>(target, second, a0, b0, factor);
            (a1, b1) = Add<TSimd, TVector>(one, p, q, a1, b1);
            (a2, b2) = Add<TSimd, TVector>(two, p, q, a2, b2);
            (a3, b3) = Add<TSimd, TVector>(three, p, q, a3, b3);
            (p, q) = Finish<TSimd, TVector>(target + step, second, a1, b1, one + right);
            (a2, b2) = Add<TSimd, TVector>(two + right, p, q, a2, b2);
            (a3, b3) = Add<TSimd, TVector>(three + right, p, q, a3, b3);
            (p, q) = Finish<TSimd, TVector>(target + 2 * step, second, a2, b2, two + 2 * right);
            (a3, b3) = Add<TSimd, TVector>(three + 2 * right, p, q, a3, b3);
            Finish<TSimd, TVector>(target + 3 * step, second, a3, b3, three + 3 * right);
        }
        for (; i < size; i++, head += down, target += step)
        {
            TVector a = default, b = default;
            T* factor = head, known = x;
            for (int k = 0; k < i; k++, factor += right, known += step)
                (a, b) = Add<TSimd, TVector>(factor, TSimd.Load(known), TSimd.Load(known + second), a, b);
            Finish<TSimd, TVector>(target, second, a, b, factor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (TVector, TVector) Add<TSimd, TVector>(T* factor, TVector p, TVector q, TVector a, TVector b)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        TVector f = TSimd.Broadcast(*factor);
        return (TSimd.MultiplyAdd(f, p, a), TSimd.MultiplyAdd(f, q, b));
    }

    /// <summary>The row whose part of what is known is (a, b).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    (TVector, TVector) Finish<TSimd, TVector>(T* target, nint second, TVector a, TVector b, T* diagonal)
        where TSimd : struct, ISimd<TVector, T> where TVector : struct
    {
        if (hasUnitDiagonal)
        {
            a = TSimd.Add(TSimd.Load(target), a);
            b = TSimd.Add(TSimd.Load(target + second), b);
        }
        else
        {
            TVector divisor = TSimd.Broadcast(*diagonal);
            a = TSimd.Divide(TSimd.Subtract(TSimd.Load(target), a), divisor);
            b = TSimd.Divide(TSimd.Subtract(TSimd.Load(target + second), b), divisor);
        }
        TSimd.Store(target, a);
        TSimd.Store(target + second, b);
        return (a, b);
    }
}
