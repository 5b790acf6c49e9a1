using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nabla.Kernels;

/// <summary>Pooling of one plane by windows of 2 × 2 side by side, eight outputs at a time.</summary>
/// <remarks>The last vector of a row overlaps the one before. A row shorter than a vector runs over into the next, which is written later; the
/// last rows of such a plane, where it would run out of the plane, are done one output at a time.</remarks>
internal static unsafe class PairPooling
{
    const int Lanes = 8;

    /// <summary>The largest of each window, and where in the plane it was first found.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Maximum(float* x, float* y, int* winners, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        Vector256<int> corners = Corners, right = Vector256.Create(1), below = Vector256.Create(width), across = Vector256.Create(width + 1);
        for (int h = 0; h < rows; h++)
            for (int step = 0; step < outputs; step += Lanes)
            {
                int w = At(step, outputs), corner = 2 * (h * width + w);
                Vector256<int> start = Vector256.Create(corner) + corners, winner = start;
                Split(x + corner, out Vector256<float> best, out Vector256<float> second);
                Split(x + corner + width, out Vector256<float> third, out Vector256<float> fourth);
                Challenge(ref best, ref winner, second, start + right);
                Challenge(ref best, ref winner, third, start + below);
                Challenge(ref best, ref winner, fourth, start + across);
                best.Store(y + h * outputs + w);
                winner.Store(winners + h * outputs + w);
            }
        for (int o = rows * outputs; o < height / 2 * outputs; o++)
        {
            int corner = 2 * (o / outputs * width + o % outputs), winner = corner;
            Challenge(x, ref winner, corner + 1);
            Challenge(x, ref winner, corner + width);
            Challenge(x, ref winner, corner + width + 1);
            (y[o], winners[o]) = (x[winner], winner);
        }
    }

    /// <summary>Both input rows of every output row: dy at the winner, 0 elsewhere.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void MaximumGradient(float* dy, int* winners, float* dx, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        Vector256<int> corners = Corners, right = Vector256.Create(1);
        for (int row = 0; row < 2 * rows; row++)
        {
            int first = row / 2 * outputs;
            for (int step = 0; step < outputs; step += Lanes)
            {
                int w = At(step, outputs);
                Vector256<float> slope = Vector256.Load(dy + first + w);
                Vector256<int> winner = Vector256.Load(winners + first + w), left = Vector256.Create(row * width + 2 * w) + corners;
                Join(slope & Vector256.Equals(winner, left).AsSingle(), slope & Vector256.Equals(winner, left + right).AsSingle(),
                    dx + row * width + 2 * w);
            }
            if (width % 2 != 0) dx[row * width + width - 1] = 0;
        }
        new Span<float>(dx + 2 * rows * width, (height - 2 * rows) * width).Clear();
        for (int o = rows * outputs; o < height / 2 * outputs; o++) dx[winners[o]] = dy[o];
    }

    /// <summary>The mean of each window.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void Average(float* x, float* y, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        for (int h = 0; h < rows; h++)
            for (int step = 0; step < outputs; step += Lanes)
            {
                int w = At(step, outputs);
                float* corner = x + 2 * (h * width + w);
                Split(corner, out Vector256<float> first, out Vector256<float> second);
                Split(corner + width, out Vector256<float> third, out Vector256<float> fourth);
                ((first + second + (third + fourth)) * 0.25f).Store(y + h * outputs + w);
            }
        for (int o = rows * outputs; o < height / 2 * outputs; o++)
        {
            float* corner = x + 2 * (o / outputs * width + o % outputs);
            y[o] = (corner[0] + corner[1] + (corner[width] + corner[width + 1])) * 0.25f;
        }
    }

    /// <summary>Both input rows of every output row: a quarter of dy everywhere.</summary>
    [MethodImpl(Compiled.Apart)]
    public static void AverageGradient(float* dy, float* dx, int height, int width)
    {
        int rows = Rows(height, width), outputs = width / 2;
        for (int row = 0; row < 2 * rows; row++)
        {
            for (int step = 0; step < outputs; step += Lanes)
            {
                int w = At(step, outputs);
                Vector256<float> share = Vector256.Load(dy + row / 2 * outputs + w) * 0.25f;
                Join(share, share, dx + row * width + 2 * w);
            }
            if (width % 2 != 0) dx[row * width + width - 1] = 0;
        }
        new Span<float>(dx + 2 * rows * width, (height - 2 * rows) * width).Clear();
        for (int o = rows * outputs; o < height / 2 * outputs; o++)
        {
            float* corner = dx + 2 * (o / outputs * width + o % outputs);
            corner[0] = corner[1] = corner[width] = corner[width + 1] = dy[o] * 0.25f;
        }
    }

    static Vector256<int> Corners => Vector256<int>.Indices * 2;

    static int At(int step, int outputs) => Math.Min(step, Math.Max(0, outputs - Lanes));

    /// <summary>Output rows whose last vector stays inside the plane, in the input and in the output.</summary>
    static int Rows(int height, int width)
    {
        int outputs = width / 2, reach = Math.Max(outputs, Lanes);
        if (InstructionSets.Active < InstructionSet.Avx2) return 0;
        int inside = height * width - width - 2 * reach, rows = height / 2;
        if (inside < 0 || rows * outputs < reach) return 0;
        return Math.Min(rows, Math.Min(inside / (2 * width), (rows * outputs - reach) / outputs) + 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Challenge(float* x, ref int winner, int position)
    {
        if (x[position] > x[winner] || (float.IsNaN(x[position]) && !float.IsNaN(x[winner]))) winner = position;
    }

    /// <summary>A later element wins if it is larger or the first NaN: unless it is at most the best, or the best is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Challenge(ref Vector256<float> best, ref Vector256<int> winner, Vector256<float> value, Vector256<int> position)
    {
        Vector256<float> wins = Vector256.AndNot(Vector256.Equals(best, best), Vector256.LessThanOrEqual(value, best));
        best = Avx.BlendVariable(best, value, wins);
        winner = Avx.BlendVariable(winner.AsSingle(), position.AsSingle(), wins).AsInt32();
    }

    /// <summary>Even and odd elements of sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Split(float* source, out Vector256<float> even, out Vector256<float> odd)
    {
        Vector256<float> low = Vector256.Load(source), high = Vector256.Load(source + Lanes);
        even = RowCopy.InOrder(Avx.Shuffle(low, high, 0b_10_00_10_00));
        odd = RowCopy.InOrder(Avx.Shuffle(low, high, 0b_11_01_11_01));
    }

    /// <summary>The inverse of <see cref="Split"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Join(Vector256<float> even, Vector256<float> odd, float* target)
    {
        Vector256<float> low = Avx.UnpackLow(even, odd), high = Avx.UnpackHigh(even, odd);
        Avx.Permute2x128(low, high, 0x20).Store(target);
        Avx.Permute2x128(low, high, 0x31).Store(target + Lanes);
    }
}
