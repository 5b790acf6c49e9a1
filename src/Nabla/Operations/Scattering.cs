using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>
/// Elements written to positions. Several writes to one place happen in the order of the positions: the last one stays, sums are
/// the same bits for any number of threads.
/// </summary>
public static unsafe class Scattering
{
    extension(Tensor x)
    {
        /// <summary>x plus slices of <paramref name="source"/> at positions [m] of an axis; source has m in place of that axis.</summary>
        public Tensor IndexAdd(int axis, Tensor positions, Tensor source)
        {
            axis = x.Shape.Axis(axis, "IndexAdd");
            if (positions.Rank != 1) throw new ShapeException($"IndexAdd: expected a vector of positions, got {positions.Shape}.");
            Tensor at = Positions.Checked(positions, x.Shape[axis], fromEnd: false, "IndexAdd", axis, x.Shape);
            Shape expected = x.Shape.With(axis, at.Length);
            if (source.Shape != expected) throw new ShapeException($"IndexAdd: expected a source of shape {expected}, got {source.Shape}.");
            source = source.To(x.DType).Contiguous();
            Tensor y = Copy(x, "IndexAdd");
            y.DType.Calculate(new AddingRows(source, at, y, AxisBlock.Of(x.Shape, axis)));
            return Autograd.Record("IndexAdd", y, [x, source], [at], axis, static (g, saved, axis) =>
                [g, saved.Needs(1) ? g.SelectRows(axis, saved[0]) : null]);
        }

        /// <summary>
        /// A copy of x in which <c>y[i, positions[i, j]] = source[i, j]</c> (for axis 1). Positions and source have one shape, which
        /// differs from that of x only along the axis; a source that broadcasts to the positions will do. A place written twice
        /// keeps the last value, and its gradient goes to all that were written there.
        /// </summary>
        public Tensor Scatter(int axis, Tensor positions, Tensor source)
        {
            axis = x.Shape.Axis(axis, "Scatter");
            Tensor at = Positions.Checked(positions, x.Shape[axis], fromEnd: false, "Scatter", axis, x.Shape);
            at = ForScatter(x, axis, at, ref source, "Scatter");
            Tensor y = Copy(x, "Scatter");
            y.DType.Move(new Writing(source, at, y, AxisBlock.Of(x.Shape, axis)));
            return Autograd.Record("Scatter", y, [x, source], [at], axis, static (g, saved, axis) =>
                [saved.Needs(0) ? g.Scatter(axis, saved[0], Tensor.Scalar(0, g.DType)) : null,
                 saved.Needs(1) ? g.GatherAlong(axis, saved[0]) : null]);
        }

        /// <summary>A copy of x to which <c>y[i, positions[i, j]] += source[i, j]</c> was done (for axis 1); shapes as for Scatter.</summary>
        public Tensor ScatterAdd(int axis, Tensor positions, Tensor source)
        {
            axis = x.Shape.Axis(axis, "ScatterAdd");
            CheckSum(x, "ScatterAdd");
            Tensor at = ForScatter(x, axis, Positions.Plain(positions, "ScatterAdd"), ref source, "ScatterAdd");
            Tensor plain = x.Contiguous(), y = Tensor.Uninitialized(x.Shape, x.DType);
            y.DType.Calculate(new Adding(source, at, plain, y, axis, positions));
            return Autograd.Record("ScatterAdd", y, [plain, source], [at], axis, static (g, saved, axis) =>
                [g, saved.Needs(1) ? g.GatherAlong(axis, saved[0]) : null]);
        }

        /// <summary>x with <paramref name="value"/> where a mask that broadcasts to x is true.</summary>
        public Tensor MaskedFill(Tensor mask, double value)
        {
            Tensor whole = Mask(mask, x.Shape, "MaskedFill");
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            using (Autograd.NoGradient()) y.Overwrite(x);
            y.DType.Move(new Filling(whole, Tensor.Scalar(value, x.DType), y));
            return Autograd.Record("MaskedFill", y, [x], [whole], static (g, saved) => [g.MaskedFill(saved[0], 0)]);
        }

        /// <summary>A copy of x with <paramref name="value"/>, which broadcasts to the positions, at row-major places that were checked.</summary>
        internal Tensor Put(Tensor positions, Tensor value)
        {
            value = value.To(x.DType);
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            using (Autograd.NoGradient()) y.Overwrite(x);
            y.PutInPlace(positions, value);
            return Autograd.Record("Put", y, [x, value], [positions], static (g, saved) =>
                [saved.Needs(0) ? g.Put(saved[0], Tensor.Scalar(0, g.DType)) : null,
                 saved.Needs(1) ? g.Reshape(-1).SelectRows(0, saved[0].Reshape(-1)).Reshape(saved[0].Shape) : null]);
        }

        /// <summary>Writes to row-major places of this contiguous tensor. Not recorded.</summary>
        internal void PutInPlace(Tensor positions, Tensor value)
        {
            using Autograd.Scope scope = Autograd.NoGradient();
            Tensor source = value.To(x.DType).Expand(positions.Shape).Contiguous();
            if (ReferenceEquals(source.Storage, x.Storage)) source = source.Clone();
            x.DType.Move(new Writing(source, positions, x, new(1, x.Length, 1)));
            x.Storage.Changed();
        }

