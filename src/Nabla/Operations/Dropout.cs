using Nabla.Kernels;

namespace Nabla;

/// <summary>Random removal of elements in training.</summary>
public static unsafe class DropoutOperations
{
    extension(Tensor x)
    {
        /// <summary>
        /// Each element becomes 0 with probability <paramref name="p"/>, else x / (1 − p), so that its expectation stays. Same shape as
        /// the input. Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, 2014.
        /// </summary>
        /// <remarks>
        /// The choice for element i is number i of the stream: it does not depend on threads, and backward draws it again instead of
        /// keeping a mask. Use one stream per call.
        /// </remarks>
        /// <param name="p">Probability of removal, in [0, 1).</param>
        /// <param name="stream">The random numbers to use.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is not in [0, 1).</exception>
        public Tensor Dropout(double p, RandomStream stream)
        {
            if (p is not (>= 0 and < 1))
                throw new ArgumentOutOfRangeException(nameof(p), p, $"Dropout: expected a probability in [0, 1), got {p}. It is the share to remove.");
            x = x.Computed();
            if (p == 0) return x;
            x = x.Contiguous();
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            if (x.DType == DType.Float32) Run<float>(x, p, stream, y);
            else Run<double>(x, p, stream, y);
            // The operation is linear: its derivative is itself.
            return Autograd.Record("Dropout", y, [x], [], (p, stream), static (g, _, state) => [g.Dropout(state.p, state.stream)]);
        }
    }

    static void Run<T>(Tensor x, double p, RandomStream stream, Tensor y) where T : unmanaged
    {
        fixed (T* px = x.Span<T>(), py = y.Span<T>()) DropoutKernel.Run(stream, 1 - p, px, x.Length, py);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }
}
