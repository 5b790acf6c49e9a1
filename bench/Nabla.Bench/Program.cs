using Nabla.Bench.Limits;
using Nabla.Bench.Suites;

namespace Nabla.Bench;

/// <summary>Measures Nabla, alone or beside its peer.</summary>
internal static class Program
{
    static int Main(string[] arguments) => arguments is [string first, ..]
        ? first switch
        {
            "nothing" => 0, // timed from process start: nothing else may be loaded before it
            _ => Run(arguments),
        }
        : Run(arguments);

    static int Run(string[] arguments)
    {
        try
        {
            Options options = Options.Parse(arguments);
            switch (options.Command, options.Words)
            {
                case ("limits", []):
                    Console.WriteLine(MachineLimits.Measure(options.Threads).ToText());
                    return 0;
                case ("measure", [string suite, string group]):
                    return Measuring.Run(Suite.Named(suite), group, options);
                case (string name, []):
                    return new SideBySide(Suite.Named(name), options).Run();
                default:
                    throw new BenchException($"Nabla.Bench: expected one suite, got {string.Join(' ', arguments)}.", exitCode: 2);
            }
        }
        catch (BenchException error)
        {
            Console.Error.WriteLine(error.Message);
            return error.ExitCode;
        }
        catch (TypeInitializationException error) when (error.GetBaseException() is BenchException cause)      // outside the repository
        {
            Console.Error.WriteLine(cause.Message);
            return cause.ExitCode;
        }
    }
}
