namespace Nabla.Kernels;

/// <summary>
/// A linear map from an axis of <see cref="From"/> elements to one of <see cref="To"/>: output j is Σ weight·input over few places. The rows of
/// a sparse matrix, one after another; <see cref="Starts"/> says where each begins.
/// </summary>
/// <param name="from">Inputs.</param>
/// <param name="to">Outputs.</param>
/// <param name="starts">Where the entries of each output begin, and the end of the last.</param>
/// <param name="places">Inputs.</param>
/// <param name="weights">What each counts.</param>
internal sealed class ResamplingMap(int from, int to, int[] starts, int[] places, double[] weights)
{
    ResamplingMap? transposed, repeated;
    ShuffledTaps? shuffled;
    int[]? lows, highs;

    public int From => from;

    public int To => to;

    public int[] Starts => starts;

    public int[] Places => places;

    /// <summary>What each counts.</summary>
    public double[] Values => weights;

    /// <summary>The weights in the type of the elements.</summary>
    public T[] Weights<T>() where T : unmanaged => Array.ConvertAll(weights, static w => typeof(T) == typeof(float) ? (T)(object)(float)w : (T)(object)w);

    /// <summary>The transposed matrix: how a gradient goes back.</summary>
    public ResamplingMap Transposed => transposed ??= Transpose();

    /// <summary>How many neighboring outputs are copies of each input, if every output is one; otherwise 0.</summary>
    public int Copies { get; } = CopiesOf(from, to, starts, places, weights);

    /// <summary>The map to so many times its outputs, one after another: to that many rows from the same one.</summary>
    public ResamplingMap Repeated(int times)
    {
        if (repeated is { } known && known.To == times * to) return known;
        var ends = new int[times * to + 1];
        for (int j = 0; j < times * to; j++) ends[j + 1] = j / to * places.Length + starts[j % to + 1];
        var (allPlaces, allWeights) = (new int[times * places.Length], new double[times * places.Length]);
        for (int copy = 0; copy < times; copy++)
        {
            places.CopyTo(allPlaces, copy * places.Length);
            weights.CopyTo(allWeights, copy * places.Length);
        }
        return repeated = new(from, times * to, ends, allPlaces, allWeights);
    }

    static int CopiesOf(int from, int to, int[] starts, int[] places, double[] weights)
    {
        int copies = to / from;
        if (copies * from != to || places.Length != to) return 0;
        for (int j = 0; j < to; j++)
            if (starts[j] != j || places[j] != j / copies || weights[j] != 1)
                return 0;
        return copies;
    }

    /// <summary>For each output the first input that it or one after it reads.</summary>
    public int[] Lows => lows ??= FirstOfAll();

    /// <summary>For each output the end of the inputs that it or one before it reads.</summary>
    public int[] Highs => highs ??= EndOfAll();

    /// <summary>How <paramref name="width"/> outputs at a time read it, if they can.</summary>
    public ShuffledTaps? Shuffled(int width)
    {
        ShuffledTaps taps = shuffled is { } known && known.Width == width ? known : new ShuffledTaps(this, width);
        shuffled = taps;
        return taps.IsPossible ? taps : null;
    }

    /// <summary>The nearest input.</summary>
    public static ResamplingMap Nearest(int from, int to) => Of(from, to, 1, (j, at, shares) => (at[0], shares[0]) = ((int)((long)j * from / to), 1));

    /// <summary>Between the two nearest inputs, on a line.</summary>
    public static ResamplingMap Linear(int from, int to, bool alignCorners) => Of(from, to, 2, (j, at, shares) =>
    {
        double source = Math.Clamp(Source(j, from, to, alignCorners), 0, from - 1);
        int left = (int)source;
        (at[0], shares[0]) = (left, 1 - (source - left));
        (at[1], shares[1]) = (left + 1, source - left);
    });

    /// <summary>Through the four nearest inputs, with Keys' kernel of 1981 and its parameter −¾.</summary>
    public static ResamplingMap Cubic(int from, int to, bool alignCorners) => Of(from, to, 4, (j, at, shares) =>
    {
        double source = Source(j, from, to, alignCorners), left = Math.Floor(source);
        for (int k = 0; k < 4; k++) (at[k], shares[k]) = ((int)left - 1 + k, Keys(Math.Abs(source - left + 1 - k)));
    });

    delegate void Reads(int output, Span<int> at, Span<double> shares);

    /// <summary>The place of an output on the inputs' axis: ends on ends, or edges on edges.</summary>
    static double Source(int j, int from, int to, bool alignCorners) => alignCorners
        ? to == 1 ? 0 : (double)j * (from - 1) / (to - 1)
        : (j + 0.5) * from / to - 0.5;

    static double Keys(double distance)
    {
        const double A = -0.75;
        return distance <= 1
            ? ((A + 2) * distance - (A + 3)) * distance * distance + 1
            : ((A * distance - 5 * A) * distance + 8 * A) * distance - 4 * A;
    }

    /// <summary>A map from what every output reads. Beyond the border lies the last input.</summary>
    static ResamplingMap Of(int from, int to, int taps, Reads reads)
    {
        int count = checked(to * taps);
        var (starts, places, weights) = (new int[to + 1], new int[count], new double[count]);
        for (int j = 0; j < to; j++)
        {
            Span<int> at = places.AsSpan(j * taps, taps);
            reads(j, at, weights.AsSpan(j * taps, taps));
            foreach (ref int place in at) place = Math.Clamp(place, 0, from - 1);
            starts[j + 1] = (j + 1) * taps;
        }
        return new(from, to, starts, places, weights);
    }

    int[] FirstOfAll()
    {
        var first = new int[to];
        for (int j = to - 1, low = from; j >= 0; first[j--] = low)
            for (int k = starts[j]; k < starts[j + 1]; k++) low = Math.Min(low, places[k]);
        return first;
    }

    int[] EndOfAll()
    {
        var end = new int[to];
        for (int j = 0, high = 0; j < to; end[j++] = high)
            for (int k = starts[j]; k < starts[j + 1]; k++) high = Math.Max(high, places[k] + 1);
        return end;
    }

    ResamplingMap Transpose()
    {
        var (counts, outputs, shares) = (new int[from + 1], new int[places.Length], new double[places.Length]);
        foreach (int place in places) counts[place + 1]++;
        for (int i = 0; i < from; i++) counts[i + 1] += counts[i];
        int[] next = [.. counts];
        for (int j = 0; j < to; j++)
            for (int k = starts[j]; k < starts[j + 1]; k++)
            {
                int slot = next[places[k]]++;
                (outputs[slot], shares[slot]) = (j, weights[k]);
            }
        return new(to, from, counts, outputs, shares) { transposed = this };
    }
}
