using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nabla.Kernels;

/// <summary>
/// Pictures read at places between their pixels, and the derivative. A block of channels of one picture is turned around first, so that the
/// channels of a pixel lie side by side: a place is then worked out once for all of them, the four pixels around it are read as vectors and
/// not gathered, and the derivative adds whole vectors to them. Blocks of channels do not touch each other's results and take their points in
/// order, so that threads change no bit.
/// </summary>
internal static unsafe class GridSampleKernel
{
    /// <summary>Channels side by side: a cache line of floats.</summary>
    const int Block = 16;

    /// <summary>So few channels are read one by one: a vector would mostly be read, turned and added for its zeros.</summary>
    const int Few = 3;

    /// <summary>Blocks of channels, each with a gradient of the places to itself.</summary>
    public static int Blocks(int channels) => (channels + Block - 1) / Block;

    /// <summary>y [batch, channels, points] = x at the points.</summary>
    public static void Forward<T>(T* x, T* points, GridGeometry geometry, T* y) where T : unmanaged =>
        Run<T, Values<T>>(geometry, new(x, points, geometry, y));

    /// <summary>
    /// From the gradient dy of y that of x and, one part for each block of channels, that of the points [blocks, batch, points, 2]. A null
    /// result is not wanted.
    /// </summary>
    public static void Backward<T>(T* x, T* points, GridGeometry geometry, T* dy, T* dx, T* dPoints) where T : unmanaged =>
        Run<T, Slopes<T>>(geometry, new(x, points, geometry, dy, dx, dPoints));

    static void Run<T, TWork>(GridGeometry geometry, TWork work) where T : unmanaged where TWork : struct, ILaneRows
    {
        int units = geometry.Batch * Blocks(geometry.Channels);
        if (typeof(T) == typeof(float) && geometry.Channels <= Few) RowRanges.Run(units, units, 1, new OneByOne<TWork>(work));
        else RowRanges.RunLanes<T, TWork>(units, units, 1, work);
    }

    readonly struct OneByOne<TWork>(TWork work) : IRows where TWork : struct, ILaneRows
    {
        public void Run(int first, int end) => work.Run<Float32>(first, end);
    }

    /// <summary>A block of channels of one picture.</summary>
    readonly struct Unit(int index, GridGeometry geometry, nint width)
    {
        public readonly int Sample = index / Blocks(geometry.Channels), Part = index % Blocks(geometry.Channels);

        /// <summary>Its channels.</summary>
        public nint Count => Math.Min(Block, geometry.Channels - Part * Block);

        /// <summary>Elements from pixel to pixel and from point to point where channels lie side by side: whole vectors, the last filled up with zeros.</summary>
        public nint Stride => (Count + width - 1) / width * width;

        /// <summary>Of its first channel, in tensors with <paramref name="size"/> elements per channel.</summary>
        public nint First(nint size) => ((nint)Sample * geometry.Channels + Part * Block) * size;

        /// <summary>Elements of the turned picture, with the pixel of zeros behind it.</summary>
        public nint Length => (geometry.Pixels + 1) * Stride;
    }

    /// <summary>Turns channels into neighbors: from <paramref name="x"/> [count, size of a channel] the first <paramref name="length"/> elements of each.</summary>
    static void Turn<T>(T* x, nint size, nint length, in Unit unit, T* y) where T : unmanaged
    {
        if (unit.Stride == 1) NativeMemory.Copy(x, y, (nuint)(length * sizeof(T)));
        else Transpose.Run(x, size, y, unit.Stride, length, unit.Count);
    }

    /// <summary>And back.</summary>
    static void TurnBack<T>(T* y, nint size, nint length, in Unit unit, T* x) where T : unmanaged
    {
        if (unit.Stride == 1) NativeMemory.Copy(y, x, (nuint)(length * sizeof(T)));
        else Transpose.Run(y, unit.Stride, x, size, unit.Count, length);
    }

    /// <summary>The whole picture turned, with zeros wherever it has nothing.</summary>
    static void TurnPicture<T>(T* x, nint pixels, in Unit unit, T* y) where T : unmanaged
    {
        if (unit.Count < unit.Stride) Clear(y, unit.Length);
        else Clear(y + pixels * unit.Stride, unit.Stride);
        Turn(x, pixels, pixels, unit, y);
    }

