using System.Diagnostics;

namespace Nabla.Cli.Tests.Runs;

/// <summary>Runs that are stopped, killed or starved, on systems with POSIX signals.</summary>
public class InterruptionTests
{
    static readonly string[] Training = ["train", "digits-mlp", "--set", "training.epochs=60", "--set", "training.augmentation.shift=1"];

    [Fact]
    public void A_killed_run_resumes_to_the_same_bits()
    {
        using var place = new Workplace();
        Cli.Run(place.Path, [.. Training, "--name", "whole", "--quiet"]);
        Process process = Cli.Start(place.Path, [.. Training, "--name", "cut"]);
        ReadUntil(process, "epoch  3/60");
        process.Kill();
        Assert.NotEqual(0, Cli.Finish(process).ExitCode);
        RequireSameAfterResuming(place);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_saves_and_says_how_to_go_on(string signal, int code)
    {
        if (OperatingSystem.IsWindows()) return;
        using var place = new Workplace();
        Cli.Run(place.Path, [.. Training, "--name", "whole", "--quiet"]);
        Process process = Cli.Start(place.Path, [.. Training, "--name", "cut"]);
        ReadUntil(process, "epoch  3/60");
        Process.Start("/bin/bash", ["-c", $"kill -{signal} {process.Id}"]).WaitForExit();
        Cli.Result result = Cli.Finish(process);
        Assert.Equal((code, ""), (result.ExitCode, result.Error));
        Assert.Contains("Continue with: nabla train --resume runs/cut", result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(place["runs/cut/summary.json"]));
        RequireSameAfterResuming(place);
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using var place = new Workplace();
        foreach (string threads in new[] { "1", "2", "3" })
            Assert.Equal(0, Cli.Run(place.Path, "train", "digits", "--set", "training.epochs=1", "--threads", threads, "--name", threads, "--quiet").ExitCode);
        byte[] one = File.ReadAllBytes(place["runs/1/model.safetensors"]);
        Assert.Equal(one, File.ReadAllBytes(place["runs/2/model.safetensors"]));
        Assert.Equal(one, File.ReadAllBytes(place["runs/3/model.safetensors"]));
    }

    [Fact]
    public void A_complete_run_has_nothing_to_resume()
    {
        using var place = new Workplace();
        Cli.Run(place.Path, "train", "iris-softmax", "--quiet", "--set", "training.epochs=1");
        Cli.Result result = Cli.Run(place.Path, "train", "--resume", "iris-softmax");
        Assert.Equal((0, "runs/iris-softmax is complete: nothing to resume."), (result.ExitCode, result.Output.TrimEnd()));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_sentence()
    {
        using var place = new Workplace();
        place.Write("taken", "a file");
        Cli.Result result = Cli.Run(place.Path, "train", "iris-softmax", "--runs", "taken");
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("nabla: Run folder 'taken/iris-softmax': expected a place to write, got: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    /// <summary>The limit of a file's size stands for a full disk; the runtime itself must not map memory through files then.</summary>
    [Fact]
    public void A_full_disk_leaves_nothing_half_written()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var place = new Workplace();
        Cli.Result result = Cli.Shell(place.Path,
            "trap '' XFSZ; ulimit -f 32; DOTNET_EnableWriteXorExecute=0 exec \"$NABLA\" train digits-mlp --set training.epochs=3");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"^nabla: Write '[^']*safetensors': expected to write the file, got: [^\n]* No file was made\.\s*$", result.Error);
        Assert.Equal(["config.yaml"], Directory.EnumerateFiles(place["runs/digits-mlp"], "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    static void RequireSameAfterResuming(Workplace place)
    {
        Cli.Result resumed = Cli.Run(place.Path, "train", "--resume", "cut", "--threads", "1");
        Assert.Equal((0, ""), (resumed.ExitCode, resumed.Error));
        Assert.DoesNotContain("epoch  1/60", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(place["runs/whole/model.safetensors"]), File.ReadAllBytes(place["runs/cut/model.safetensors"]));
        Assert.Equal(60, File.ReadAllLines(place["runs/cut/metrics.jsonl"]).Length);
    }

    static void ReadUntil(Process process, string start)
    {
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.StartsWith(start, StringComparison.Ordinal)) return;
        Assert.Fail($"The run ended before '{start}': {process.StandardError.ReadToEnd()}");
    }
}
