using System.Buffers.Binary;

namespace Nabla.Data.Formats;

/// <summary>
/// IDX, the format of the MNIST files: two zero bytes, an element type, the rank, the lengths and the elements, all big-endian
/// (LeCun, Cortes, Burges: The MNIST database, 1998).
/// </summary>
public static class IdxFile
{
    /// <summary>Reads a file, packed with gzip or not. 8- and 16-bit signed integers become <see cref="DType.Int32"/>.</summary>
    /// <exception cref="DataFormatException">The file is not IDX, is cut off, or claims more than it holds.</exception>
    public static ArrayData Read(string path) => FormatReader.Open(path, Read);

    /// <summary>Reads a stream; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">The stream is not IDX, is cut off, or claims more than it holds.</exception>
    public static ArrayData Read(Stream stream, string name) => FormatReader.Read(stream, name, Read);

    /// <summary>Reads a file as a tensor: bytes stay bytes, so convert pictures with <c>To(DType.Float32)</c>.</summary>
    /// <exception cref="DataFormatException">The file is not IDX, is cut off, or claims more than it holds.</exception>
    /// <exception cref="ShapeException">The array has more axes than a tensor can have.</exception>
    public static Tensor ReadTensor(string path) => TensorBytes.Create(Read(path));

    static ArrayData Read(FormatReader reader)
    {
        Span<byte> magic = stackalloc byte[4];
        reader.Read(magic, "IDX magic");
        if (magic is not [0, 0, _, _])
            throw reader.Error("an IDX file (two zero bytes, element type, rank)", $"bytes {Convert.ToHexString(magic)}");
        FileElement element = magic[2] switch
        {
            0x08 => new(DType.UInt8, 1),
            0x09 => new(DType.Int32, 1),
            0x0B => new(DType.Int32, 2, IsBigEndian: true),
            0x0C => new(DType.Int32, 4, IsBigEndian: true),
            0x0D => new(DType.Float32, 4, IsBigEndian: true),
            0x0E => new(DType.Float64, 8, IsBigEndian: true),
            byte other => throw reader.Error("an IDX element type of 08, 09, 0B, 0C, 0D or 0E", $"{other:X2}"),
        };
        int[] shape = new int[magic[3]];
        Span<byte> length = stackalloc byte[4];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            reader.Read(length, $"the length of axis {axis}");
            shape[axis] = BinaryPrimitives.ReadInt32BigEndian(length);
            if (shape[axis] < 0) throw reader.Error("an axis shorter than 2^31", $"{(uint)shape[axis]}");
        }
        ArrayData array = ArrayData.Read(reader, element, shape);
        reader.ExpectEnd();
        return array;
    }
}
