using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// What <see cref="Autograd.MixedPrecision"/> does to tensors: factors of products are rounded to 16 bits for as long as a product runs, and
/// activations that backward will read are kept in 16 bits.
/// </summary>
internal static unsafe class MixedPrecision
{
    /// <summary>True if a saved tensor is an activation worth halving: not a parameter or a constant, which live on anyway, and not bookkeeping.</summary>
    public static bool Halves(Tensor saved, Tensor result) =>
        saved is { DType: DType.Float32, IsPrivate: false } && saved.Storage is Block { LongLived: false }
        && (ReferenceEquals(saved, result) || saved.Node is not (null or LeafNode));

    /// <summary>The memory of a tensor in 16 bits, shared by all that save it.</summary>
    public static Storage Half(Tensor x, DType type) =>
        ((Block)x.Storage).Halved(type, x.Offset + (Extent(x) is > 0 and int extent ? extent : (int)(((Block)x.Storage).Capacity / sizeof(float)) - x.Offset));

    /// <summary>The Float32 values of a tensor that was halved.</summary>
    public static Tensor Widened(Tensor half)
    {
        Tensor source = Dense(half), y = Like(source, DType.Float32);
        fixed (byte* from = &source.Storage.Data, to = &y.Storage.Data)
            Conversion.Run(from + (nint)source.Offset * source.DType.Size, source.DType, to, DType.Float32, Extent(source));
        GC.KeepAlive(source);
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>Factors of a product that takes many: see <see cref="Factor"/>. Give them to <see cref="Disown"/> when the product has run.</summary>
    public static Tensor[] Factors(Tensor[] given) => Autograd.Products.IsHalf ? [.. given.Select(static x => Rounds(x) ? Rounded(x, Autograd.Products) : x)] : given;

    /// <summary>Lets go of those <see cref="Factors"/> that are copies of what was given.</summary>
    public static void Disown(Tensor[] factors, Tensor[] given)
    {
        for (int i = 0; i < factors.Length; i++)
            if (!ReferenceEquals(factors[i], given[i])) Arena.Disown(factors[i]);
    }

    static bool Rounds(Tensor x) => Autograd.Products.IsHalf && x is { DType: DType.Float32, Length: > 0 };

    /// <summary>The values of a Float32 tensor rounded to 16 bits, as Float32. The caller disowns it.</summary>
    static Tensor Rounded(Tensor x, DType type)
    {
        Tensor source = Dense(x);
        int extent = Extent(source);
        Tensor y = Arena.Owned(source.Shape, DType.Float32, (nint)extent * sizeof(float));
        y.Reset(y.Storage, source.Shape, source.Strides, 0, DType.Float32);
        fixed (float* from = &source.Origin<float>(), to = &y.Origin<float>()) Conversion.Round(from, to, type, extent);
        GC.KeepAlive(source);
        return y;
    }

    /// <summary>An uninitialized tensor with the strides of <paramref name="x"/>.</summary>
    static Tensor Like(Tensor x, DType type)
    {
        if (x.IsContiguous) return Tensor.Uninitialized(x.Shape, type);
        Tensor memory = Tensor.Uninitialized(Shape.Create(Extent(x)), type);
        return Tensor.View(memory, x.Shape, x.Strides, 0);
    }

    /// <summary>The tensor, or a copy where so much lies between its elements that converting all of it would be a waste.</summary>
    static Tensor Dense(Tensor x)
    {
        if (Extent(x) is > 0 and int extent && extent <= 2L * x.Length) return x;
        using Autograd.Scope scope = Autograd.NoGradient();
        return x.Contiguous();
    }

    /// <summary>Elements from the first to the last one in memory; 0 if some stride is negative or there are none.</summary>
    static int Extent(Tensor x)
    {
        if (x.Length == 0) return 0;
        long last = 0;
        for (int axis = 0; axis < x.Rank; axis++)
        {
            if (x.Strides[axis] < 0) return 0;
            last += (x.Shape[axis] - 1L) * x.Strides[axis];
        }
        return (int)last + 1;
    }

    /// <summary>A factor of a product as the product reads it: itself or, under mixed precision, a rounded copy that lives as long as this.</summary>
    internal readonly ref struct Factor : IDisposable
    {
        readonly bool isCopy;

        /// <summary>Takes a tensor into a product.</summary>
        public Factor(Tensor x)
        {
            isCopy = Rounds(x);
            Value = isCopy ? Rounded(x, Autograd.Products) : x;
        }

        public Tensor Value { get; }

        public void Dispose()
        {
            if (isCopy) Arena.Disown(Value);
        }
    }
}
