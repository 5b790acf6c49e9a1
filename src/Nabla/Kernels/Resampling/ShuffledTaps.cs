namespace Nabla.Kernels;

/// <summary>
/// A <see cref="ResamplingMap"/> of floats as eight outputs at a time read it: where eight neighboring outputs take their k-th inputs from eight
/// neighboring inputs, as they do when an axis grows, one load and one shuffle fetch them all.
/// </summary>
internal sealed class ShuffledTaps
{
    /// <summary>Outputs of a group; the last group ends with the axis and may overlap the one before.</summary>
    public const int Width = 8;

    public ShuffledTaps(ResamplingMap map)
    {
        Groups = (map.To + Width - 1) / Width;
        IsPossible = map.To >= Width;
        if (!IsPossible) return;
        Bases = new int[Groups * map.Taps];
        (Lanes, Weights) = (new int[Bases.Length * Width], new float[Bases.Length * Width]);
        float[] weights = map.Weights<float>();
        for (int slot = 0; slot < Bases.Length && IsPossible; slot++)
        {
            int first = FirstOutput(slot / map.Taps, map.To) * map.Taps + slot % map.Taps;
            // A group may begin up to seven inputs before the end: rows are followed by room for that.
            Bases[slot] = Math.Min(map.Places[first], Math.Max(0, map.From - Width));
            for (int lane = 0; lane < Width; lane++)
            {
                int entry = first + lane * map.Taps, distance = map.Places[entry] - Bases[slot];
                IsPossible &= distance is >= 0 and < Width;
                (Lanes[slot * Width + lane], Weights[slot * Width + lane]) = (distance, weights[entry]);
            }
        }
    }

    /// <summary>True if every group reads within eight neighbors.</summary>
    public bool IsPossible { get; }

    public int Groups { get; }

    /// <summary>First input of each group and tap.</summary>
    public int[] Bases { get; } = [];

    /// <summary>Which of the eight inputs each output takes, for each group and tap.</summary>
    public int[] Lanes { get; } = [];

    /// <summary>What it counts.</summary>
    public float[] Weights { get; } = [];

    public static int FirstOutput(int group, int outputs) => Math.Min(group * Width, outputs - Width);
}
