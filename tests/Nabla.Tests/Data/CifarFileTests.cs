using System.IO.Compression;
using Nabla.Data;
using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public sealed class CifarFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-cifar-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static byte[] Record(byte label, byte red) => [label, .. Enumerable.Repeat(red, 1024), .. new byte[2048]];

    string Write(string name, params ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Fact]
    public void Batches_are_joined_and_scaled()
    {
        Write("data_batch_1.bin", Record(3, 255));
        Write("data_batch_2.bin", Record(9, 0));
        using (var packed = new GZipStream(File.Create(Path.Combine(folder, "test_batch.bin.gz")), CompressionMode.Compress)) packed.Write(Record(1, 51));
        NamedDataset read = Datasets.Cifar10(folder);
        Assert.Equal("cifar10: 2 samples of [3, 32, 32], 10 classes, 1 test samples", read.ToString());
        Assert.Equal([3, 9], read.Data.Labels());
        Assert.Equal((1f, 0f, 0.2f), (read.Data[0].Features[0, 0, 0].Item<float>(), read.Data[0].Features[1, 0, 0].Item<float>(), read.Test![0].Features[0, 31, 31].Item<float>()));
    }

    [Fact]
    public void Damaged_files_are_refused()
    {
        Assert.Contains("expected records of 3073 bytes, got 3 bytes in all", Assert.Throws<DataFormatException>(
            () => CifarFile.Read([Write("cut.bin", [1, 2, 3])])).Message, StringComparison.Ordinal);
        Assert.Contains("expected records of 3073 bytes, got 0 bytes", Assert.Throws<DataFormatException>(
            () => CifarFile.Read([Write("empty.bin", [])])).Message, StringComparison.Ordinal);
        Assert.Contains("expected labels of 0 to 9, got 10 in record 1", Assert.Throws<DataFormatException>(
            () => CifarFile.Read([Write("label.bin", [.. Record(9, 0), .. Record(10, 0)])])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_the_files_says_what_belongs_there() =>
        Assert.Contains("expected 'data_batch_*.bin' or 'train.bin'", Assert.Throws<FileNotFoundException>(() => Datasets.Cifar10(folder)).Message, StringComparison.Ordinal);
}