    /// <summary>The shares of the four pixels at a place: upper left, upper right, lower left, lower right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Weigh<V, T>(T* shares, out V a, out V b, out V c, out V d) where V : unmanaged, ILanes<V> where T : unmanaged
    {
        V right = Lane<V, T>.Spread(shares), below = Lane<V, T>.Spread(shares + 1), left = V.Constant(1) - right, above = V.Constant(1) - below;
        (a, b, c, d) = (left * above, right * above, left * below, right * below);
    }

    static void Clear<T>(T* x, nint length) where T : unmanaged => NativeMemory.Clear(x, (nuint)length * (nuint)sizeof(T));

    readonly struct Values<T>(T* x, T* points, GridGeometry geometry, T* y) : ILaneRows where T : unmanaged
    {
        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            GridCorners* corners = stackalloc GridCorners[GridPlaces<T>.Tile];
            T* numbers = stackalloc T[GridPlaces<T>.Numbers];
            var places = new GridPlaces<T>(corners, numbers);
            places.Prepare(geometry);
            for (int index = first; index < end; index++)
            {
                var unit = new Unit(index, geometry, Lane<V, T>.Width);
                T* values = (T*)Scratch.Get((nuint)((unit.Length + GridPlaces<T>.Tile * unit.Stride) * sizeof(T))), picture = values + GridPlaces<T>.Tile * unit.Stride;
                TurnPicture(x + unit.First(geometry.Pixels), geometry.Pixels, unit, picture);
                for (int point = 0; point < geometry.Points; point += GridPlaces<T>.Tile)
                {
                    int count = Math.Min(GridPlaces<T>.Tile, geometry.Points - point);
                    places.Find(points + 2 * ((nint)unit.Sample * geometry.Points + point), count, geometry, unit.Stride);
                    Read<V>(picture, places, count, unit.Stride, values);
                    TurnBack(values, geometry.Points, count, unit, y + unit.First(geometry.Points) + point);
                }
            }
        }

