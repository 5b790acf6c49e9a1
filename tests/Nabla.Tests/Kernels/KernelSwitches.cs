using Nabla.Kernels;

namespace Nabla.Tests.Kernels;

/// <summary>Tests that change the instruction set or the thread count of the process run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class KernelSwitches
{
    public const string Name = "Kernel switches";

    public static void With(string set, Action body)
    {
        var before = InstructionSets.Active;
        InstructionSets.Active = Enum.Parse<InstructionSet>(set);
        try { body(); }
        finally { InstructionSets.Active = before; }
    }

    public static void With(int threads, Action body)
    {
        int before = Workers.Count;
        Workers.Count = threads;
        try { body(); }
        finally { Workers.Count = before; }
    }
}
