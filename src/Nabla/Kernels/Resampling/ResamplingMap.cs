namespace Nabla.Kernels;

/// <summary>
/// A linear map from an axis of <see cref="From"/> elements to one of <see cref="To"/>: output j is Σ weight·input over few places. The rows of
/// a sparse matrix, one after another; <see cref="Starts"/> says where each begins.
/// </summary>
internal sealed class ResamplingMap(int from, int to, int[] starts, int[] places, double[] weights)
{
    ResamplingMap? transposed;

    public int From => from;

    public int To => to;

    public int[] Starts => starts;

    public int[] Places => places;

    /// <summary>The weights in the type of the elements.</summary>
    public T[] Weights<T>() where T : unmanaged => Array.ConvertAll(weights, static w => typeof(T) == typeof(float) ? (T)(object)(float)w : (T)(object)w);

    /// <summary>The transposed matrix: how a gradient goes back.</summary>
    public ResamplingMap Transposed => transposed ??= Transpose();

    /// <summary>Between the two nearest inputs, on a line.</summary>
    public static ResamplingMap Linear(int from, int to, bool alignCorners) => Of(from, to, 2, (j, places, shares) =>
    {
        double at = Math.Clamp(Source(j, from, to, alignCorners), 0, from - 1);
        int left = Math.Min((int)at, from - 1);
        (places[0], shares[0]) = (left, 1 - (at - left));
        (places[1], shares[1]) = (left + 1, at - left);
    });

    /// <summary>Through the four nearest inputs, those beyond the border being its own, with Keys' kernel of 1981 and its parameter −¾.</summary>
    public static ResamplingMap Cubic(int from, int to, bool alignCorners) => Of(from, to, 4, (j, places, shares) =>
    {
        double at = Source(j, from, to, alignCorners), left = Math.Floor(at);
        for (int k = 0; k < 4; k++) (places[k], shares[k]) = ((int)left - 1 + k, Keys(Math.Abs(at - left + 1 - k)));
    });

    delegate void Taps(int output, Span<int> places, Span<double> shares);

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

    /// <summary>A map from what every output reads: places are held within the axis, equal ones added, shares of 0 left out.</summary>
    static ResamplingMap Of(int from, int to, int most, Taps taps)
    {
        var (starts, places, weights) = (new int[to + 1], new List<int>(most * to), new List<double>(most * to));
        Span<int> at = stackalloc int[most];
        Span<double> shares = stackalloc double[most];
        for (int j = 0; j < to; j++)
        {
            taps(j, at, shares);
            for (int k = 0; k < most; k++)
            {
                int place = Math.Clamp(at[k], 0, from - 1), known = places.IndexOf(place, starts[j]);
                if (known >= 0) weights[known] += shares[k];
                else if (shares[k] != 0)
                {
                    places.Add(place);
                    weights.Add(shares[k]);
                }
            }
            starts[j + 1] = places.Count;
        }
        return new(from, to, starts, [.. places], [.. weights]);
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
