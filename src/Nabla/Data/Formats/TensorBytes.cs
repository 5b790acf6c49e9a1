using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Data.Formats;

/// <summary>
/// The elements of tensors as the bytes that files hold, in pieces: a span has at most 2³¹ − 1 bytes, a tensor may have more.
/// </summary>
internal static class TensorBytes
{
    const int Piece = 1 << 30;

    internal delegate void Fill(Span<byte> piece);

    /// <summary>A new tensor whose bytes come from <paramref name="fill"/>, piece by piece.</summary>
    internal static Tensor Create(IReadOnlyList<int> shape, DType dtype, Fill fill)
    {
        Tensor tensor = Tensor.Uninitialized(Shape.Create([.. shape]), dtype);
        ForEachPiece(tensor, fill);
        return tensor;
    }

    internal static Tensor Create(ArrayData array)
    {
        int done = 0;
        return Create(array.Shape, array.DType, piece =>
        {
            array.Bytes.Slice(done, piece.Length).CopyTo(piece);
            done += piece.Length;
        });
    }

    /// <summary>Writes the elements in row-major order.</summary>
    internal static void Write(Tensor tensor, Stream stream) => ForEachPiece(tensor.Detach().Contiguous(), piece => stream.Write(piece));

    static void ForEachPiece(Tensor contiguous, Fill action)
    {
        nint total = (nint)contiguous.Length * contiguous.DType.Size;
        ref byte start = ref Unsafe.Add(ref contiguous.Storage.Data, (nint)contiguous.Offset * contiguous.DType.Size);
        for (nint done = 0; done < total; done += Piece)
            action(MemoryMarshal.CreateSpan(ref Unsafe.Add(ref start, done), (int)Math.Min(Piece, total - done)));
        GC.KeepAlive(contiguous);
    }
}