        [MethodImpl(Compiled.Apart)]
        static void Read<V>(T* picture, in GridPlaces<T> places, int count, nint stride, T* values) where V : unmanaged, ILanes<V>
        {
            T* shares = places.Shares;
            GridCorners* place = places.Corners;
            for (int i = 0; i < count; i++, place++, shares += 2, values += stride)
            {
                Weigh(shares, out V a, out V b, out V c, out V d);
                T* topLeft = picture + place->TopLeft, topRight = picture + place->TopRight;
                T* bottomLeft = picture + place->BottomLeft, bottomRight = picture + place->BottomRight;
                for (nint channel = 0; channel < stride; channel += Lane<V, T>.Width)
                {
                    V top = V.FusedMultiplyAdd(b, Lane<V, T>.Load(topRight + channel), a * Lane<V, T>.Load(topLeft + channel));
                    V bottom = V.FusedMultiplyAdd(d, Lane<V, T>.Load(bottomRight + channel), c * Lane<V, T>.Load(bottomLeft + channel));
                    Lane<V, T>.Store(values + channel, top + bottom);
                }
            }
        }
    }

    readonly struct Slopes<T>(T* x, T* points, GridGeometry geometry, T* dy, T* dx, T* dPoints) : ILaneRows where T : unmanaged
    {
        [SkipLocalsInit]
        [MethodImpl(Compiled.Apart)]
        public void Run<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            GridCorners* corners = stackalloc GridCorners[GridPlaces<T>.Tile];
            T* numbers = stackalloc T[GridPlaces<T>.Numbers];
            var places = new GridPlaces<T>(corners, numbers);
            places.Prepare(geometry);
            for (int index = first; index < end; index++)
            {
                var unit = new Unit(index, geometry, Lane<V, T>.Width);
                nint tile = GridPlaces<T>.Tile * unit.Stride;
                T* slopes = (T*)Scratch.Get((nuint)((2 * unit.Length + tile) * sizeof(T))), picture = slopes + tile, sums = picture + unit.Length;
                Clear(slopes, tile);
                if (dPoints != null) TurnPicture(x + unit.First(geometry.Pixels), geometry.Pixels, unit, picture);
                if (dx != null) Clear(sums, unit.Length);
                for (int point = 0; point < geometry.Points; point += GridPlaces<T>.Tile)
                {
                    int count = Math.Min(GridPlaces<T>.Tile, geometry.Points - point);
                    nint at = 2 * ((nint)unit.Sample * geometry.Points + point);
                    places.Find(points + at, count, geometry, unit.Stride);
                    Turn(dy + unit.First(geometry.Points) + point, geometry.Points, count, unit, slopes);
                    if (dPoints != null) Move<V>(picture, places, count, unit.Stride, slopes, dPoints + (nint)unit.Part * geometry.Batch * geometry.Points * 2 + at);
                    if (dx != null) Scatter<V>(sums, places, count, unit.Stride, slopes);
                }
                if (dx != null) TurnBack(sums, geometry.Pixels, geometry.Pixels, unit, dx + unit.First(geometry.Pixels));
            }
        }

        /// <summary>What a step of each place to the right, and one down, changes.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Move<V>(T* picture, in GridPlaces<T> places, int count, nint stride, T* slopes, T* results) where V : unmanaged, ILanes<V>
        {
            T* shares = places.Shares, scales = places.Slopes;
            GridCorners* place = places.Corners;
            for (int i = 0; i < count; i++, place++, shares += 2, scales += 2, slopes += stride, results += 2)
            {
                V right = Lane<V, T>.Spread(shares), below = Lane<V, T>.Spread(shares + 1), acrossSum = V.Constant(0), downSum = acrossSum;
                T* topLeft = picture + place->TopLeft, topRight = picture + place->TopRight;
                T* bottomLeft = picture + place->BottomLeft, bottomRight = picture + place->BottomRight;
                for (nint channel = 0; channel < stride; channel += Lane<V, T>.Width)
                {
                    V slope = Lane<V, T>.Load(slopes + channel), corner = Lane<V, T>.Load(topLeft + channel);
                    V across = Lane<V, T>.Load(topRight + channel) - corner, down = Lane<V, T>.Load(bottomLeft + channel) - corner;
                    V twist = Lane<V, T>.Load(bottomRight + channel) - corner - across - down;
                    acrossSum = V.FusedMultiplyAdd(slope, V.FusedMultiplyAdd(below, twist, across), acrossSum);
                    downSum = V.FusedMultiplyAdd(slope, V.FusedMultiplyAdd(right, twist, down), downSum);
                }
                results[0] = Number.To<T>(Lane<V, T>.Sum(acrossSum) * Number.Of(scales[0]));
                results[1] = Number.To<T>(Lane<V, T>.Sum(downSum) * Number.Of(scales[1]));
            }
        }

        /// <summary>Adds to the pixels around each place their shares of its slope, one after the other: several may be the same, outside.</summary>
        [MethodImpl(Compiled.Apart)]
        static void Scatter<V>(T* sums, in GridPlaces<T> places, int count, nint stride, T* slopes) where V : unmanaged, ILanes<V>
        {
            T* shares = places.Shares;
            GridCorners* place = places.Corners;
            for (int i = 0; i < count; i++, place++, shares += 2, slopes += stride)
            {
                Weigh(shares, out V a, out V b, out V c, out V d);
                for (nint channel = 0; channel < stride; channel += Lane<V, T>.Width)
                {
                    V slope = Lane<V, T>.Load(slopes + channel);
                    Add(sums + place->TopLeft + channel, a, slope);
                    Add(sums + place->TopRight + channel, b, slope);
                    Add(sums + place->BottomLeft + channel, c, slope);
                    Add(sums + place->BottomRight + channel, d, slope);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Add<V>(T* sum, V weight, V slope) where V : unmanaged, ILanes<V> =>
            Lane<V, T>.Store(sum, V.FusedMultiplyAdd(weight, slope, Lane<V, T>.Load(sum)));
    }
}
