using System.Diagnostics.CodeAnalysis;

namespace Nabla;

/// <summary>The type of a tensor's elements.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The members are element types; their names are the field's.")]
public enum DType
{
    /// <summary>IEEE 754 single precision; the default for computing.</summary>
    Float32,

    /// <summary>IEEE 754 double precision.</summary>
    Float64,

    /// <summary>IEEE 754 half precision: storage and conversion.</summary>
    Float16,

    /// <summary>The upper half of a single: 8 bits of exponent, 8 of precision. Storage and conversion.</summary>
    BFloat16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer; class indices and positions.</summary>
    Int64,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>True or false, one byte each.</summary>
    Bool,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    extension(DType dtype)
    {
        /// <summary>Bytes of one element.</summary>
        public int Size => dtype switch
        {
            DType.Float64 or DType.Int64 => 8,
            DType.Float32 or DType.Int32 => 4,
            DType.Float16 or DType.BFloat16 => 2,
            _ => 1,
        };
    }
}
