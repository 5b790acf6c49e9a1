using Nabla.Kernels;

namespace Nabla.Optimizers;

/// <summary>Lengths and changes in place of the tensors that optimizers hold: no recording, no allocation.</summary>
internal static unsafe class ParameterVectors
{
    extension(Tensor x)
    {
        /// <summary>Σ x², summed in double precision over fixed blocks.</summary>
        public double SquaredLength()
        {
            Tensor plain = x.Contiguous();
            double sum;
            if (x.DType == DType.Float32)
                fixed (float* from = &plain.Origin<float>()) sum = SquareSum.Of(from, plain.Length);
            else
                fixed (double* from = &plain.Origin<double>()) sum = SquareSum.Of(from, plain.Length);
            GC.KeepAlive(plain);
            return sum;
        }

        /// <summary>Σ (x − y)² of contiguous tensors of one shape and type, summed like <c>SquaredLength</c>.</summary>
        public double SquaredDistance(Tensor y)
        {
            double sum;
            if (x.DType == DType.Float32)
                fixed (float* a = &x.Origin<float>(), b = &y.Origin<float>()) sum = SquareSum.OfDifference(a, b, x.Length);
            else
                fixed (double* a = &x.Origin<double>(), b = &y.Origin<double>()) sum = SquareSum.OfDifference(a, b, x.Length);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            return sum;
        }

        /// <summary>x ← y for contiguous tensors of one shape and type.</summary>
        public void CopyOf(Tensor y)
        {
            if (x.DType == DType.Float32) y.Span<float>().CopyTo(x.Span<float>());
            else y.Span<double>().CopyTo(x.Span<double>());
            x.Storage.Changed();
            GC.KeepAlive(x);
            GC.KeepAlive(y);
        }

        /// <summary>x ← 0, for a contiguous tensor.</summary>
        public void Clear()
        {
            if (x.DType == DType.Float32) x.Span<float>().Clear();
            else x.Span<double>().Clear();
            x.Storage.Changed();
            GC.KeepAlive(x);
        }

        /// <summary>Runs a rule without states on x and y, of one shape and type: x takes the place of the parameter, y that of the gradient.</summary>
        public void Change<R>(Tensor y, R rule) where R : struct, IUpdate => x.Change(y, x, rule);

        /// <summary>As above, for a rule with one state.</summary>
        public void Change<R>(Tensor y, Tensor state, R rule) where R : struct, IUpdate
        {
            if (x.DType == DType.Float32)
                fixed (float* w = &x.Origin<float>(), g = &y.Origin<float>(), s = &state.Origin<float>()) UpdateLoop.Run(rule, w, g, s, null, null, x.Length);
            else
                fixed (double* w = &x.Origin<double>(), g = &y.Origin<double>(), s = &state.Origin<double>()) UpdateLoop.Run(rule, w, g, s, null, null, x.Length);
            x.Storage.Changed();
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            GC.KeepAlive(state);
        }
    }
}
