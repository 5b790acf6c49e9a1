using System.Numerics;

namespace Nabla;

/// <summary>Work that only moves elements: any type of the same size will do.</summary>
internal interface IMove
{
    void Run<T>() where T : unmanaged, IEquatable<T>;
}

/// <summary>Work that calculates with elements.</summary>
internal interface ICalculation
{
    void Run<T>() where T : unmanaged, INumber<T>;
}

/// <summary>From the element type a tensor has at run time to the type argument of a kernel.</summary>
internal static class ElementTypes
{
    extension(DType dtype)
    {
        /// <summary>Runs <paramref name="move"/> on an integer type as wide as the elements.</summary>
        public void Move<TMove>(TMove move) where TMove : struct, IMove
        {
            switch (dtype.Size)
            {
                case 1: move.Run<byte>(); break;
                case 2: move.Run<short>(); break;
                case 4: move.Run<int>(); break;
                default: move.Run<long>(); break;
            }
        }

        /// <summary>Runs <paramref name="calculation"/> on the element type itself; bools are bytes.</summary>
        public void Calculate<TCalculation>(TCalculation calculation) where TCalculation : struct, ICalculation
        {
            switch (dtype)
            {
                case DType.Float32: calculation.Run<float>(); break;
                case DType.Float64: calculation.Run<double>(); break;
                case DType.Int32: calculation.Run<int>(); break;
                case DType.Int64: calculation.Run<long>(); break;
                case DType.UInt8 or DType.Bool: calculation.Run<byte>(); break;
                default: throw new DTypeException($"Expected a type with arithmetic of its own, got {dtype}. Convert with To(DType.Float32).");
            }
        }
    }
}
