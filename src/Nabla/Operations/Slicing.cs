namespace Nabla;

/// <summary>Parts of a tensor, without copying.</summary>
public static class Slicing
{
    extension(Tensor x)
    {
        /// <summary>The elements <paramref name="start"/> … start + length − 1 along an axis, as a view.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The part leaves the axis.</exception>
        public Tensor Narrow(int axis, int start, int length)
        {
            axis = x.Shape.Axis(axis, "Narrow");
            int size = x.Shape[axis];
            if (start < 0 || length < 0 || start > size - length)
                throw new ArgumentOutOfRangeException(
                    nameof(start), start, $"Narrow: expected a part of axis {axis} of {x.Shape}, got start {start} and length {length}.");
            return length == size ? x : x.Slice(Region.Narrow(x.Shape, axis, start, length));
        }

        /// <summary>The elements at one position of an axis, as a view without that axis. Negative counts from the end.</summary>
        public Tensor Select(int axis, int position)
        {
            axis = x.Shape.Axis(axis, "Select");
            int size = x.Shape[axis];
            if (position < -size || position >= size)
                throw new ArgumentOutOfRangeException(
                    nameof(position), position, $"Select: expected a position in [{-size}, {size}) of axis {axis} of {x.Shape}, got {position}.");
            var builder = new Region.Builder(x.Shape);
            for (int i = 0; i < x.Rank; i++)
                if (i == axis) builder.Drop(position < 0 ? position + size : position);
                else builder.Keep(0, 1, x.Shape[i]);
            return x.Slice(builder.Build());
        }

        /// <summary>The elements in reverse order along the given axes, as a view; all axes if none is given.</summary>
        public Tensor Flip(params ReadOnlySpan<int> axes)
        {
            int mask = 0;
            foreach (int axis in axes) mask |= 1 << x.Shape.Axis(axis, "Flip");
            if (axes.IsEmpty) mask = -1;
            var builder = new Region.Builder(x.Shape);
            for (int i = 0; i < x.Rank; i++)
                if ((mask >> i & 1) != 0 && x.Shape[i] > 0) builder.Keep(x.Shape[i] - 1, -1, x.Shape[i]);
                else builder.Keep(0, 1, x.Shape[i]);
            return x.Slice(builder.Build());
        }

        /// <summary>Overwrites every element, in place: <c>x[1..3].Fill(0.5)</c> changes x through its view. Not recorded.</summary>
        /// <exception cref="InvalidOperationException">The tensor takes part in a graph and operations are recorded.</exception>
        public void Fill(double value)
        {
            if (x.Node is not null && Autograd.IsRecording)
                throw new InvalidOperationException(
                    "Fill: a tensor that takes part in a graph cannot be filled while operations are recorded. " +
                    "Assign a part, x[…] = Tensor.Scalar(value), or wrap the change in Autograd.NoGradient().");
            x.Overwrite(Tensor.Scalar(value, x.DType));
        }

        /// <summary>The elements of a region, as a view.</summary>
        internal Tensor Slice(Region region)
        {
            Tensor y = region.Of(x);
            y.IsPart = true;
            return Autograd.Record("Slice", y, [x], [], region, static (g, _, region) => [g.Place(region)]);
        }

        /// <summary>A part of a result that nobody else holds, as a result of its own.</summary>
        internal Tensor AsWhole()
        {
            x.IsPart = false;
            return x;
        }

        /// <summary>The adjoint of a slice: zeros with x written into the region.</summary>
        internal Tensor Place(Region region)
        {
            Tensor y = Tensor.Zeros(region.Source, x.DType);
            region.Write(y, x);
            return Autograd.Record("Place", y, [x], [], region, static (g, _, region) => [g.Slice(region)]);
        }

        /// <summary>A copy of x with another value in the region.</summary>
        internal Tensor Replace(Region region, Tensor value)
        {
            value = value.To(x.DType);
            Tensor y = Tensor.Uninitialized(x.Shape, x.DType);
            using (Autograd.NoGradient()) y.Overwrite(x);
            region.Write(y, value);
            return Autograd.Record("Replace", y, [x, value], [], region, static (g, saved, region) =>
                [saved.Needs(0) ? g.Replace(region, Tensor.Scalar(0, g.DType)) : null, saved.Needs(1) ? g.Slice(region) : null]);
        }
    }
}
