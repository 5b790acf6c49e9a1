using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Data.Formats;

/// <summary>A dense array as files hold it: an element type, a shape and the elements in row-major order, in little-endian bytes.</summary>
public sealed class ArrayData
{
    readonly int[] shape;
    readonly byte[] bytes;

    /// <summary>Wraps bytes without copying them.</summary>
    /// <exception cref="ArgumentException">The number of bytes is not the product of the shape times the size of an element.</exception>
    public ArrayData(DType dtype, IEnumerable<int> shape, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        DType = dtype;
        this.shape = [.. shape];
        this.bytes = bytes;
        if (!TryByteCount(this.shape, dtype.Size, out long expected) || expected != bytes.Length)
            throw new ArgumentException(
                $"ArrayData: expected {expected} bytes for {dtype} {Describe(this.shape)}, got {bytes.Length}.", nameof(bytes));
    }

    /// <summary>The type of the elements.</summary>
    public DType DType { get; }

    /// <summary>The lengths of the axes; empty for a single number.</summary>
    public IReadOnlyList<int> Shape => shape;

    /// <summary>The elements as bytes.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>Number of elements.</summary>
    public int Count => bytes.Length / DType.Size;

    /// <summary>The elements as numbers of their own type: float, double, Half, int, long, byte or bool; ushort for bfloat16.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> has another size than an element.</exception>
    public ReadOnlySpan<T> Elements<T>() where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() != DType.Size)
            throw new DTypeException($"ArrayData.Elements: expected a type of {DType.Size} bytes for {DType}, got {typeof(T).Name}.");
        return MemoryMarshal.Cast<byte, T>(bytes);
    }

    /// <summary>The element type and the shape, as in <c>Float32 [3, 4]</c>.</summary>
    public override string ToString() => $"{DType} {Describe(shape)}";

    internal static string Describe(IEnumerable<int> shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>Bytes of a dense array; false when the number does not fit 63 bits.</summary>
    internal static bool TryByteCount(ReadOnlySpan<int> shape, int elementSize, out long bytes)
    {
        bytes = shape.Contains(0) ? 0 : elementSize;
        if (bytes == 0) return true;
        foreach (int length in shape)
        {
            if (bytes > long.MaxValue / length) return false;
            bytes *= length;
        }
        return true;
    }

    /// <summary>
    /// The payload of a file as an array of ours: reads it, turns the bytes around and widens 8- and 16-bit integers where we have no
    /// such type.
    /// </summary>
    internal static ArrayData Read(FormatReader reader, FileElement element, int[] shape)
    {
        if (!TryByteCount(shape, element.Size, out long count))
            throw reader.Error("a shape that fits the file", Describe(shape));
        byte[] raw = reader.Bytes(count, $"elements of {Describe(shape)}");
        if (element.IsBigEndian) Reverse(raw, element.Size);
        if (element.DType == DType.Bool && raw.AsSpan().ContainsAnyExceptInRange<byte>(0, 1))
            throw reader.Error("truth values of 0 and 1", "another byte");
        if (element.DType.Size == element.Size) return new ArrayData(element.DType, shape, raw);
        if ((long)raw.Length / element.Size * element.DType.Size > Array.MaxLength)
            throw reader.Error($"at most {Array.MaxLength / element.DType.Size} integers", Describe(shape));
        return new ArrayData(element.DType, shape, Widen(raw, element));
    }

    static void Reverse(byte[] raw, int size)
    {
        for (int i = 0; i < raw.Length; i += size) raw.AsSpan(i, size).Reverse();
    }

    static byte[] Widen(byte[] raw, FileElement element)
    {
        byte[] wide = new byte[raw.Length / element.Size * element.DType.Size];
        Span<int> ints = MemoryMarshal.Cast<byte, int>(wide.AsSpan());
        Span<long> longs = MemoryMarshal.Cast<byte, long>(wide.AsSpan());
        for (int i = 0; i < raw.Length / element.Size; i++)
        {
            if (element.Size == 1) ints[i] = (sbyte)raw[i];
            else if (element.Size == 4) longs[i] = BinaryPrimitives.ReadUInt32LittleEndian(raw.AsSpan(4 * i));
            else if (element.IsSigned) ints[i] = BinaryPrimitives.ReadInt16LittleEndian(raw.AsSpan(2 * i));
            else ints[i] = BinaryPrimitives.ReadUInt16LittleEndian(raw.AsSpan(2 * i));
        }
        return wide;
    }
}

/// <summary>How a file stores an element, and the type of ours that holds it.</summary>
internal readonly record struct FileElement(DType DType, int Size, bool IsBigEndian = false, bool IsSigned = true);
