using System.Runtime.CompilerServices;
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
        /// The elements converted to another type: floats to integers truncate, anything to Bool asks whether it is not 0.
        /// Gradients pass between Float32 and Float64.
        /// </summary>
        public Tensor To(DType dtype)
        {
            if (dtype == x.DType) return x;
            Tensor plain = x.Contiguous();
            Tensor y = Tensor.Uninitialized(x.Shape, dtype);
            Conversion.Run(ref plain.Storage.Data, plain.Offset, plain.DType, ref y.Storage.Data, y.DType, y.Length);
            GC.KeepAlive(plain);
            return dtype.IsComputed && x.DType.IsComputed
                ? Autograd.Record("To", y, [plain], [], plain.DType, static (g, _, dtype) => [g.To(dtype)])
                : y;
        }

        /// <summary>Overwrites this tensor with <paramref name="source"/>, which broadcasts and is converted. Not recorded.</summary>
        internal void Overwrite(Tensor source)
        {
            CopyElements(source.To(x.DType).Expand(x.Shape), x);
            x.Storage.Changed();
        }

        /// <summary>x += y without recording. y broadcasts to x.</summary>
        internal void AddInPlace(Tensor y) => x.AddScaledInPlace(y, 1);

        /// <summary>x += scale·y without recording. y broadcasts to x.</summary>
        internal void AddScaledInPlace(Tensor y, double scale)
        {
            if (!x.IsContiguous || !x.DType.IsComputed)                               // the row loops write contiguous results
            {
                x.Overwrite(x + y * scale);
                return;
            }
            y = y.To(x.DType);
            if (x.DType == DType.Float32) Mapping.RunRows<ScaledSum, float>(new(scale), x, y, x);
            else Mapping.RunRows<ScaledSum, double>(new(scale), x, y, x);
            x.Storage.Changed();
        }
    }

    static void CopyElements(Tensor x, Tensor y)
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

    readonly struct ScaledSum(double scale) : ILaneFunction2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Run<V>(V a, V b) where V : struct, ILanes<V> => V.FusedMultiplyAdd(b, V.Constant(scale), a);
    }
}
