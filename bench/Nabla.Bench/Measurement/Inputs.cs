namespace Nabla.Bench.Measurement;

/// <summary>
/// The numbers of the peers' scripts, bit for bit: element i of a stream depends on (stream, i) only. The generator is SplitMix64
/// (Steele, Lea, Flood, 2014) without its state.
/// </summary>
internal static class Inputs
{
    /// <summary>Element <paramref name="index"/> of a stream: 64 random bits.</summary>
    public static ulong Bits(ulong stream, long index)
    {
        unchecked
        {
            ulong z = (ulong)(index + 1) * 0x9E37_79B9_7F4A_7C15 + stream * 0xD1B5_4A32_D192_ED03;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Float32 in [−1, 1): the upper 24 bits.</summary>
    public static Tensor Uniform(ulong stream, Shape shape)
    {
        var values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++) values[i] = UniformAt(stream, i);
        return Tensor.From(values, shape);
    }

    /// <summary>Float64 in [0, 1): the upper 53 bits.</summary>
    public static Tensor Unit(ulong stream, Shape shape)
    {
        var values = new double[shape.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (Bits(stream, i) >> 11) * double.Exp2(-53);
        return Tensor.From(values, shape);
    }

    /// <summary>Int64 in [0, limit).</summary>
    public static Tensor Ids(ulong stream, int limit, Shape shape)
    {
        var values = new long[shape.Length];
        for (int i = 0; i < values.Length; i++) values[i] = (long)(Bits(stream, i) % (ulong)limit);
        return Tensor.From(values, shape);
    }

    /// <summary>Nearly normal Float32 of variance 1: the sum of the uniform numbers of three neighboring streams.</summary>
    public static Tensor Bell(ulong stream, Shape shape)
    {
        var values = new float[shape.Length];
        for (int i = 0; i < values.Length; i++) values[i] = UniformAt(stream, i) + UniformAt(stream + 1, i) + UniformAt(stream + 2, i);
        return Tensor.From(values, shape);
    }

    static float UniformAt(ulong stream, long index) => (Bits(stream, index) >> 40) * (1f / (1 << 23)) - 1;
}
