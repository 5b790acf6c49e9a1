using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class IdxFileTests
{
    static ArrayData Read(byte[] file) => IdxFile.Read(FormatFiles.Stream(file), "t.idx");

    static string Error(byte[] file) => Assert.Throws<DataFormatException>(() => Read(file)).Message;

    [Fact]
    public void Every_element_type_is_read_in_its_byte_order()
    {
        Assert.Equal<byte>([1, 2, 255], Read(FormatFiles.Idx(0x08, [3], [1, 2, 255])).Elements<byte>().ToArray());
        Assert.Equal([1, -1], Read(FormatFiles.Idx(0x09, [2], [1, 255])).Elements<int>().ToArray());
        Assert.Equal([258, -2], Read(FormatFiles.Idx(0x0B, [2], [1, 2, 255, 254])).Elements<int>().ToArray());
        Assert.Equal([16909060], Read(FormatFiles.Idx(0x0C, [1], [1, 2, 3, 4])).Elements<int>().ToArray());
        Assert.Equal([1.5f], Read(FormatFiles.Idx(0x0D, [1], [0x3F, 0xC0, 0, 0])).Elements<float>().ToArray());
        Assert.Equal([1.5], Read(FormatFiles.Idx(0x0E, [1], [0x3F, 0xF8, 0, 0, 0, 0, 0, 0])).Elements<double>().ToArray());
    }

    [Fact]
    public void A_packed_file_is_unpacked_by_its_magic()
    {
        byte[] payload = [.. Enumerable.Range(0, 1_500_000).Select(i => (byte)(i * (long)i >> 7))]; // beyond the first chunk of the reader
        ArrayData array = Read(FormatFiles.Gzip(FormatFiles.Idx(0x08, [3, 500_000], payload)));
        Assert.Equal("UInt8 [3, 500000]", array.ToString());
        Assert.Equal(payload, array.Bytes.ToArray());
    }

    [Fact]
    public void Rank_zero_and_empty_axes_are_fine()
    {
        Assert.Equal([], Read(FormatFiles.Idx(0x08, [], [7])).Shape);
        Assert.Equal(0, Read(FormatFiles.Idx(0x0E, [int.MaxValue, int.MaxValue, int.MaxValue, 0], [])).Count);
    }

    [Fact]
    public void Errors_name_file_position_expectation_and_finding()
    {
        Assert.Equal("t.idx, byte 0: expected 4 bytes of IDX magic, got 2 before the end.", Error([0, 0]));
        Assert.Equal("t.idx, byte 4: expected an IDX file (two zero bytes, element type, rank), got bytes 89504E47.", Error([0x89, 0x50, 0x4E, 0x47]));
        Assert.Equal("t.idx, byte 4: expected an IDX element type of 08, 09, 0B, 0C, 0D or 0E, got 07.", Error([0, 0, 7, 1]));
        Assert.Equal("t.idx, byte 4: expected 4 bytes of the length of axis 0, got 1 before the end.", Error([0, 0, 8, 1, 0]));
        Assert.Equal("t.idx, byte 12: expected 6 bytes of elements of [2, 3], got 5 before the end.", Error(FormatFiles.Idx(8, [2, 3], new byte[5])));
        Assert.Equal("t.idx, byte 18: expected the end of the file, got more bytes.", Error(FormatFiles.Idx(8, [2, 3], new byte[7])));
        Assert.Equal("t.idx, byte 8: expected an axis shorter than 2^31, got 4294967295.", Error(FormatFiles.Idx(8, [-1], [])));
        Assert.Equal("t.idx, byte 16: expected a shape that fits the file, got [2147483647, 2147483647, 2147483647].", Error(FormatFiles.Idx(8, [int.MaxValue, int.MaxValue, int.MaxValue], [])));
        Assert.Equal("t.idx, byte 12: expected at most 2147483591 bytes of elements of [65536, 65536], got 4294967296.", Error(FormatFiles.Idx(8, [65536, 65536], [])));
    }

    [Fact]
    public void A_packed_file_that_claims_more_than_it_holds_takes_little_memory()
    {
        byte[] file = FormatFiles.Gzip(FormatFiles.Idx(8, [2_000_000_000], new byte[100]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("t.idx, byte 8: expected 2000000000 bytes of elements of [2000000000], got 100 before the end.", Error(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Damaged_packing_is_an_error_of_the_format()
    {
        byte[] file = FormatFiles.Gzip(FormatFiles.Idx(8, [1000], new RandomStream(1).Permutation(1000).Select(i => (byte)i).ToArray()));
        file[400] ^= 0xFF;
        Assert.StartsWith("t.idx, byte ", Error(file), StringComparison.Ordinal);
    }

    [Fact]
    public void The_MNIST_test_labels_are_read_when_they_are_here()
    {
        string? folder = SharedData.Folder("mnist");
        if (folder is null) return;
        ArrayData labels = IdxFile.Read(Path.Join(folder, "t10k-labels-idx1-ubyte.gz"));
        Assert.Equal([10_000], labels.Shape);
        Assert.Equal<byte>([7, 2, 1, 0, 4], labels.Bytes[..5].ToArray());
    }
}

/// <summary>Data that lies beside the repository on some machines.</summary>
static class SharedData
{
    internal static string? Folder(string name)
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            string folder = Path.Join(at, "shared", "data", name);
            if (Directory.Exists(folder)) return folder;
        }
        return null;
    }
}
