using System.Text;
using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class SafetensorsFileTests
{
    static SafetensorsFile Open(byte[] file) => SafetensorsFile.Open(FormatFiles.Stream(file), "t.safetensors");

    static string Error(string header, int payload) =>
        Assert.Throws<DataFormatException>(() => Open(FormatFiles.Safetensors(header, payload))).Message;

    static Dictionary<string, ArrayData> Sample() => new()
    {
        ["mask"] = FormatFiles.Array(DType.Bool, [3], true, false, true),
        ["weight"] = FormatFiles.Array(DType.Float32, [2, 2], 1f, 2f, 3f, 4f),
        ["big"] = FormatFiles.Array(DType.Float64, [1], 5.0),
        ["scalar"] = FormatFiles.Array(DType.Int64, [], 6L),
        ["empty"] = FormatFiles.Array<float>(DType.Float32, [0, 7]),
        ["half"] = new ArrayData(DType.BFloat16, [2], [0x80, 0x3F, 0, 0x40]),
        ["häß\"lich"] = FormatFiles.Array(DType.Float16, [1], (Half)1),
        ["counts"] = FormatFiles.Array(DType.Int32, [1], 9),
    };

    [Fact]
    public void What_is_written_is_read_again()
    {
        Dictionary<string, ArrayData> tensors = Sample();
        Dictionary<string, string> metadata = new() { ["format"] = "nabla", ["note"] = "ünï\ncode" };
        using SafetensorsFile file = Open(FormatFiles.Safetensors(tensors, metadata));
        Assert.Equal(metadata, file.Metadata);
        Assert.Equal(tensors.Keys.Order(), file.Entries.Select(e => e.Name).Order());
        foreach (var (name, expected) in tensors)
        {
            ArrayData actual = file.Read(name);
            Assert.Equal(expected.ToString(), actual.ToString());
            Assert.Equal(expected.Bytes.ToArray(), actual.Bytes.ToArray());
        }
    }

    [Fact]
    public void The_order_of_writing_does_not_change_the_bytes_and_elements_are_aligned()
    {
        Dictionary<string, ArrayData> tensors = Sample();
        byte[] file = FormatFiles.Safetensors(tensors);
        Assert.Equal(file, FormatFiles.Safetensors(tensors.Reverse().ToDictionary()));
        using SafetensorsFile opened = Open(file);
        long start = file.Length - opened.Entries.Sum(e => e.ByteCount);
        Assert.Equal(0, start % 8);
        Assert.All(opened.Entries, e => Assert.Equal(0, (start + e.Offset) % e.DType.Size));
    }

    [Fact]
    public void A_file_of_no_tensors_is_valid()
    {
        using SafetensorsFile file = Open(FormatFiles.Safetensors(new Dictionary<string, ArrayData>()));
        Assert.Empty(file.Entries);
    }

    const string A = """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""";

    [Theory]
    [InlineData(A + "}", 7, "expected 8 bytes of elements after the header, got 7.")]
    [InlineData(A + "}", 9, "expected 8 bytes of elements after the header, got 9.")]
    [InlineData(A + ""","b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}}""", 8, "expected 'b' to start at byte 8 of the elements, got 4.")]
    [InlineData(A + ""","b":{"dtype":"U8","shape":[4],"data_offsets":[9,13]}}""", 13, "expected 'b' to start at byte 8 of the elements, got 9.")]
    [InlineData(A + ""","a":{"dtype":"U8","shape":[4],"data_offsets":[8,12]}}""", 12, "expected every tensor once, got 'a' twice.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "expected 12 bytes for 'a', Float32 [3], got 8.")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}}""", 8, "expected *")]
    [InlineData("""{"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,8]}}""", 8, "expected lengths of axes in the shape of 'a', got [99999999999].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "expected lengths of axes in the shape of 'a', got [-2].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "expected a start and an end of 'a', got [8,0].")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,99999999999999999999]}}""", 8, "expected two offsets of 'a', got [0,99999999999999999999].")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "expected F16, BF16, F32, F64, I32, I64, U8 or BOOL as the type of 'a', got 'F8_E4M3'.")]
    [InlineData("""{"a":7}""", 0, "expected dtype, shape and data_offsets of 'a', got another structure.")]
    [InlineData("[]", 0, "expected a JSON object, got Array.")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "expected a text for 'a' in __metadata__, got Number.")]
    [InlineData("{", 0, "expected a JSON header, got: *")]
    [InlineData("""{"\ud800":{}}""", 0, "expected a JSON header, got: *")]
    public void Malformed_headers_are_explained(string header, int payload, string message)
    {
        string actual = Error(header, payload);
        if (message.EndsWith('*')) Assert.StartsWith("t.safetensors: " + message.TrimEnd('*'), actual, StringComparison.Ordinal);
        else Assert.Equal("t.safetensors: " + message, actual);
    }

    [Fact]
    public void Impossible_header_lengths_are_refused_before_memory_is_taken()
    {
        byte[] file = FormatFiles.Safetensors(A + "}", 8);
        file[7] = 0x7F;
        Assert.Matches("^t.safetensors, byte 8: expected a safetensors header of at most 100000000 bytes, got \\d+\\.$", Assert.Throws<DataFormatException>(() => Open(file)).Message);
        file[7] = 0;
        file[2] = 0xFF;
        Assert.Matches("^t.safetensors, byte 8: expected 16711\\d+ bytes of header, got 62 before the end\\.$", Assert.Throws<DataFormatException>(() => Open(file)).Message);
        Assert.Throws<DataFormatException>(() => Open([1, 2, 3]));
    }

    [Fact]
    public void Unknown_names_and_wrong_buffers_are_explained()
    {
        using SafetensorsFile file = Open(FormatFiles.Safetensors(A + "}", 8));
        Assert.Equal("t.safetensors: expected a tensor 'b', got 1 others.", Assert.Throws<DataFormatException>(() => file.Read("b")).Message);
        Assert.Throws<ArgumentException>(() => file.Read(file.Entries[0], new byte[7]));
        Assert.Throws<ArgumentException>(() => FormatFiles.Safetensors(new Dictionary<string, ArrayData> { ["__metadata__"] = new(DType.UInt8, [1], [1]) }));
    }

    [Fact]
    public void The_header_is_plain_JSON_in_the_reference_layout()
    {
        byte[] file = FormatFiles.Safetensors(new Dictionary<string, ArrayData> { ["a"] = new(DType.Float32, [2], new byte[8]) }, new Dictionary<string, string> { ["k"] = "v" });
        Assert.Equal("""{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", Encoding.UTF8.GetString(file[8..^8]).TrimEnd());
    }
}
