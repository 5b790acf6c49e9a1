namespace Nabla;

/// <summary>Which type an operation computes in when its inputs differ.</summary>
internal static class Promotion
{
    extension(Tensor x)
    {
        /// <summary>The tensor in a type that kernels compute in: half types, integers and bools become Float32.</summary>
        public Tensor Computed() => x.DType.IsComputed ? x : x.To(DType.Float32);
    }

    /// <summary>Both tensors in one computed type: Float64 if a tensor with axes (or both) has it, else Float32.</summary>
    public static (Tensor A, Tensor B) Common(Tensor a, Tensor b, string who)
    {
        if (a.DType == b.DType && a.DType.IsComputed) return (a, b);
        DType common = Type(a.DType, a.Rank, b.DType, b.Rank);
        if (!common.IsComputed) common = DType.Float32;
        return (a.To(common), b.To(common));
    }

    /// <summary>
    /// The wider of two types: floats above integers above bools; a scalar tensor does not widen one with axes within the same
    /// kind (PyTorch's rule, so that a Float64 constant does not turn a model into Float64).
    /// </summary>
    public static DType Type(DType a, int rankA, DType b, int rankB)
    {
        if (a == b) return a;
        int kindA = Kind(a), kindB = Kind(b);
        if (kindA != kindB) return kindA > kindB ? a : b;
        if (rankA == 0 != (rankB == 0)) return rankA == 0 ? b : a;
        return (a, b) switch
        {
            (DType.Float64, _) or (_, DType.Float64) => DType.Float64,
            (DType.Int64, _) or (_, DType.Int64) => DType.Int64,
            (DType.Int32, _) or (_, DType.Int32) => DType.Int32,
            _ => DType.Float32,
        };
    }

    static int Kind(DType type) => type.IsFloat ? 2 : type == DType.Bool ? 0 : 1;
}
