namespace Nabla.Data.Formats;

/// <summary>
/// The binary format of CIFAR-10: records of one label byte and 3 × 1024 bytes of red, green and blue, row by row (Krizhevsky, 2009).
/// </summary>
public static class CifarFile
{
    const int Pixels = 3 * 32 * 32, Record = 1 + Pixels, Classes = 10;

    /// <summary>Pictures [records, 3, 32, 32] with values 0 … 1 and classes [records] of one or more files, packed with gzip or not.</summary>
    /// <exception cref="DataFormatException">A file is no whole number of records, is empty, or has a label above 9.</exception>
    public static TensorDataset Read(params IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        byte[][] files = [.. paths.Select(static path => FormatReader.Open(path, ReadRecords))];
        int count = files.Sum(static bytes => bytes.Length) / Record;
        var pixels = new float[count * Pixels];
        var labels = new long[count];
        int row = 0;
        foreach (byte[] bytes in files)
            for (int start = 0; start < bytes.Length; start += Record, row++)
            {
                labels[row] = bytes[start];
                for (int i = 0; i < Pixels; i++) pixels[row * Pixels + i] = bytes[start + 1 + i] / 255f;
            }
        return new TensorDataset(Tensor.From(pixels, (count, 3, 32, 32)), Tensor.From(labels));
    }

    static byte[] ReadRecords(FormatReader reader)
    {
        byte[] bytes = reader.Rest();
        if (bytes.Length == 0 || bytes.Length % Record != 0)
            throw reader.Error($"records of {Record} bytes", $"{bytes.Length} bytes in all");
        for (int start = 0; start < bytes.Length; start += Record)
            if (bytes[start] >= Classes) throw reader.Error($"labels of 0 to {Classes - 1}", $"{bytes[start]} in record {start / Record}");
        return bytes;
    }
}
