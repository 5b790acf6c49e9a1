using System.Reflection;

namespace Nabla.Cli.Tests;

/// <summary>Compares a text with a file that a person has looked at. With NABLA_APPROVE=1 the file is written instead.</summary>
internal static class Approval
{
    static readonly string Source = typeof(Approval).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "SourceFolder").Value!;

    /// <param name="actual">The text.</param>
    /// <param name="file">Relative to the folder of the test project.</param>
    public static void Check(string actual, string file)
    {
        string path = Path.GetFullPath(Path.Combine(Source, file));
        if (Environment.GetEnvironmentVariable("NABLA_APPROVE") == "1") File.WriteAllText(path, actual);
        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", actual, ignoreLineEndingDifferences: true);
    }
}
