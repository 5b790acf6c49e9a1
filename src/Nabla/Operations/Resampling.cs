using System.Collections.Concurrent;
using System.Numerics;
using Nabla.Kernels;

namespace Nabla;

/// <summary>How numbers between those of a picture are made.</summary>
public enum InterpolationMode
{
    /// <summary>The nearest one. For any element type.</summary>
    Nearest,

    /// <summary>On lines between neighbors: bilinear in two axes, trilinear in three.</summary>
    Linear,

    /// <summary>Cubic curves through four neighbors an axis, with the parameter −¾ (Keys, 1981): bicubic in two axes. May leave the range of the inputs.</summary>
    Cubic,
}

/// <summary>Pictures and series at other resolutions, and channels that become places.</summary>
public static unsafe class Resampling
{
    extension(Tensor x)
    {
        /// <summary>Resamples the spatial axes: x [N, C, d…] with one to three of them → [N, C, size…].</summary>
        /// <param name="size">Elements of each spatial axis; positive.</param>
        /// <param name="mode">Default: the nearest element.</param>
        /// <param name="alignCorners">
        /// True: the first and last elements lie on the first and last. False (default, PyTorch's and Keras'): their outer edges do. Without
        /// effect on <see cref="InterpolationMode.Nearest"/>.
        /// </param>
        /// <exception cref="ShapeException">x has no spatial axis, more than three, or an empty one.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or beyond 2²⁹ − 1.</exception>
        public Tensor Interpolate(PerAxis size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
        {
            RequireSpatialAxes(x, "Interpolate");
            int[] sizes = new int[x.Rank - 2];
            size.Fill(sizes, "Interpolate", 0);
            return x.Interpolate(sizes, mode, alignCorners);
        }

        /// <summary><see cref="Interpolate(Tensor, PerAxis, InterpolationMode, bool)"/> with a size for each spatial axis.</summary>
        internal Tensor Interpolate(int[] sizes, InterpolationMode mode, bool alignCorners)
        {
            var maps = new ResamplingMap?[3];        // depth, rows, columns; null where nothing changes
            for (int i = 0; i < sizes.Length; i++)
            {
                int from = x.Shape[i + 2], to = sizes[i];
                if (to is <= 0 or > LargestSize)
                    throw new ArgumentOutOfRangeException(nameof(sizes), to, $"Interpolate: expected sizes in 1 … {LargestSize}, got {string.Join(", ", sizes)}.");
                if (from == 0) throw new ShapeException($"Interpolate: expected spatial axes that are not empty, got {x.Shape}.");
                if (from != to) maps[i + 3 - sizes.Length] = Map(mode, from, to, alignCorners);
            }
            if (mode == InterpolationMode.Nearest && !x.DType.IsComputed) return Picked(x, maps);
            Tensor y = x.Computed();
            bool isDepthFirst = maps[0] is { } depth && depth.To < depth.From;        // there is less to do for the others then
            if (isDepthFirst) y = Apply(y, 2, maps[0], null);
            if (maps[1] is not null || maps[2] is not null) y = Apply(y, x.Rank - 2, maps[1], maps[2]);
            return maps[0] is null || isDepthFirst ? y : Apply(y, 2, maps[0], null);
        }

        /// <summary>
        /// Channels become places: x [N, C·r², H, W] → [N, C, H·r, W·r], the r² numbers of a place side by side (sub-pixel convolution: Shi et
        /// al., 2016).
        /// </summary>
        /// <param name="factor">r; positive.</param>
        /// <exception cref="ShapeException">x has not four axes, or its channels are no multiple of r².</exception>
        public Tensor PixelShuffle(int factor)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
            if (x.Rank != 4 || x.Shape[1] % (factor * factor) != 0)
                throw new ShapeException($"PixelShuffle: expected [N, C, H, W] with channels in multiples of {factor * factor}, got {x.Shape}.");
            var (n, c, h, w) = (x.Shape[0], x.Shape[1] / (factor * factor), x.Shape[2], x.Shape[3]);
            return x.Reshape(n, c, factor, factor, h, w).Permute(0, 1, 4, 2, 5, 3).Reshape(n, c, h * factor, w * factor);
        }

