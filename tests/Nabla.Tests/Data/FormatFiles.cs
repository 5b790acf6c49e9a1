using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

/// <summary>Small valid files of each format, made in memory.</summary>
static class FormatFiles
{
    internal static ArrayData Array<T>(DType dtype, int[] shape, params T[] values) where T : unmanaged =>
        new(dtype, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    internal static byte[] Idx(byte type, int[] shape, byte[] payload)
    {
        List<byte> file = [0, 0, type, (byte)shape.Length];
        foreach (int length in shape)
        {
            byte[] bytes = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, length);
            file.AddRange(bytes);
        }
        return [.. file, .. payload];
    }

    internal static byte[] Gzip(byte[] file)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Optimal)) gzip.Write(file);
        return packed.ToArray();
    }

    internal static byte[] Npy(ArrayData array)
    {
        using MemoryStream file = new();
        NpyFile.Write(file, array);
        return file.ToArray();
    }

    /// <summary>An NPY file with a header of the test's own.</summary>
    internal static byte[] Npy(string header, byte[] payload, byte version = 1)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = version == 1 ? [(byte)text.Length, (byte)(text.Length >> 8)] : [(byte)text.Length, (byte)(text.Length >> 8), 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. text, .. payload];
    }

    internal static byte[] Npz(params (string Name, byte[] Content)[] entries)
    {
        using MemoryStream file = new();
        using (ZipArchive zip = new(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return file.ToArray();
    }

    internal static byte[] Safetensors(IReadOnlyDictionary<string, ArrayData> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using MemoryStream file = new();
        SafetensorsFile.Write(file, tensors, metadata);
        return file.ToArray();
    }

    internal static byte[] Safetensors(string header, int payload)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. new byte[payload]];
    }

    internal static MemoryStream Stream(byte[] file) => new(file);
}
