using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Tests that change the process-wide settings of the kernels run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KernelSettings
{
    public const string Name = "Kernel settings";

    /// <summary>Runs the test with every instruction set that this processor has.</summary>
    public static void ForEachInstructionSet(Action test)
    {
        InstructionSet before = InstructionSets.Active;
        try
        {
            foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(set => set <= InstructionSets.Best))
            {
                InstructionSets.Active = set;
                test();
            }
        }
        finally
        {
            InstructionSets.Active = before;
        }
    }

    /// <summary>Sets the number of threads until disposed.</summary>
    public static IDisposable Threads(int count)
    {
        var restore = new Restore(Workers.Count);
        Workers.Count = count;
        return restore;
    }

    /// <summary>Runs <paramref name="body"/> on that many threads.</summary>
    public static void With(int threads, Action body)
    {
        using IDisposable restore = Threads(threads);
        body();
    }

    sealed class Restore(int count) : IDisposable
    {
        public void Dispose() => Workers.Count = count;
    }
}
