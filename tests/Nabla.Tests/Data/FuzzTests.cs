using System.Text;
using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

/// <summary>Damaged files of every format give an error of the format or a success: never another exception, never much memory.</summary>
public class FuzzTests
{
    const int Rounds = 1500;
    const long MostBytes = 8 << 20;

    static readonly ArrayData Small = FormatFiles.Array(DType.Float32, [2, 3], 1f, 2f, 3f, 4f, 5f, 6f);

    static readonly Dictionary<string, (byte[] File, Action<byte[]> Read)> Formats = new()
    {
        ["idx"] = (FormatFiles.Idx(0x0D, [2, 3], new byte[24]), f => IdxFile.Read(FormatFiles.Stream(f), "f")),
        ["idx.gz"] = (FormatFiles.Gzip(FormatFiles.Idx(0x08, [2, 300], new byte[600])), f => IdxFile.Read(FormatFiles.Stream(f), "f")),
        ["npy"] = (FormatFiles.Npy(Small), f => NpyFile.Read(FormatFiles.Stream(f), "f")),
        ["npy columns"] = (FormatFiles.Npy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3)}", new byte[12]), f => NpyFile.Read(FormatFiles.Stream(f), "f")),
        ["npz"] = (FormatFiles.Npz(("a.npy", FormatFiles.Npy(Small)), ("b.npy", FormatFiles.Npy(Small))), f => NpyFile.ReadArchive(FormatFiles.Stream(f), "f")),
        ["safetensors"] = (FormatFiles.Safetensors(new Dictionary<string, ArrayData> { ["a"] = Small, ["b"] = Small }, new Dictionary<string, string> { ["k"] = "v" }), f =>
        {
            using SafetensorsFile file = SafetensorsFile.Open(FormatFiles.Stream(f), "f");
            foreach (SafetensorsEntry entry in file.Entries) file.Read(entry.Name);
        }),
        ["csv"] = ("a,b,c\n1,2,x\n3,4,\"y, z\"\n5,6,w\n"u8.ToArray(), f =>
        {
            using StreamReader text = new(FormatFiles.Stream(f));
            CsvFile.Read(text, "f");
        }),
        ["png"] = (ImageTests.Png(9, 7, 6, 8, true, [.. Enumerable.Range(0, 9 * 7 * 4)]), f => ImageData.Decode(f, "f")),
        ["png palette"] = (ImageTests.Png(9, 7, 3, 2, false, [.. Enumerable.Range(0, 63).Select(i => i % 4)], new byte[12], [1, 2]), f => ImageData.Decode(f, "f")),
        ["pgm text"] = ("P2 3 2 # c\n255\n1 2 3 4 5 6\n"u8.ToArray(), f => ImageData.Decode(f, "f")),
        ["ppm bytes"] = ([.. "P6 3 2 65535\n"u8, .. new byte[36]], f => ImageData.Decode(f, "f")),
    };

    public static TheoryData<string> Names => [.. Formats.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Damage_never_gives_anything_but_an_error_of_the_format(string name)
    {
        var (file, read) = Formats[name];
        read(file); // the undamaged file is fine
        RandomStream random = new RandomStream(2024).Split(name);
        int failures = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] damaged = Damage(file, random.Split(round));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(damaged);
            }
            catch (DataFormatException)
            {
                failures++;
            }
            catch (Exception other)
            {
                Assert.Fail($"{name}, round {round}: {other}\n{Convert.ToHexString(damaged)}\n{Encoding.Latin1.GetString(damaged)}");
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }
        Assert.True(failures > 0, $"{name}: no damage was noticed.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_truncation_is_an_error_or_a_shorter_file(string name)
    {
        var (file, read) = Formats[name];
        // A table may end anywhere; a packed file may lack its checksum and its end mark; a text may lack its last digit.
        int spare = name switch { "csv" => file.Length, "idx.gz" => 12, _ => 2 };
        for (int length = 0; length < file.Length; length++)
        {
            Exception? error = Record.Exception(() => read(file[..length]));
            Assert.True(error is null or DataFormatException, $"{name}, {length} bytes: {error}");
            if (length < file.Length - spare) Assert.True(error is not null, $"{name}: {length} bytes were accepted.");
        }
    }

    /// <summary>One to four changes: a bit, a byte, a whole little- or big-endian word, a removed or a doubled piece. PNG checksums are mended half of the time.</summary>
    static byte[] Damage(byte[] file, RandomStream random)
    {
        List<byte> bytes = [.. file];
        int changes = 1 + random.NextInt(0, 4);
        for (int change = 0; change < changes && bytes.Count > 8; change++)
        {
            int at = random.NextInt(10 * change + 1, bytes.Count);
            int length = Math.Min(1 + random.NextInt(10 * change + 2, 8), bytes.Count - at);
            switch (random.NextInt(10 * change + 3, 6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.NextInt(10 * change + 4, 8)); break;
                case 1: bytes[at] = (byte)random.NextInt(10 * change + 4, 256); break;
                case 2: for (int i = 0; i < length; i++) bytes[at + i] = 0xFF; break;
                case 3: bytes[at] = "0129-{}[]:,\"'() "u8[random.NextInt(10 * change + 4, 16)]; break;
                case 4: bytes.RemoveRange(at, length); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, length)); break;
            }
        }
        byte[] damaged = [.. bytes];
        if (random.NextInt(99, 2) == 0) MendChecksums(damaged);
        return damaged;
    }

    static void MendChecksums(byte[] file)
    {
        if (!PngImage.IsPng(file)) return;
        for (int at = 8; at + 12 <= file.Length;)
        {
            uint length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12) return;
            using MemoryStream chunk = new();
            PngChunks.Write(chunk, file.AsSpan(at + 4, 4), file.AsSpan(at + 8, (int)length));
            chunk.ToArray().CopyTo(file, at);
            at += 12 + (int)length;
        }
    }
}
