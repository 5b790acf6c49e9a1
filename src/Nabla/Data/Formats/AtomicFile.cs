namespace Nabla.Data.Formats;

/// <summary>Writes a file so that a reader sees the old content or the new, never a part: whatever fails, the old file stays.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Lets <paramref name="write"/> fill a temporary file in the same folder, flushes it to the disk and renames it over
    /// <paramref name="path"/>. When anything throws, the temporary file is deleted and the file at <paramref name="path"/> is as before.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written: the message says which and why (full disk, missing folder, no
    /// permission).</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string target = Path.GetFullPath(path);
        string temporary = Path.Join(Path.GetDirectoryName(target), $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}");
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception cause)
        {
            Delete(temporary);
            // The runtime reports a file that is too long for its system (EFBIG) as an argument out of range.
            bool isOfFile = cause is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };
            if (!isOfFile || cause is DataFormatException) throw;
            string state = File.Exists(target) ? "The file that was there is unchanged" : "No file was made";
            throw new IOException($"Write '{path}': expected to write the file, got: {cause.Message} {state}.", cause);
        }
    }

    static void Delete(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // What made the writing fail is worth more to the caller than this.
        }
    }
}
