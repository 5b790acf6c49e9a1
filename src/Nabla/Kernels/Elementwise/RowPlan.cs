namespace Nabla.Kernels;

/// <summary>Work on one run of a broadcast loop, given where each input and the output start.</summary>
internal interface IRowFunction
{
    void Run(nint atA, nint atB, nint atC, nint atY);
}

/// <summary>
/// How up to three inputs walk over a contiguous output. The last axis is one run in which an input either advances by one
/// element or stands still; outer axes have any strides. Neighboring axes are merged where every input allows it.
/// </summary>
internal unsafe struct RowPlan
{
    const int Inputs = 3;

    int outerAxes;
    fixed int sizes[Shape.MaximumRank];
    fixed int strides[Inputs * Shape.MaximumRank];
    int scalarMask;

    /// <summary>Elements of a run.</summary>
    public int Inner;

    /// <summary>Number of runs.</summary>
    public int Rows;

    public readonly bool IsScalar(int input) => (scalarMask >> input & 1) != 0;

    /// <summary>
    /// Plans the walk; false if an input neither advances by one nor stands still along the last axis (copy it first).
    /// Strides of broadcast axes are 0 and aligned with <paramref name="output"/>.
    /// </summary>
    public static bool TryCreate(
        ReadOnlySpan<int> output, ReadOnlySpan<int> a, ReadOnlySpan<int> b, ReadOnlySpan<int> c, out RowPlan plan)
    {
        plan = default;
        Span<int> size = stackalloc int[Shape.MaximumRank], stride = stackalloc int[Inputs * Shape.MaximumRank];
        int axes = 0;
        for (int axis = output.Length - 1; axis >= 0; axis--)                         // innermost first
        {
            if (output[axis] == 1) continue;
            int at = axes * Inputs;
            (stride[at], stride[at + 1], stride[at + 2]) = (a[axis], b[axis], c[axis]);
            bool merges = axes > 0;
            for (int i = 0; i < Inputs && merges; i++) merges = stride[at + i] == stride[at - Inputs + i] * size[axes - 1];
            if (merges) size[axes - 1] *= output[axis];
            else size[axes++] = output[axis];
        }

        plan.Inner = axes > 0 ? size[0] : 1;
        plan.Rows = 1;
        for (int i = 0; i < Inputs; i++)
        {
            int step = axes > 0 ? stride[i] : 0;
            if (step is not (0 or 1)) return false;
            if (step == 0) plan.scalarMask |= 1 << i;
        }
        plan.outerAxes = Math.Max(axes - 1, 0);
        for (int axis = 1; axis < axes; axis++)
        {
            plan.sizes[axis - 1] = size[axis];
            plan.Rows *= size[axis];
            for (int i = 0; i < Inputs; i++) plan.strides[(axis - 1) * Inputs + i] = stride[axis * Inputs + i];
        }
        return true;
    }

    /// <summary>Runs <paramref name="row"/> for every run, on all workers.</summary>
    public readonly void ForEachRow<TRow>(TRow row) where TRow : struct, IRowFunction
    {
        int rowsPerChunk = Math.Max(1, Elementwise.Grain / Math.Max(Inner, 1));
        int chunks = (Rows + rowsPerChunk - 1) / rowsPerChunk;
        var job = new RowsJob<TRow>(this, row, rowsPerChunk);
        if (chunks <= 1) job.Run(0);
        else Workers.For(chunks, ref job);
    }

    readonly struct RowsJob<TRow>(RowPlan plan, TRow row, int rowsPerChunk) : IJob where TRow : struct, IRowFunction
    {
        public void Run(int index)
        {
            int first = index * rowsPerChunk, end = Math.Min(first + rowsPerChunk, plan.Rows);
            Span<int> position = stackalloc int[Shape.MaximumRank];
            nint a = 0, b = 0, c = 0;
            int rest = first;
            for (int axis = 0; axis < plan.outerAxes; axis++)
            {
                position[axis] = rest % plan.sizes[axis];
                rest /= plan.sizes[axis];
                a += (nint)position[axis] * plan.strides[axis * Inputs];
                b += (nint)position[axis] * plan.strides[axis * Inputs + 1];
                c += (nint)position[axis] * plan.strides[axis * Inputs + 2];
            }
            for (int r = first; r < end; r++)
            {
                row.Run(a, b, c, (nint)r * plan.Inner);
                for (int axis = 0; axis < plan.outerAxes; axis++)                     // count up like an odometer
                {
                    a += plan.strides[axis * Inputs];
                    b += plan.strides[axis * Inputs + 1];
                    c += plan.strides[axis * Inputs + 2];
                    if (++position[axis] < plan.sizes[axis]) break;
                    position[axis] = 0;
                    a -= (nint)plan.sizes[axis] * plan.strides[axis * Inputs];
                    b -= (nint)plan.sizes[axis] * plan.strides[axis * Inputs + 1];
                    c -= (nint)plan.sizes[axis] * plan.strides[axis * Inputs + 2];
                }
            }
        }
    }
}
