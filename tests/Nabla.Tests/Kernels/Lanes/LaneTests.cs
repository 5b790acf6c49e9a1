using Nabla.Kernels;

namespace Nabla.Tests.Kernels.Lanes;

public unsafe class LaneTests
{
    [Fact]
    public void The_largest_lane_is_found_wherever_it_stands_and_so_is_NaN()
    {
        Largest<Lanes512>();
        Largest<LanesN>();
        Largest<Float32>();
    }

    static void Largest<V>() where V : unmanaged, ILanes<V>
    {
        int lanes = sizeof(V) / sizeof(float);
        for (int at = 0; at < lanes; at++)
            foreach (float special in (float[])[3, float.PositiveInfinity, float.NaN])
            {
                float[] values = new float[lanes];
                values.AsSpan().Fill(-2);
                values[at] = special;
                fixed (float* x = values) Assert.Equal(special, (float)Lane<V, float>.Max(Lane<V, float>.Load(x)));
            }
    }
}
