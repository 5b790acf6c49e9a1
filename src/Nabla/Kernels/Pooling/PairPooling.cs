using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nabla.Kernels;

/// <summary>Pooling of one plane by windows of 2 × 2 side by side, eight outputs at a time.</summary>
/// <remarks>The last vector of a row runs over into what follows. That is written later, or it lies in the last rows of the plane, which are
/// left to the general code: every method returns the number of output rows it did, from the top.</remarks>
internal static unsafe class PairPooling
{
    const int Lanes = 8;

    /// <summary>The largest of each window, and where in the plane it was first found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Maximum(float* x, float* y, int* winners, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        Vector256<int> corners = Corners, right = Vector256.Create(1), below = Vector256.Create(width), across = Vector256.Create(width + 1);
        for (int h = 0; h < rows; h++)
            for (int w = 0; w < outputs; w += Lanes)
            {
                int corner = 2 * (h * width + w);
                Vector256<int> start = Vector256.Create(corner) + corners, winner = start;
                (Vector256<float> best, Vector256<float> second) = Split(x + corner);
                (Vector256<float> third, Vector256<float> fourth) = Split(x + corner + width);
                Challenge(ref best, ref winner, second, start + right);
                Challenge(ref best, ref winner, third, start + below);
                Challenge(ref best, ref winner, fourth, start + across);
                best.Store(y + h * outputs + w);
                winner.Store(winners + h * outputs + w);
            }
        return rows;
    }

    /// <summary>Both input rows of every output row: dy at the winner, 0 elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int MaximumGradient(float* dy, int* winners, float* dx, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        Vector256<int> corners = Corners, right = Vector256.Create(1);
        for (int row = 0; row < 2 * rows; row++)
        {
            int first = row / 2 * outputs;
            for (int w = 0; w < outputs; w += Lanes)
            {
                Vector256<float> slope = Vector256.Load(dy + first + w);
                Vector256<int> winner = Vector256.Load(winners + first + w), left = Vector256.Create(row * width + 2 * w) + corners;
                Join(slope & Vector256.Equals(winner, left).AsSingle(), slope & Vector256.Equals(winner, left + right).AsSingle(),
                    dx + row * width + 2 * w);
            }
            if (width % 2 != 0) dx[row * width + width - 1] = 0;
        }
        return rows;
    }

    /// <summary>The mean of each window.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Average(float* x, float* y, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        for (int h = 0; h < rows; h++)
            for (int w = 0; w < outputs; w += Lanes)
            {
                float* corner = x + 2 * (h * width + w);
                (Vector256<float> first, Vector256<float> second) = Split(corner);
                (Vector256<float> third, Vector256<float> fourth) = Split(corner + width);
                ((first + second + (third + fourth)) * 0.25f).Store(y + h * outputs + w);
            }
        return rows;
    }

    /// <summary>Both input rows of every output row: a quarter of dy everywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int AverageGradient(float* dy, float* dx, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        for (int row = 0; row < 2 * rows; row++)
        {
            for (int w = 0; w < outputs; w += Lanes)
            {
                Vector256<float> share = Vector256.Load(dy + row / 2 * outputs + w) * 0.25f;
                Join(share, share, dx + row * width + 2 * w);
            }
            if (width % 2 != 0) dx[row * width + width - 1] = 0;
        }
        return rows;
    }

    static Vector256<int> Corners => Vector256<int>.Indices * 2;

    /// <summary>Output rows whose last vector stays inside the plane, in the input and in the output.</summary>
    static int Rows(int height, int width)
    {
        int outputs = width / 2, reach = (outputs + Lanes - 1) / Lanes * Lanes;
        if (InstructionSets.Active < InstructionSet.Avx2) return 0;
        int inside = height * width - width - 2 * reach, rows = height / 2;
        if (inside < 0 || rows * outputs < reach) return 0;
        return Math.Min(rows, Math.Min(inside / (2 * width), (rows * outputs - reach) / outputs) + 1);
    }

    /// <summary>A later element wins if it is larger, if it is the first NaN, or unopposed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Challenge(ref Vector256<float> best, ref Vector256<int> winner, Vector256<float> value, Vector256<int> position,
        Vector256<float> unopposed = default)
    {
        Vector256<float> wins = unopposed | Vector256.GreaterThan(value, best) | Vector256.AndNot(Vector256.Equals(best, best), Vector256.Equals(value, value));
        best = Vector256.ConditionalSelect(wins, value, best);
        winner = Vector256.ConditionalSelect(wins.AsInt32(), position, winner);
    }

    /// <summary>Even and odd elements of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector256<float> Even, Vector256<float> Odd) Split(float* source)
    {
        Vector256<int> order = Vector256.Create(0, 2, 4, 6, 1, 3, 5, 7);
        Vector256<float> low = Vector256.Shuffle(Vector256.Load(source), order), high = Vector256.Shuffle(Vector256.Load(source + Lanes), order);
        return (Vector256.Create(low.GetLower(), high.GetLower()), Vector256.Create(low.GetUpper(), high.GetUpper()));
    }

    /// <summary>The inverse of <see cref="Split"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Join(Vector256<float> even, Vector256<float> odd, float* target)
    {
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        Vector256.Shuffle(Vector256.Create(even.GetLower(), odd.GetLower()), order).Store(target);
        Vector256.Shuffle(Vector256.Create(even.GetUpper(), odd.GetUpper()), order).Store(target + Lanes);
    }
}