        /// <summary>The adjoint of <see cref="Gathering"/>'s row selection: zeros of a shape with x's rows added at positions.</summary>
        internal Tensor SpreadRows(int axis, Tensor at, Shape shape)
        {
            Tensor plain = x.Contiguous(), y = Tensor.Zeros(shape, x.DType);
            y.DType.Calculate(new AddingRows(plain, at, y, AxisBlock.Of(shape, axis)));
            return Autograd.Record("SpreadRows", y, [plain], [at], axis, static (g, saved, axis) => [g.SelectRows(axis, saved[0])]);
        }

        /// <summary>The adjoint of Gather.</summary>
        internal Tensor SpreadAlong(int axis, Tensor at, Shape shape)
        {
            Tensor plain = x.Contiguous(), y = Tensor.Uninitialized(shape, x.DType);
            y.DType.Calculate(new Adding(plain, at, null, y, axis, at));
            return Autograd.Record("SpreadAlong", y, [plain], [at], axis, static (g, saved, axis) => [g.GatherAlong(axis, saved[0])]);
        }
    }

    /// <summary>Positions with all axes of x, repeated along those where they have size 1.</summary>
    internal static Tensor Aligned(Tensor at, Shape shape, int axis, string who)
    {
        bool fits = at.Rank == shape.Rank;
        for (int i = 0; i < shape.Rank && fits; i++) fits = i == axis || at.Shape[i] == shape[i] || at.Shape[i] == 1;
        if (!fits)
            throw new ShapeException($"{who}: expected positions like {shape} except along axis {axis}, got {at.Shape}. Add axes with Unsqueeze.");
        return at.Expand(shape.With(axis, at.Shape[axis])).Contiguous();
    }

    /// <summary>A Bool mask, contiguous, of a shape it broadcasts to.</summary>
    internal static Tensor Mask(Tensor mask, Shape shape, string who)
    {
        if (mask.DType != DType.Bool)
            throw new DTypeException($"{who}: expected a Bool mask, got {mask.DType}. Compare first, for example x.Greater(0).");
        if (!mask.Shape.BroadcastsTo(shape)) throw new ShapeException($"{who}: expected a mask that broadcasts to {shape}, got {mask.Shape}.");
        return mask.Expand(shape).Contiguous();
    }

    static Tensor ForScatter(Tensor x, int axis, Tensor positions, ref Tensor source, string who)
    {
        Tensor at = Aligned(positions, x.Shape, axis, who);
        if (!source.Shape.BroadcastsTo(at.Shape))
            throw new ShapeException($"{who}: expected a source that broadcasts to the positions {at.Shape}, got {source.Shape}.");
        source = source.To(x.DType).Expand(at.Shape).Contiguous();
        return at;
    }

    static Tensor Copy(Tensor x, string who)
    {
        if (who != "Scatter") CheckSum(x, who);
        Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
        using (Autograd.NoGradient()) y.Overwrite(x);
        return y;
    }

    static void CheckSum(Tensor x, string who)
    {
        if (x.DType is DType.Float16 or DType.BFloat16 or DType.Bool)
            throw new DTypeException($"{who}: expected a type that can be added to, got {x.DType}. Convert with To(DType.Float32).");
    }

    readonly struct AddingRows(Tensor x, Tensor at, Tensor y, AxisBlock block) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
            fixed (long* positions = &at.Origin<long>())
                Selection.SelectAdd(from, block.Outer, at.Length, block.Inner, positions, to, block.Size);
            GC.KeepAlive(x);
            GC.KeepAlive(at);
            GC.KeepAlive(y);
        }
    }

    readonly struct Adding(Tensor x, Tensor at, Tensor? before, Tensor y, int axis, Tensor asked) : ICalculation
    {
        public void Run<T>() where T : unmanaged, INumber<T>
        {
            if (y.Length == 0) return;
            AxisBlock block = AxisBlock.Of(y.Shape, axis);
            fixed (T* from = &x.Origin<T>(), start = &(before ?? y).Origin<T>(), to = &y.Origin<T>())
            fixed (long* positions = &at.Origin<long>())
                if (!Selection.ScatterAdd(from, block.Outer, at.Shape[axis], block.Inner, positions, before is null ? null : start, to, block.Size))
                    throw Positions.Refusal(asked, 0, block.Size, "ScatterAdd", axis, y.Shape);
            GC.KeepAlive(x);
            GC.KeepAlive(at);
            GC.KeepAlive(before);
            GC.KeepAlive(y);
        }
    }

    readonly struct Writing(Tensor x, Tensor at, Tensor y, AxisBlock block) : IMove
    {
        public void Run<T>() where T : unmanaged, IEquatable<T>
        {
            if (x.Length == 0) return;
            fixed (T* from = &x.Origin<T>(), to = &y.Origin<T>())
            fixed (long* positions = &at.Origin<long>())
                Selection.Scatter(from, block.Outer, x.Length / (block.Outer * block.Inner), block.Inner, positions, to, block.Size);
            GC.KeepAlive(x);
            GC.KeepAlive(at);
            GC.KeepAlive(y);
        }
    }

    readonly struct Filling(Tensor mask, Tensor value, Tensor y) : IMove
    {
        public void Run<T>() where T : unmanaged, IEquatable<T>
        {
            ReadOnlySpan<bool> flags = mask.Span<bool>();
            Span<T> target = y.Span<T>();
            T fill = value.Origin<T>();
            for (int i = 0; i < target.Length; i++) if (flags[i]) target[i] = fill;
            GC.KeepAlive(mask);
            GC.KeepAlive(value);
            GC.KeepAlive(y);
        }
    }
}
