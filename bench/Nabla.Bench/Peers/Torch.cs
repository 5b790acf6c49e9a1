using System.Globalization;
using System.Runtime.Intrinsics.X86;
using Nabla.Bench.Measurement;

namespace Nabla.Bench.Peers;

/// <summary>PyTorch, through the peer's own scripts: as installed, and in the environment that the scripts recommend.</summary>
internal sealed class Torch
{
    const string Python = "/usr/bin/python3";

    readonly string folder;
    readonly int threads;
    bool? detectedProductIsFaster;

    /// <exception cref="BenchException">The scripts or PyTorch are missing.</exception>
    public Torch(string folder, int threads)
    {
        (this.folder, this.threads) = (folder, threads);
        if (!File.Exists(Path.Combine(folder, "torch_ops.py")))
            throw new BenchException(
                $"--against torch: expected the peer's scripts (torch_ops.py, torch_train.py, startup.py, common.py, env.sh) in {folder}, got none. " +
                "Name their folder with --peers DIR.", exitCode: 2);
        try
        {
            ChildProcess.Run([Python, "-c", "import torch; print(torch.__version__)"], line => Version = line, isQuiet: true);
        }
        catch (Exception error) when (error is BenchException or System.ComponentModel.Win32Exception)
        {
            throw new BenchException(
                $"--against torch: expected PyTorch for {Python}, got none. Install it: apt-get install python3-torch.", exitCode: 2);
        }
    }

    /// <summary>PyTorch's own number.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The configurations to try, the one as installed first.</summary>
    /// <param name="tunedArguments">What the tuned run gets besides.</param>
    public IEnumerable<Variant> Variants(string tunedArguments = "")
    {
        // The path is for scripts of our own, which import the peer's common.py.
        string count = $"export OMP_NUM_THREADS={threads} PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1";
        yield return new Variant("default", count, "");
        // The scripts ask for AVX-512, which kills PyTorch on a processor that lacks it.
        string tuned = $"{count}; . ./env.sh{(Avx512F.IsSupported ? "" : "; export ATEN_CPU_CAPABILITY=avx2")}";
        if (DetectedProductIsFaster(tuned)) tuned += "; unset OPENBLAS_CORETYPE";
        if (threads == 1)
        {
            yield return new Variant("tuned", tuned, tunedArguments);
            yield break;
        }
        // With two threads the scripts ask for another OpenBLAS, or else for threads that do not spin against each other.
        string spin = Directory.Exists(Path.Combine(folder, "build/openblas-openmp")) ? ". ./env2.sh" : "export OMP_WAIT_POLICY=PASSIVE";
        yield return new Variant("tuned", $"{tuned}; {spin}", tunedArguments);
    }

    // The scripts name OpenBLAS's AVX2 products, the fastest where AVX-512 is computed in halves. Where it is not, what OpenBLAS
    // itself finds is twice as fast: whoever is faster here stands for the peer.
    bool DetectedProductIsFaster(string tuned) =>
        detectedProductIsFaster ??= SecondsOfProduct($"{tuned}; unset OPENBLAS_CORETYPE") < SecondsOfProduct(tuned);

    double SecondsOfProduct(string environment)
    {
        const string Program =
            "import time, torch; torch.set_num_threads(1); x = torch.rand(512, 512); t = [(x @ x, time.perf_counter())[1] for _ in range(200)]; " +
            "print(min(b - a for a, b in zip(t, t[1:])))";
        double seconds = double.NaN;
        ChildProcess.Run(["/bin/bash", "-c", $"{environment}; exec {string.Join(' ', ChildProcess.Pinned(1, Python))} -c '{Program}'"],
            line => seconds = double.Parse(line, CultureInfo.InvariantCulture), folder);
        return seconds;
    }

    /// <summary>Runs a script in one configuration, pinned like ours, and hands over its readings.</summary>
    public void Run(string script, string arguments, Variant variant, Action<Reading> read, Func<bool>? isDone = null)
    {
        string[] python = ChildProcess.Pinned(threads, Python, script);
        string shell = $"{variant.Environment}; exec {string.Join(' ', python)} {arguments} --threads {threads} {variant.Arguments}";
        ChildProcess.Run(["/bin/bash", "-c", shell], Line, folder, isDone);

        void Line(string text)
        {
            if (Reading.Parse(text) is { } reading) read(reading);
        }
    }

    /// <summary>A way to run the scripts.</summary>
    internal sealed record Variant(string Name, string Environment, string Arguments);
}
