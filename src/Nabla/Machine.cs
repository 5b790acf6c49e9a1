using Nabla.Kernels;

namespace Nabla;

/// <summary>What computations run on.</summary>
public static class Machine
{
    /// <summary>
    /// Threads that take part in a computation, the caller included: 1 to 64. Default: one per processor. Results are the same,
    /// bit for bit, for any number.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in [1, 64].</exception>
    public static int Threads
    {
        get => Workers.Count;
        set => Workers.Count = value;
    }

    /// <summary>
    /// True makes every convolution exact, as the parameter <c>exact</c> does for one: no fast algorithm that loses accuracy. Default false. It counts
    /// where the convolution is computed; its gradients follow. Non-finite results are the same either way.
    /// </summary>
    public static bool ExactConvolutions { get; set; }

    /// <summary>
    /// The vector instructions the kernels use: Avx512, Avx2, Vector128 or Scalar. Default:
    /// the widest that this processor runs well. A narrower one may be set, to compare or to test; results may then differ in the last
    /// bits, since sums are taken in another order.
    /// </summary>
    /// <exception cref="ArgumentException">The name is unknown, or this processor has no such instructions.</exception>
    public static string InstructionSet
    {
        get => InstructionSets.Active.ToString();
        set => InstructionSets.Active = Enum.TryParse(value, ignoreCase: false, out InstructionSet chosen) && Enum.IsDefined(chosen) && chosen <= InstructionSets.Best
            ? chosen
            : throw new ArgumentException(
                $"Machine.InstructionSet: expected one of {string.Join(", ", Enum.GetValues<InstructionSet>().Where(static set => set <= InstructionSets.Best))} " +
                $"on this processor, got '{value}'.", nameof(value));
    }
}