        /// <summary>The inverse of <see cref="PixelShuffle"/>: x [N, C, H·r, W·r] → [N, C·r², H, W].</summary>
        /// <param name="factor">r; positive.</param>
        /// <exception cref="ShapeException">x has not four axes, or its height or width is no multiple of r.</exception>
        public Tensor PixelUnshuffle(int factor)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(factor);
            if (x.Rank != 4 || x.Shape[2] % factor != 0 || x.Shape[3] % factor != 0)
                throw new ShapeException($"PixelUnshuffle: expected [N, C, H, W] with height and width in multiples of {factor}, got {x.Shape}.");
            var (n, c, h, w) = (x.Shape[0], x.Shape[1], x.Shape[2] / factor, x.Shape[3] / factor);
            return x.Reshape(n, c, h, factor, w, factor).Permute(0, 1, 3, 5, 2, 4).Reshape(n, c * factor * factor, h, w);
        }

        /// <summary>
        /// The channels of <paramref name="groups"/> groups dealt out in turn, so that the next grouped layer sees all groups: x [N, C, d…], same
        /// shape (ShuffleNet: Zhang et al., 2018).
        /// </summary>
        /// <param name="groups">Divides C.</param>
        /// <exception cref="ShapeException">x has fewer than two axes, or its channels are no multiple of the groups.</exception>
        public Tensor ChannelShuffle(int groups)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
            if (x.Rank < 2 || x.Shape[1] % groups != 0)
                throw new ShapeException($"ChannelShuffle: expected [N, C, d…] with channels in multiples of {groups}, got {x.Shape}.");
            return x.Reshape(x.Shape[0], groups, x.Shape[1] / groups, -1).Transpose(1, 2).Reshape(x.Shape);
        }
    }

    /// <summary>Refuses what has no axes to resample, in the name of <paramref name="who"/>.</summary>
    internal static void RequireSpatialAxes(Tensor x, string who)
    {
        if (x.Rank is < 3 or > 5) throw new ShapeException($"{who}: expected [N, C, d…] with one to three spatial axes, got {x.Shape}.");
    }

    /// <summary>What an output of the cubic map reads must have a number.</summary>
    const int LargestSize = int.MaxValue / 4;

    /// <summary>
    /// Maps of sizes asked for before: a network asks for the same ones at every step, and to make one takes longer than to resample a small picture.
    /// </summary>
    static readonly ConcurrentDictionary<(InterpolationMode Mode, int From, int To, bool AlignCorners), ResamplingMap> known = [];

    /// <summary>Maps to keep, and the largest of them.</summary>
    const int MostKnown = 64, LargestKnown = 4096;

    static ResamplingMap Map(InterpolationMode mode, int from, int to, bool alignCorners)
    {
        if (Math.Max(from, to) > LargestKnown) return Made((mode, from, to, alignCorners));
        if (known.TryGetValue((mode, from, to, alignCorners), out ResamplingMap? map)) return map;
        if (known.Count >= MostKnown) known.Clear();
        return known.GetOrAdd((mode, from, to, alignCorners), Made);
    }

    static ResamplingMap Made((InterpolationMode Mode, int From, int To, bool AlignCorners) map) => map.Mode switch
    {
        InterpolationMode.Nearest => ResamplingMap.Nearest(map.From, map.To),
        InterpolationMode.Linear => ResamplingMap.Linear(map.From, map.To, map.AlignCorners),
        _ => ResamplingMap.Cubic(map.From, map.To, map.AlignCorners),
    };

    /// <summary>The nearest elements of a type that is not computed with.</summary>
    static Tensor Picked(Tensor x, ResamplingMap?[] maps)
    {
        for (int axis = 2; axis < x.Rank; axis++)
            if (maps[axis + 3 - x.Rank] is { } map) x = x.SelectRows(axis, Tensor.From([.. map.Places.Select(static place => (long)place)]));
        return x;
    }

    /// <summary>Resamples an axis, and the one after it if that is the last.</summary>
    static Tensor Apply(Tensor x, int axis, ResamplingMap? down, ResamplingMap? along)
    {
        x = x.Contiguous();
        Shape shape = down is null ? x.Shape : x.Shape.With(axis, down.To);
        if (along is not null) shape = shape.With(x.Rank - 1, along.To);
        Tensor y = Tensor.Uninitialized(shape, x.DType);
        AxisBlock block = AxisBlock.Of(x.Shape, axis);
        if (x.DType == DType.Float32) Run<float>(down, along, x, block, y);
        else Run<double>(down, along, x, block, y);
        return Autograd.Record("Interpolate", y, [x], [], (axis, down, along), static (g, _, s) => [Apply(g, s.axis, s.down?.Transposed, s.along?.Transposed)]);
    }

    static void Run<T>(ResamplingMap? down, ResamplingMap? along, Tensor x, AxisBlock block, Tensor y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* from = x.Span<T>(), to = y.Span<T>()) ResamplingKernel.Run(down, along, from, block.Outer, block.Size, block.Inner, to);
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }
}
