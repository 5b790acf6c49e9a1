using System.Text.Json;
using Nabla.Data.Formats;
using Nabla.Training;

namespace Nabla.Cli.Runs;

/// <summary><c>metrics.jsonl</c>: a line per epoch, appended whole or not at all.</summary>
internal sealed class MetricsLog(string path) : ITrainingObserver
{
    bool hasStarted;

    /// <summary>Replaces the log by the epochs of a whole run.</summary>
    public void Rewrite(IEnumerable<EpochRecord> history) => AtomicFile.Write(path, stream =>
    {
        foreach (EpochRecord record in history) stream.Write(Line(record));
    });

    public void OnStep(in StepReport report) { }

    public void OnEpoch(EpochRecord record)
    {
        if (!hasStarted && File.Exists(path)) Trim(record.Epoch - 1);
        hasStarted = true;
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        long length = file.Length;
        try
        {
            file.Position = length;
            file.Write(Line(record));
        }
        catch (Exception error) when (error is IOException or ArgumentOutOfRangeException)   // the second: too long for the file system
        {
            file.SetLength(length);
            throw new IOException($"Write '{path}': expected to add a line, got: {error.Message} The lines before are unchanged.", error);
        }
    }

    /// <summary>Forgets what was logged after the checkpoint of a resumed run: it is about to happen again.</summary>
    void Trim(int epochs)
    {
        string[] lines = File.ReadAllLines(path);
        if (lines.Length > epochs) RunFolder.Write(path, string.Concat(lines.Take(epochs).Select(static line => line + "\n")));
    }

    static byte[] Line(EpochRecord record)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", record.Epoch);
            json.WriteNumber("step", record.Step);
            json.WriteNumber("loss", record.Loss);
            json.WriteValues("validation", record.Validation);
            json.WriteNumber("learningRate", record.LearningRate);
            json.WriteNumber("seconds", Math.Round(record.Seconds, 4));
            json.WriteBoolean("isBest", record.IsBest);
            json.WriteEndObject();
        }
        memory.WriteByte((byte)'\n');
        return memory.ToArray();
    }
}
