using Nabla.Kernels;

namespace Nabla;

/// <summary>Copies, conversions and changes in place.</summary>
public static unsafe class Copies
{
    extension(Tensor x)
    {
        /// <summary>The tensor itself if its elements lie in row-major order, else a copy in which they do.</summary>
        public Tensor Contiguous() => x.IsContiguous ? x : x.Clone();

        /// <summary>A copy with memory of its own, row-major. Gradients pass through.</summary>
        public Tensor Clone()
        {
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            CopyElements(x, y);
            return Autograd.Record("Clone", y, [x], [], static (g, _) => [g]);
        }

        /// <summary>
        /// The elements converted to another type. Floats to integers drop the fraction, saturate at the ends of the range, and make
        /// 0 of NaN; integers to narrower integers wrap around; anything to Bool asks whether it is not 0; the half types convert by
        /// way of Float32, to nearest, ties to even. Gradients pass between Float32 and Float64.
        /// </summary>
        public Tensor To(DType dtype)
        {
            if (dtype == x.DType) return x;
            if ((x.DType.IsHalf && dtype != DType.Float32) || (dtype.IsHalf && x.DType != DType.Float32)) return x.To(DType.Float32).To(dtype);
            Tensor plain = x.Contiguous();
            Tensor y = Tensor.Uninitialized(x.Shape, dtype);
            fixed (byte* from = &plain.Storage.Data, to = &y.Storage.Data)
                Conversion.Run(from + (nint)plain.Offset * plain.DType.Size, plain.DType, to, y.DType, y.Length);
            GC.KeepAlive(plain);
            GC.KeepAlive(y);
            return dtype.IsComputed && x.DType.IsComputed
                ? Autograd.Record("To", y, [plain], [], plain.DType, static (g, _, dtype) => [g.To(dtype)])
                : y;
        }
    }

    /// <summary>y[i…] = x[i…] for equal shapes and types.</summary>
    internal static void CopyElements(Tensor x, Tensor y)
    {
        fixed (byte* from = &x.Storage.Data, to = &y.Storage.Data)
        {
            switch (x.DType.Size)
            {
                case 1: Copy<byte>(from, to); break;
                case 2: Copy<short>(from, to); break;
                case 4: Copy<int>(from, to); break;
                default: Copy<long>(from, to); break;
            }
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);

        void Copy<T>(byte* from, byte* to) where T : unmanaged =>
            StridedCopy.Run(x.Shape.Axes, (T*)from + x.Offset, x.Strides, (T*)to + y.Offset, y.Strides);
    }
}
