using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>Work on the rows first … end − 1 of a block, written once for lanes of any width.</summary>
internal interface ILaneRows
{
    void Run<V>(int first, int end) where V : unmanaged, ILanes<V>;
}

/// <summary>Work on lanes of T with a result.</summary>
internal interface ILaneWork
{
    double Run<V>() where V : unmanaged, ILanes<V>;
}

/// <summary>
/// Chooses the lanes at run time: doubles one by one; floats sixteen at a time with AVX-512, as an ordinary vector holds them elsewhere,
/// one by one if <see cref="InstructionSets.Active"/> says so.
/// </summary>
internal static class LaneChoice
{
    /// <summary>True if floats go sixteen at a time.</summary>
    public static bool IsWide => InstructionSets.Active == InstructionSet.Avx512;

    /// <summary>Runs rows on the lanes of <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<T, TRows>(in TRows work, int first, int end) where TRows : struct, ILaneRows
    {
        if (typeof(T) == typeof(double)) work.Run<Float64>(first, end);
        else if (IsWide) work.Run<Lanes512>(first, end);
        else if (InstructionSets.Active != InstructionSet.Scalar) work.Run<LanesN>(first, end);
        else work.Run<Float32>(first, end);
    }

    /// <summary>Runs work with a result on the lanes of <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Run<T, TWork>(in TWork work) where TWork : struct, ILaneWork
    {
        if (typeof(T) == typeof(double)) return work.Run<Float64>();
        if (IsWide) return work.Run<Lanes512>();
        return InstructionSets.Active != InstructionSet.Scalar ? work.Run<LanesN>() : work.Run<Float32>();
    }
}
