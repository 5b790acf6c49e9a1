namespace Nabla;

/// <summary>Tensors from numbers.</summary>
public static class Factories
{
    extension(Tensor)
    {
        /// <summary>A tensor with one value everywhere.</summary>
        public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32)
        {
            Tensor y = Tensor.Uninitialized(shape, dtype);
            switch (dtype)
            {
                case DType.Float32: y.Span<float>().Fill((float)value); break;
                case DType.Float64: y.Span<double>().Fill(value); break;
                case DType.Float16: y.Span<Half>().Fill((Half)value); break;
                case DType.BFloat16: y.Span<BFloat16>().Fill((BFloat16)(float)value); break;
                case DType.Int32: y.Span<int>().Fill((int)value); break;
                case DType.Int64: y.Span<long>().Fill((long)value); break;
                case DType.UInt8: y.Span<byte>().Fill((byte)value); break;
                default: y.Span<bool>().Fill(value != 0); break;
            }
            GC.KeepAlive(y);
            return y;
        }

        /// <summary>Zeros.</summary>
        public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Tensor.Full(shape, 0, dtype);

        /// <summary>Ones.</summary>
        public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Tensor.Full(shape, 1, dtype);

        /// <summary>A tensor without axes.</summary>
        public static Tensor Scalar(double value, DType dtype = DType.Float32) => Tensor.Full(Shape.Scalar, value, dtype);

        /// <summary>A copy of <paramref name="values"/>, row-major, under <paramref name="shape"/>.</summary>
        /// <exception cref="ShapeException">The number of values is not the number of elements.</exception>
        public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape) where T : unmanaged
        {
            if (values.Length != shape.Length)
                throw new ShapeException($"From: expected {shape.Length} values for {shape}, got {values.Length}.");
            Tensor y = Tensor.Uninitialized(shape, DTypeExtensions.Of<T>());
            values.CopyTo(y.Span<T>());
            GC.KeepAlive(y);
            return y;
        }

        /// <summary>A copy of <paramref name="values"/>, row-major, under <paramref name="shape"/>.</summary>
        public static Tensor From<T>(T[] values, Shape shape) where T : unmanaged => Tensor.From<T>(values.AsSpan(), shape);

        /// <summary>A vector.</summary>
        public static Tensor From<T>(T[] values) where T : unmanaged => Tensor.From<T>(values.AsSpan(), Shape.Create(values.Length));

        /// <summary>A matrix.</summary>
        public static Tensor From<T>(T[,] values) where T : unmanaged
        {
            var flat = new T[values.Length];
            int i = 0;
            foreach (T value in values) flat[i++] = value;
            return Tensor.From(flat, (values.GetLength(0), values.GetLength(1)));
        }

        /// <summary>start, start + step, … below (or, for a negative step, above) <paramref name="end"/>.</summary>
        public static Tensor Arange(double start, double end, double step = 1, DType dtype = DType.Float32)
        {
            if (step == 0 || !double.IsFinite(step)) throw new ArgumentOutOfRangeException(nameof(step), step, "Arange: expected a finite step other than 0.");
            double count = Math.Ceiling((end - start) / step);
            if (!(count <= int.MaxValue))
                throw new ArgumentOutOfRangeException(
                    nameof(end), end, $"Arange: expected finite bounds and at most {int.MaxValue:N0} elements, got {start} to {end} by {step}.");
            return Filled((int)Math.Max(count, 0), dtype, i => start + i * step);
        }

        /// <summary>0, 1, … count − 1 as Int64.</summary>
        public static Tensor Arange(int count) => Tensor.Arange(0, count, 1, DType.Int64);

        /// <summary><paramref name="count"/> evenly spaced numbers from start to end, both included.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
        public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32)
        {
            if (count < 0) throw new ArgumentOutOfRangeException(nameof(count), count, $"Linspace: expected at least 0 numbers, got {count}.");
            return Filled(count, dtype, i => i == 0 ? start : i == count - 1 ? end : start + (end - start) * i / (count - 1));
        }

        /// <summary>The identity matrix.</summary>
        public static Tensor Eye(int size, DType dtype = DType.Float32)
        {
            if (size < 0) throw new ArgumentOutOfRangeException(nameof(size), size, $"Eye: expected a size of at least 0, got {size}.");
            return Tensor.Ones(size, dtype).DiagonalMatrix();
        }
    }

    static Tensor Filled(int count, DType dtype, Func<int, double> value)
    {
        Tensor y = Tensor.Uninitialized(count, DType.Float64);
        Span<double> values = y.Span<double>();
        for (int i = 0; i < values.Length; i++) values[i] = value(i);
        GC.KeepAlive(y);
        return y.To(dtype);
    }
}
