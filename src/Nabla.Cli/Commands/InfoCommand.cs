using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Nabla.Cli.Runs;

namespace Nabla.Cli.Commands;

/// <summary><c>nabla info</c>: what this installation is and what it found on the machine.</summary>
internal static class InfoCommand
{
    public static Command Create()
    {
        var command = new Command("info", "Show version, processor features, threads, memory and optional engines.");
        command.SetAction(static _ =>
        {
            Print();
            return ExitCodes.Success;
        });
        return command;
    }

    static void Print()
    {
        Line("nabla", RunSummary.Version);
        Line("runtime", $"{RuntimeInformation.FrameworkDescription} ({RuntimeInformation.ProcessArchitecture})");
        Line("system", RuntimeInformation.OSDescription);
        Line("processor", string.Join(" ", Features()));
        Line("instructions", $"{Machine.InstructionSet} chosen");
        Line("threads", $"{Machine.Threads} of {Environment.ProcessorCount} processors");
        Line("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1073741824.0:0.0} GB available to this process"));
        Line("cuda", Engine("CUDA", "libcuda.so.1", "nvcuda.dll"));
        Line("mpi", Engine("MPI", "libmpi.so.40", "libmpi.so.12", "msmpi.dll"));
    }

    static IEnumerable<string> Features()
    {
        (string Name, bool IsSupported)[] features =
        [
            ("SSE4.2", Sse42.IsSupported), ("AVX", Avx.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported),
            ("AVX-512F", Avx512F.IsSupported), ("AVX-512BW", Avx512BW.IsSupported), ("AVX-512DQ", Avx512DQ.IsSupported),
            ("AVX-512VBMI", Avx512Vbmi.IsSupported), ("AdvSimd", AdvSimd.IsSupported), ("Dp", Dp.IsSupported),
        ];
        return features.Where(static feature => feature.IsSupported).Select(static feature => feature.Name).DefaultIfEmpty("no vector instructions");
    }

    /// <summary>Why an optional engine is not there: this version has none, and what it would need was or was not found.</summary>
    static string Engine(string name, params string[] libraries)
    {
        foreach (string library in libraries)
        {
            if (!NativeLibrary.TryLoad(library, out nint handle)) continue;
            NativeLibrary.Free(handle);
            return $"not available: {library} is on this machine, but this version of nabla has no {name} engine";
        }
        return $"not available: this version of nabla has no {name} engine (and {string.Join(", ", libraries)} cannot be loaded)";
    }

    static void Line(string name, string value) => Console.WriteLine($"{name,-13} {value}");
}
