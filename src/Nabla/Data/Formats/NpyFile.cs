using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Nabla.Data.Formats;

/// <summary>NPY, the array format of NumPy (versions 1 to 3), and NPZ, a zip archive of such files.</summary>
/// <remarks>
/// Read: floats of 2, 4, 8 bytes, signed integers of 1, 2, 4, 8, unsigned of 1, 2, 4, and bool, in either byte order. What has no
/// type here is widened to <see cref="DType.Int32"/> or <see cref="DType.Int64"/>. Column-major (Fortran) arrays are turned to row-major.
/// </remarks>
public static class NpyFile
{
    static ReadOnlySpan<byte> Magic => "NUMPY"u8; // after the byte 0x93

    /// <summary>Reads one array, packed with gzip or not.</summary>
    /// <exception cref="DataFormatException">The file is not NPY, is cut off, or holds a type that has no counterpart here.</exception>
    public static ArrayData Read(string path) => FormatReader.Open(path, Read);

    /// <summary>Reads one array from a stream; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">The stream is not NPY, is cut off, or holds a type that has no counterpart here.</exception>
    public static ArrayData Read(Stream stream, string name) => FormatReader.Read(stream, name, Read);

    /// <summary>Reads one array as a tensor.</summary>
    /// <exception cref="DataFormatException">The file is not NPY, is cut off, or holds a type that has no counterpart here.</exception>
    /// <exception cref="ShapeException">The array has more axes than a tensor can have.</exception>
    public static Tensor ReadTensor(string path) => TensorBytes.Create(Read(path));

    /// <summary>Reads every array of an NPZ archive. Entries that do not end in <c>.npy</c> are skipped.</summary>
    /// <exception cref="DataFormatException">The file is no zip archive, or an array in it is malformed.</exception>
    public static IReadOnlyDictionary<string, ArrayData> ReadArchive(string path)
    {
        using FileStream file = File.OpenRead(path);
        return ReadArchive(file, path);
    }

    /// <summary>Reads every array of an NPZ archive; <paramref name="name"/> is what errors call it.</summary>
    /// <exception cref="DataFormatException">The stream is no zip archive, or an array in it is malformed.</exception>
    public static IReadOnlyDictionary<string, ArrayData> ReadArchive(Stream stream, string name)
    {
        Dictionary<string, ArrayData> arrays = [];
        try
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            foreach (ZipArchiveEntry entry in archive.Entries.Where(e => e.FullName.EndsWith(".npy", StringComparison.Ordinal)))
            {
                using Stream content = entry.Open();
                ArrayData array = Read(new FormatReader(content, $"{name}/{entry.FullName}"));
                if (!arrays.TryAdd(entry.FullName[..^4], array))
                    throw new DataFormatException($"{name}: expected every array once, got '{entry.FullName}' twice.");
            }
        }
        catch (Exception cause) when (cause is InvalidDataException or NotSupportedException or ArgumentException or EndOfStreamException)
        {
            throw new DataFormatException($"{name}: expected a zip archive of NPY files, got damaged data ({cause.Message}).", cause);
        }
        return arrays;
    }

    /// <summary>Writes one array as NPY version 1, through a temporary file (see <see cref="AtomicFile"/>).</summary>
    /// <exception cref="DTypeException">The array is bfloat16, which NPY does not have.</exception>
    public static void Write(string path, ArrayData array) => AtomicFile.Write(path, stream => Write(stream, array));

    /// <summary>Writes one array as NPY version 1.</summary>
    /// <exception cref="DTypeException">The array is bfloat16, which NPY does not have.</exception>
    public static void Write(Stream stream, ArrayData array)
    {
        WriteHeader(stream, array.DType, array.Shape);
        stream.Write(array.Bytes);
    }

    /// <summary>Writes a tensor as NPY version 1, through a temporary file (see <see cref="AtomicFile"/>).</summary>
    /// <exception cref="DTypeException">The tensor is bfloat16, which NPY does not have.</exception>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        AtomicFile.Write(path, stream =>
        {
            WriteHeader(stream, tensor.DType, tensor.Shape.ToArray());
            TensorBytes.Write(tensor, stream);
        });
    }

    static void WriteHeader(Stream stream, DType dtype, IReadOnlyList<int> shape)
    {
        string descriptor = dtype switch
        {
            DType.Float16 => "<f2",
            DType.Float32 => "<f4",
            DType.Float64 => "<f8",
            DType.Int32 => "<i4",
            DType.Int64 => "<i8",
            DType.UInt8 => "|u1",
            DType.Bool => "|b1",
            _ => throw new DTypeException($"NpyFile.Write: expected an element type NumPy has, got {dtype}. Convert to Float32 first."),
        };
        string lengths = string.Concat(shape.Select(length => $"{length}, ")).TrimEnd(' ');
        if (shape.Count > 1) lengths = lengths.TrimEnd(',');
        string text = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({lengths}), }}";
        int size = (10 + text.Length + 1 + 63) / 64 * 64 - 10; // elements start at a multiple of 64, the line ends the header
        Span<byte> prefix = [0x93, .. Magic, 1, 0, (byte)size, (byte)(size >> 8)];
        stream.Write(prefix);
        stream.Write(Encoding.ASCII.GetBytes(text.PadRight(size - 1) + "\n"));
    }

    static ArrayData Read(FormatReader reader)
    {
        Span<byte> prefix = stackalloc byte[8];
        reader.Read(prefix, "NPY magic");
        if (prefix[0] != 0x93 || !prefix[1..6].SequenceEqual(Magic))
            throw reader.Error("an NPY file (\\x93NUMPY)", $"bytes {Convert.ToHexString(prefix[..6])}");
        if (prefix[6] is < 1 or > 3) throw reader.Error("NPY version 1, 2 or 3", $"{prefix[6]}");
        Span<byte> size = stackalloc byte[4];
        size.Clear();
        reader.Read(prefix[6] == 1 ? size[..2] : size, "the length of the header");
        string header = Encoding.UTF8.GetString(reader.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(size), "header"));

        (string descriptor, bool isColumnMajor, int[] shape) = new NpyHeader(header, reader).Parse();
        FileElement element = Element(descriptor, reader);
        if (!isColumnMajor || shape.Length < 2) return End(ArrayData.Read(reader, element, shape));
        ArrayData columns = End(ArrayData.Read(reader, element, [.. shape.Reverse()]));
        return new ArrayData(columns.DType, shape, ToRowMajor(columns, shape));

        ArrayData End(ArrayData array)
        {
            reader.ExpectEnd();
            return array;
        }
    }

    static FileElement Element(string descriptor, FormatReader reader)
    {
        bool isBigEndian = descriptor.StartsWith('>');
        return descriptor.TrimStart('<', '>', '|', '=') switch
        {
            "f2" => new(DType.Float16, 2, isBigEndian),
            "f4" => new(DType.Float32, 4, isBigEndian),
            "f8" => new(DType.Float64, 8, isBigEndian),
            "i1" => new(DType.Int32, 1),
            "i2" => new(DType.Int32, 2, isBigEndian),
            "i4" => new(DType.Int32, 4, isBigEndian),
            "i8" => new(DType.Int64, 8, isBigEndian),
            "u1" => new(DType.UInt8, 1),
            "u2" => new(DType.Int32, 2, isBigEndian, IsSigned: false),
            "u4" => new(DType.Int64, 4, isBigEndian, IsSigned: false),
            "b1" => new(DType.Bool, 1),
            _ => throw reader.Error("an element type of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4 or b1", $"'{descriptor}'"),
        };
    }

    /// <summary>Copies an array whose first axis varies fastest into row-major order.</summary>
    static byte[] ToRowMajor(ArrayData columns, int[] shape)
    {
        int size = columns.DType.Size;
        byte[] rows = new byte[columns.Bytes.Length];
        int[] index = new int[shape.Length], stride = new int[shape.Length];
        stride[0] = 1;
        for (int axis = 1; axis < shape.Length; axis++) stride[axis] = stride[axis - 1] * Math.Max(1, shape[axis - 1]);
        for (int target = 0, source = 0; target < rows.Length; target += size)
        {
            columns.Bytes.Slice(source * size, size).CopyTo(rows.AsSpan(target));
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                source += stride[axis];
                if (++index[axis] < shape[axis]) break;
                source -= index[axis] * stride[axis];
                index[axis] = 0;
            }
        }
        return rows;
    }
}

