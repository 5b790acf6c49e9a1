using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class LibsvmFileTests
{
    static string Write(string text)
    {
        string path = Path.Join(Path.GetTempPath(), $"{Guid.NewGuid():N}.train");
        File.WriteAllText(path, text);
        return path;
    }

    static LibsvmData[] Read(params string[] texts)
    {
        string[] paths = [.. texts.Select(Write)];
        try
        {
            return LibsvmFile.Read(paths);
        }
        finally
        {
            foreach (string path in paths) File.Delete(path);
        }
    }

    [Fact]
    public void Parts_have_the_width_of_the_widest()
    {
        LibsvmData[] parts = Read("1 2:0.5 4:-1e2 # first\n\n0\t1:3\n", "-1.5 1:7\n");
        Assert.Equal([1, 0], parts[0].Labels);
        Assert.Equal([0, 0.5f, 0, -100, 3, 0, 0, 0], parts[0].Features.ToArray<float>());
        Assert.Equal([-1.5f], parts[1].Labels);
        Assert.Equal([7, 0, 0, 0], parts[1].Features.ToArray<float>());
    }

    [Theory]
    [InlineData("1 0:3\n", ":1: expected column:value with columns that rise from 1 to at most 1048576, got '0:3' after column 0.")]
    [InlineData("1 2:3 2:4\n", ":1: expected column:value with columns that rise from 1 to at most 1048576, got '2:4' after column 2.")]
    [InlineData("1 1:1\n2 9999999:1\n", ":2: expected column:value with columns that rise from 1 to at most 1048576, got '9999999:1' after column 0.")]
    [InlineData("1 1:x\n", ":1: expected a finite number, got 'x'.")]
    [InlineData("1 1:1\nNaN 1:1\n", ":2: expected a finite number, got 'NaN'.")]
    [InlineData("# nothing\n", ": expected rows of a label and column:value, got none.")]
    public void Broken_files_are_refused_with_their_line(string text, string message) =>
        Assert.EndsWith(message, Assert.Throws<DataFormatException>(() => Read(text)).Message, StringComparison.Ordinal);
}
