using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Nabla.Cli.Recipes;
using Nabla.Training;

namespace Nabla.Cli.Runs;

/// <summary>What a complete run came to.</summary>
internal sealed record RunSummary(Recipe Recipe, TrainingResult Training, IReadOnlyDictionary<string, double> Test, long Parameters, double Seconds)
{
    public static string Version { get; } =
        typeof(RunSummary).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The test values of a summary.</summary>
    /// <exception cref="DataFormatException">The file is not what <see cref="Write"/> writes.</exception>
    public static IReadOnlyDictionary<string, double> ReadTest(string path)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.GetProperty("test").EnumerateObject().ToDictionary(
                static entry => entry.Name, static entry => entry.Value.ValueKind == JsonValueKind.Null ? double.NaN : entry.Value.GetDouble());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new DataFormatException($"{path}: expected the summary of a run, got: {error.Message}", error);
        }
    }

    public void Write(string path)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("recipe", Recipe.Name);
            json.WriteValues("test", Test);
            json.WriteString("end", Training.End.ToString());
            json.WriteNumber("epochs", Training.History.Count);
            json.WriteNumber("bestEpoch", Training.BestEpoch);
            json.WriteNumber("parameters", Parameters);
            json.WriteNumber("trainingSeconds", Math.Round(Training.Seconds, 3));
            json.WriteNumber("processSeconds", Math.Round(Seconds, 3));
            json.WriteNumber("peakMemoryBytes", Process.GetCurrentProcess().PeakWorkingSet64);
            json.WriteNumber("peakTensorBytes", Memory.PeakBytes);
            json.WriteNumber("seed", Recipe.Training.Seed);
            json.WriteNumber("threads", Machine.Threads);
            json.WriteString("instructionSet", Machine.InstructionSet);
            json.WriteStartObject("versions");
            json.WriteString("nabla", Version);
            json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            json.WriteString("system", RuntimeInformation.OSDescription);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        RunFolder.Write(path, Encoding.UTF8.GetString(memory.ToArray()) + "\n");
    }
}