/// <summary>The header of an NPY file: a Python dictionary with the keys descr, fortran_order and shape.</summary>
internal ref struct NpyHeader(string text, FormatReader reader)
{
    const int MostAxes = 64;
    int at;

    internal (string Descriptor, bool IsColumnMajor, int[] Shape) Parse()
    {
        string? descriptor = null;
        bool? isColumnMajor = null;
        int[]? shape = null;
        Expect('{');
        while (!TryTake('}'))
        {
            string key = Text();
            Expect(':');
            if (key == "descr" && descriptor is null) descriptor = Text();
            else if (key == "fortran_order" && isColumnMajor is null) isColumnMajor = Truth();
            else if (key == "shape" && shape is null) shape = Lengths();
            else throw Error("the keys descr, fortran_order and shape once each", $"'{key}'");
            if (!TryTake(',') && Next != '}') throw Error("',' or '}'", Rest);
        }
        if (descriptor is null || isColumnMajor is null || shape is null)
            throw Error("the keys descr, fortran_order and shape", "fewer");
        return (descriptor, isColumnMajor.Value, shape);
    }

    int[] Lengths()
    {
        List<int> lengths = [];
        Expect('(');
        while (!TryTake(')'))
        {
            SkipSpace();
            int start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            ReadOnlySpan<char> digits = text.AsSpan(start, at - start);
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || lengths.Count == MostAxes)
                throw Error($"at most {MostAxes} lengths below 2^31", text[start..Math.Min(text.Length, start + 24)]);
            lengths.Add(length);
            if (!TryTake(',') && Next != ')') throw Error("',' or ')'", Rest);
        }
        return [.. lengths];
    }

    string Text()
    {
        SkipSpace();
        char quote = at < text.Length ? text[at] : '\0';
        int end = quote is '\'' or '"' ? text.IndexOf(quote, at + 1) : -1;
        if (end < 0) throw Error("a quoted text (records are not supported)", Rest);
        string value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    bool Truth()
    {
        SkipSpace();
        foreach (string word in (ReadOnlySpan<string>)["True", "False"])
        {
            if (!text.AsSpan(at).StartsWith(word)) continue;
            at += word.Length;
            return word == "True";
        }
        throw Error("True or False", Rest);
    }

    char Next => at < text.Length ? text[at] : '\0';

    readonly string Rest => at < text.Length ? $"'{text[at..Math.Min(text.Length, at + 24)]}'" : "the end of the header";

    void Expect(char c)
    {
        if (!TryTake(c)) throw Error($"'{c}'", Rest);
    }

    bool TryTake(char c)
    {
        SkipSpace();
        if (Next != c) return false;
        at++;
        SkipSpace();
        return true;
    }

    void SkipSpace()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
    }

    readonly DataFormatException Error(string expected, string got) => reader.Error($"{expected} at character {at} of the header", got);
}
