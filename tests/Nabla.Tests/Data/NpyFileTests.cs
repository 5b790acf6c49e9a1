using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class NpyFileTests
{
    const string Header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

    static ArrayData Read(byte[] file) => NpyFile.Read(FormatFiles.Stream(file), "t.npy");

    static string Error(byte[] file) => Assert.Throws<DataFormatException>(() => Read(file)).Message;

    public static TheoryData<DType> Types => [.. Enum.GetValues<DType>().Where(t => t != DType.BFloat16)];

    [Theory]
    [MemberData(nameof(Types))]
    public void What_is_written_is_read_again(DType dtype)
    {
        foreach (int[] shape in (int[][])[[], [1], [0], [3, 2], [2, 3, 4]])
        {
            byte[] bytes = [.. Enumerable.Range(0, shape.Aggregate(dtype.Size, (a, b) => a * b)).Select(i => dtype == DType.Bool ? (byte)(i & 1) : (byte)(7 * i))];
            ArrayData array = Read(FormatFiles.Npy(new ArrayData(dtype, shape, bytes)));
            Assert.Equal(dtype, array.DType);
            Assert.Equal(shape, array.Shape);
            Assert.Equal(bytes, array.Bytes.ToArray());
        }
    }

    [Fact]
    public void The_header_is_NumPys_own()
    {
        byte[] file = FormatFiles.Npy(FormatFiles.Array(DType.Float32, [2, 1], 1f, 2f));
        Assert.Equal(0, (file.Length - 8) % 64);
        Assert.Contains("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }  ", System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        Assert.Equal('\n', (char)file[^9]);
        Assert.Contains("'shape': (5,), }", System.Text.Encoding.Latin1.GetString(FormatFiles.Npy(new ArrayData(DType.UInt8, [5], new byte[5]))), StringComparison.Ordinal);
        Assert.Contains("'shape': (), }", System.Text.Encoding.Latin1.GetString(FormatFiles.Npy(new ArrayData(DType.UInt8, [], new byte[1]))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((byte)1)]
    [InlineData((byte)2)]
    [InlineData((byte)3)]
    public void All_versions_are_read(byte version) => Assert.Equal([2, 3], Read(FormatFiles.Npy(Header, new byte[24], version)).Shape);

    [Fact]
    public void Foreign_types_are_turned_and_widened()
    {
        ArrayData One(string type, params byte[] bytes) => Read(FormatFiles.Npy($"{{\"descr\": '{type}', 'fortran_order': False, 'shape': (1,)}}", bytes));
        Assert.Equal([-2], One("|i1", 254).Elements<int>().ToArray());
        Assert.Equal([-2], One("<i2", 254, 255).Elements<int>().ToArray());
        Assert.Equal([65534], One("<u2", 254, 255).Elements<int>().ToArray());
        Assert.Equal([4294967294L], One(">u4", 255, 255, 255, 254).Elements<long>().ToArray());
        Assert.Equal([1.5f], One(">f4", 0x3F, 0xC0, 0, 0).Elements<float>().ToArray());
        Assert.Equal([(Half)1], One("<f2", 0, 0x3C).Elements<Half>().ToArray());
    }

    [Fact]
    public void Column_major_arrays_become_row_major()
    {
        ArrayData array = Read(FormatFiles.Npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }", [.. Enumerable.Range(0, 12).Select(i => (byte)i)]));
        Assert.Equal([2, 3, 2], array.Shape);
        Assert.Equal<byte>([0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11], array.Bytes.ToArray());
        Assert.Equal(0, Read(FormatFiles.Npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 0), }", [])).Count);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "expected the keys descr, fortran_order and shape at character 40 of the header, got fewer.")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }", "expected an element type of f2, f4, f8, i1, i2, i4, i8, u1, u2, u4 or b1, got '<c8'.")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }", "expected a quoted text (records are not supported) at character 10 of the header, got '[('a', '<f4')], 'fortran'.")]
    [InlineData("{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 3), }", "expected True or False at character 34 of the header, got '1, 'shape': (2, 3), }'.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "expected at most 64 lengths below 2^31 at character 51 of the header, got -1,), }.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "expected at most 64 lengths below 2^31 at character 62 of the header, got 99999999999,), }.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "expected at most 64 lengths below 2^31 at character 61 of the header, got 4294967296, 4294967296),.")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }", "expected a shape that fits the file, got [2147483647, 2147483647, 2147483647].")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}", "expected the keys descr, fortran_order and shape once each at character 66 of the header, got 'more'.")]
    [InlineData("", "expected '{' at character 0 of the header, got the end of the header.")]
    public void Malformed_headers_are_explained(string header, string message) =>
        Assert.Equal($"t.npy, byte {10 + header.Length}: {message}", Error(FormatFiles.Npy(header, new byte[24])));

    [Fact]
    public void Wrong_magic_version_and_length_are_explained()
    {
        Assert.Equal("t.npy, byte 8: expected an NPY file (\\x93NUMPY), got bytes 504B03040000.", Error([0x50, 0x4B, 3, 4, 0, 0, 0, 0, 0]));
        Assert.Equal("t.npy, byte 8: expected NPY version 1, 2 or 3, got 9.", Error(FormatFiles.Npy(Header, new byte[24], 9)));
        Assert.Equal("t.npy, byte 69: expected 24 bytes of elements of [2, 3], got 23 before the end.", Error(FormatFiles.Npy(Header, new byte[23])));
        Assert.Equal("t.npy, byte 93: expected the end of the file, got more bytes.", Error(FormatFiles.Npy(Header, new byte[25])));
        Assert.EndsWith(": expected truth values of 0 and 1, got another byte.", Error(FormatFiles.Npy("{'shape': (), 'descr': '|b1', 'fortran_order': True}", [2])), StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => FormatFiles.Npy(new ArrayData(DType.BFloat16, [1], new byte[2])));
    }

    [Fact]
    public void An_archive_gives_its_arrays_by_name()
    {
        ArrayData a = FormatFiles.Array(DType.Int64, [2], 1L, 2L), b = FormatFiles.Array(DType.Float64, [], 3.0);
        byte[] file = FormatFiles.Npz(("a.npy", FormatFiles.Npy(a)), ("sub/b.npy", FormatFiles.Npy(b)), ("readme.txt", [1]));
        IReadOnlyDictionary<string, ArrayData> arrays = NpyFile.ReadArchive(FormatFiles.Stream(file), "t.npz");
        Assert.Equal(["a", "sub/b"], arrays.Keys.Order());
        Assert.Equal([1L, 2L], arrays["a"].Elements<long>().ToArray());
    }

    [Fact]
    public void Damaged_archives_are_explained()
    {
        DataFormatException error = Assert.Throws<DataFormatException>(() => NpyFile.ReadArchive(FormatFiles.Stream([1, 2, 3]), "t.npz"));
        Assert.StartsWith("t.npz: expected a zip archive of NPY files, got damaged data (", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<DataFormatException>(() => NpyFile.ReadArchive(FormatFiles.Stream(FormatFiles.Npz(("a.npy", [0]))), "t.npz"));
        Assert.StartsWith("t.npz/a.npy, byte 0: ", error.Message, StringComparison.Ordinal);
    }
}
