using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Elements picked by tensors of positions (Int64 or Int32) or by masks. Positions outside of the axis are refused; negative ones
/// too, since −1 as a label is a mistake more often than a wish (<c>x[positions]</c> does count from the end).
/// </summary>
public static unsafe class Gathering
{
    extension(Tensor x)
    {
        /// <summary>The slices at the given positions of an axis: positions [m] → x with m in place of that axis. Rows of an embedding, for example.</summary>
        public Tensor IndexSelect(int axis, Tensor positions)
        {
            axis = x.Shape.Axis(axis, "IndexSelect");
            if (positions.Rank > 1) throw new ShapeException($"IndexSelect: expected a vector of positions, got {positions.Shape}. Flatten it first.");
            Tensor at = Positions.Checked(positions, x.Shape[axis], fromEnd: false, "IndexSelect", axis, x.Shape);
            return x.SelectRows(axis, at.Reshape(-1));
        }

        /// <summary>
        /// One element per position along an axis: <c>y[i, j] = x[i, positions[i, j]]</c> for axis 1. Positions have the axes of x;
        /// their other axes are as long as those of x, or 1 and then repeat. The result has the shape of the positions.
        /// </summary>
        public Tensor Gather(int axis, Tensor positions)
        {
            axis = x.Shape.Axis(axis, "Gather");
            return x.GatherAlong(axis, Scattering.Aligned(Positions.Plain(positions, "Gather"), x.Shape, axis, "Gather"), positions);
        }

        /// <summary>Elements by their row-major number in x; the result has the shape of the positions.</summary>
        public Tensor Take(Tensor positions)
        {
            Tensor at = Positions.Checked(positions, x.Length, fromEnd: false, "Take", 0, x.Length);
            return x.Reshape(-1).SelectRows(0, at.Reshape(-1)).Reshape(positions.Shape);
        }

        /// <summary>The elements where a mask that broadcasts to x is true, as a vector in row-major order.</summary>
        public Tensor MaskedSelect(Tensor mask)
        {
            Tensor whole = Scattering.Mask(mask, x.Shape, "MaskedSelect");
            return x.Reshape(-1).SelectRows(0, whole.Reshape(-1).NonZero()[0]);
        }

        /// <summary>The coordinates of all elements that are not 0, in row-major order: one Int64 vector per axis.</summary>
        public Tensor[] NonZero()
        {
            Tensor mask = x.DType == DType.Bool ? x.Contiguous() : x.Contiguous().To(DType.Bool);
            ReadOnlySpan<bool> flags = mask.Span<bool>();
            int count = flags.Count(true);
            var coordinates = new Tensor[x.Rank];
            for (int axis = 0; axis < coordinates.Length; axis++)
            {
                coordinates[axis] = Tensor.Uninitialized(count, DType.Int64);
                Span<long> target = coordinates[axis].Span<long>();
                int stride = x.Shape.Strides[axis], size = x.Shape[axis];
                for (int i = 0, at = 0; at < count; i++)
                    if (flags[i]) target[at++] = i / stride % size;
                GC.KeepAlive(coordinates[axis]);
            }
            GC.KeepAlive(mask);
            return coordinates;
        }

        /// <summary><see cref="IndexSelect"/> with positions that were checked.</summary>
        internal Tensor SelectRows(int axis, Tensor at)
        {
            Tensor plain = x.Contiguous();
            Tensor y = Tensor.Uninitialized(x.Shape.With(axis, at.Length), x.DType);
            x.DType.Move(new Selecting(plain, at, y, AxisBlock.Of(x.Shape, axis)));
            return Autograd.Record("IndexSelect", y, [plain], [at], (axis, x.Shape), static (g, saved, s) =>
                [g.SpreadRows(s.axis, saved[0], s.Shape)]);
        }

        /// <summary><see cref="Gather"/> with positions that were checked, or come from <paramref name="asked"/>, which the exception will be about.</summary>
        internal Tensor GatherAlong(int axis, Tensor at, Tensor? asked = null)
        {
            Tensor plain = x.Contiguous();
            Tensor y = Tensor.Uninitialized(at.Shape, x.DType);
            x.DType.Move(new Gathers(plain, at, y, axis, asked ?? at));
            return Autograd.Record("Gather", y, [plain], [at], (axis, x.Shape), static (g, saved, s) =>
                [g.SpreadAlong(s.axis, saved[0], s.Shape)]);
        }
    }

    readonly struct Selecting(Tensor x, Tensor at, Tensor y, AxisBlock block) : IMove
    {
        public void Run<T>() where T : unmanaged, IEquatable<T>
        {
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
            fixed (long* positions = &at.Origin<long>())
                Selection.Select(from, block.Outer, block.Size, block.Inner, positions, at.Length, to);
            GC.KeepAlive(x);
            GC.KeepAlive(at);
            GC.KeepAlive(y);
        }
    }

    readonly struct Gathers(Tensor x, Tensor at, Tensor y, int axis, Tensor asked) : IMove
    {
        public void Run<T>() where T : unmanaged, IEquatable<T>
        {
            if (y.Length == 0) return;
            AxisBlock block = AxisBlock.Of(x.Shape, axis);
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
            fixed (long* positions = &at.Origin<long>())
                if (!Selection.Gather(from, block.Outer, block.Size, block.Inner, positions, at.Shape[axis], to))
                    throw Positions.Refusal(asked, 0, block.Size, "Gather", axis, x.Shape);
            GC.KeepAlive(x);
            GC.KeepAlive(at);
            GC.KeepAlive(y);
        }
    }
}
