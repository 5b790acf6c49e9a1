using System.Runtime.CompilerServices;

namespace Nabla;

/// <summary>The element type of a tensor.</summary>
public enum DType : byte
{
    /// <summary>32-bit IEEE float: the default, and what the fast kernels compute in.</summary>
    Float32,

    /// <summary>64-bit IEEE float: for gradient checks and classical learning.</summary>
    Float64,

    /// <summary>16-bit IEEE float: storage; arithmetic converts to <see cref="Float32"/>.</summary>
    Float16,

    /// <summary>The upper 16 bits of a 32-bit float: storage; arithmetic converts to <see cref="Float32"/>.</summary>
    BFloat16,

    /// <summary>32-bit signed integer.</summary>
    Int32,

    /// <summary>64-bit signed integer: class indices and positions.</summary>
    Int64,

    /// <summary>8-bit unsigned integer: images.</summary>
    UInt8,

    /// <summary>One byte, 0 or 1: masks and comparisons.</summary>
    Bool,
}

/// <summary>Facts about element types.</summary>
public static class DTypeExtensions
{
    extension(DType type)
    {
        /// <summary>Bytes an element takes.</summary>
        public int Size
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => type switch
            {
                DType.Float64 or DType.Int64 => 8,
                DType.Float32 or DType.Int32 => 4,
                DType.Float16 or DType.BFloat16 => 2,
                _ => 1,
            };
        }

        /// <summary>True for the four floating-point types.</summary>
        public bool IsFloat => type <= DType.BFloat16;

        /// <summary>True for the two types of 16 bits, which are stored but not computed in.</summary>
        public bool IsHalf => type is DType.Float16 or DType.BFloat16;

        /// <summary>True for the types that operations compute in and gradients can have: Float32 and Float64.</summary>
        public bool IsComputed => type <= DType.Float64;
    }

    /// <summary>The element type that stores <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not an element type of tensors.</exception>
    public static DType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return DType.Float32;
        if (typeof(T) == typeof(double)) return DType.Float64;
        if (typeof(T) == typeof(Half)) return DType.Float16;
        if (typeof(T) == typeof(BFloat16)) return DType.BFloat16;
        if (typeof(T) == typeof(int)) return DType.Int32;
        if (typeof(T) == typeof(long)) return DType.Int64;
        if (typeof(T) == typeof(byte)) return DType.UInt8;
        if (typeof(T) == typeof(bool)) return DType.Bool;
        throw new DTypeException(
            $"Tensor: expected an element type float, double, Half, BFloat16, int, long, byte or bool, got {typeof(T).Name}.");
    }
}
