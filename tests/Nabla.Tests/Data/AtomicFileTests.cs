using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public sealed class AtomicFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-atomic-").FullName;

    string Target => Path.Join(folder, "model.bin");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_new_file_and_a_replaced_one_hold_the_new_content_and_nothing_is_left_behind()
    {
        AtomicFile.Write(Target, s => s.WriteByte(1));
        AtomicFile.Write(Target, s => s.WriteByte(2));
        Assert.Equal<byte>([2], File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_failure_in_the_middle_leaves_the_old_file_and_says_so()
    {
        File.WriteAllBytes(Target, [1]);
        IOException error = Assert.Throws<IOException>(() => AtomicFile.Write(Target, s =>
        {
            s.Write(new byte[100_000]);
            throw new IOException("No space left on device.");
        }));
        Assert.Equal($"Write '{Target}': expected to write the file, got: No space left on device. The file that was there is unchanged.", error.Message);
        Assert.Equal<byte>([1], File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(folder));
    }

    [Fact]
    public void An_error_of_the_writer_itself_passes_through()
    {
        Assert.Throws<DTypeException>(() => AtomicFile.Write(Target, _ => throw new DTypeException("mine")));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        string path = Path.Join(folder, "missing", "model.bin");
        IOException error = Assert.Throws<IOException>(() => AtomicFile.Write(path, s => s.WriteByte(1)));
        Assert.StartsWith($"Write '{path}': expected to write the file, got: Could not find a part of the path", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("No file was made.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_reported_where_there_is_one_to_try()
    {
        // Writing to /dev/full fails as a full disk does. It cannot be renamed, so the stream inside the writer goes there.
        if (!File.Exists("/dev/full")) return;
        File.WriteAllBytes(Target, [1]);
        IOException error = Assert.Throws<IOException>(() => AtomicFile.Write(Target, _ =>
        {
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write);
            full.Write(new byte[1 << 20]);
            full.Flush();
        }));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal<byte>([1], File.ReadAllBytes(Target));
    }
}
