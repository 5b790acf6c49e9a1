using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Data;

/// <summary>Copies of whole rows (everything behind the first axis) between contiguous tensors of any type.</summary>
internal static class TensorRows
{
    /// <summary>Rows of <paramref name="source"/> in the order of the indices: [indices, …].</summary>
    internal static Tensor Gather(Tensor source, ReadOnlySpan<int> indices)
    {
        Tensor result = Tensor.Uninitialized(source.Shape.With(0, indices.Length), source.DType);
        if (result.Length == 0) return result;
        nint rowBytes = (nint)source.Shape.Strides[0] * source.DType.Size;
        ref byte from = ref Unsafe.Add(ref source.Storage.Data, (nint)source.Offset * source.DType.Size);
        ref byte to = ref result.Storage.Data;
        for (int i = 0; i < indices.Length; i++)
            Copy(ref Unsafe.Add(ref from, indices[i] * rowBytes), ref Unsafe.Add(ref to, i * rowBytes), rowBytes);
        GC.KeepAlive(source);
        GC.KeepAlive(result);
        return result;
    }

    /// <summary>Tensors of one shape and type as the rows of a new one.</summary>
    internal static Tensor Stack(string who, Tensor[] rows)
    {
        Tensor result = Tensor.Uninitialized(rows[0].Shape.Insert(0, rows.Length), rows[0].DType);
        nint rowBytes = (nint)rows[0].Length * rows[0].DType.Size;
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i].Shape != rows[0].Shape || rows[i].DType != rows[0].DType)
                throw new ShapeException(
                    $"{who}: expected {rows[0].DType} {rows[0].Shape} like the first, got {rows[i].DType} {rows[i].Shape} at position {i}.");
            Tensor row = rows[i].Contiguous();
            ref byte from = ref Unsafe.Add(ref row.Storage.Data, (nint)row.Offset * row.DType.Size);
            Copy(ref from, ref Unsafe.Add(ref result.Storage.Data, i * rowBytes), rowBytes);
            GC.KeepAlive(row);
        }
        GC.KeepAlive(result);
        return result;
    }

    /// <summary>Index of the first element that is NaN or infinite; −1 when there is none.</summary>
    internal static int FirstNonFinite(Tensor contiguous)
    {
        int found = contiguous.DType switch
        {
            DType.Float32 => FirstNonFinite<float>(contiguous),
            DType.Float64 => FirstNonFinite<double>(contiguous),
            DType.Float16 => FirstNonFinite<Half>(contiguous),
            _ => -1,
        };
        GC.KeepAlive(contiguous);
        return found;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int FirstNonFinite<T>(Tensor x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Span<T> elements = x.Span<T>();
        int i = 0;
        if (Vector<T>.IsSupported) // Half has no vectors
        {
            Vector<T> infinity = new(T.PositiveInfinity); // |NaN| < ∞ is false, as |∞| < ∞ is
            for (; i <= elements.Length - Vector<T>.Count; i += Vector<T>.Count)
                if (!Vector.LessThanAll(Vector.Abs(new Vector<T>(elements[i..])), infinity)) break;
        }
        for (; i < elements.Length; i++)
            if (!T.IsFinite(elements[i])) return i;
        return -1;
    }

    static void Copy(ref byte from, ref byte to, nint bytes)
    {
        // A span holds at most 2³¹ − 1 bytes; a row may have more.
        for (nint done = 0; done < bytes; done += 1 << 30)
        {
            int part = (int)Math.Min(1 << 30, bytes - done);
            Span<byte> target = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref to, done), part);
            MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref from, done), part).CopyTo(target);
        }
    }
}
