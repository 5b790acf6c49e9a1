using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// How up to three inputs walk over a contiguous output. The last axis is one run in which an input either advances by one
/// element or stands still; outer axes have any strides. Neighboring axes are merged where every input allows it.
/// </summary>
internal unsafe struct RowPlan
{
    public const int Inputs = 3;

    int outerAxes;
    fixed int sizes[Shape.MaximumRank];
    fixed int strides[Inputs * Shape.MaximumRank];
    int scalarMask, denseMask, repeatedMask;

    /// <summary>Elements of a run.</summary>
    public int Inner;

    /// <summary>Number of runs.</summary>
    public int Rows;

    /// <summary>The input stands still within a run.</summary>
    public readonly bool IsScalar(int input) => (scalarMask >> input & 1) != 0;

    /// <summary>The input's runs follow each other in memory, as the output's do.</summary>
    public readonly bool IsDense(int input) => (denseMask >> input & 1) != 0;

    /// <summary>Every run of the input is the same.</summary>
    public readonly bool IsRepeated(int input) => (repeatedMask >> input & 1) != 0;

    /// <summary>
    /// Plans the walk; false if an input neither advances by one nor stands still along the last axis (copy it first).
    /// Strides of broadcast axes are 0 and aligned with <paramref name="output"/>.
    /// </summary>
    [MethodImpl(Compiled.Apart)]
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
        plan.denseMask = plan.repeatedMask = (1 << Inputs) - 1;
        for (int i = 0; i < Inputs; i++)
        {
            int step = axes > 0 ? stride[i] : 0;
            if (step is not (0 or 1)) return false;
            if (step == 1) continue;
            plan.scalarMask |= 1 << i;
            plan.denseMask &= ~(1 << i);
        }
        plan.outerAxes = Math.Max(axes - 1, 0);
        int elements = plan.Inner;
        for (int axis = 1; axis < axes; axis++)
        {
            for (int i = 0; i < Inputs; i++)
            {
                int step = plan.strides[(axis - 1) * Inputs + i] = stride[axis * Inputs + i];
                if (step != elements) plan.denseMask &= ~(1 << i);
                if (step != 0) plan.repeatedMask &= ~(1 << i);
            }
            plan.sizes[axis - 1] = size[axis];
            plan.Rows *= size[axis];
            elements *= size[axis];
        }
        return true;
    }

    /// <summary>Where the runs of the inputs start, run after run.</summary>
    public struct Walk
    {
        fixed int position[Shape.MaximumRank];
        public nint A, B, C;

        public Walk(in RowPlan plan, int row)
        {
            for (int axis = 0; axis < plan.outerAxes; axis++)
            {
                position[axis] = row % plan.sizes[axis];
                row /= plan.sizes[axis];
                A += (nint)position[axis] * plan.strides[axis * Inputs];
                B += (nint)position[axis] * plan.strides[axis * Inputs + 1];
                C += (nint)position[axis] * plan.strides[axis * Inputs + 2];
            }
        }

        /// <summary>Counts up like an odometer.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Next(in RowPlan plan)
        {
            for (int axis = 0; axis < plan.outerAxes; axis++)
            {
                A += plan.strides[axis * Inputs];
                B += plan.strides[axis * Inputs + 1];
                C += plan.strides[axis * Inputs + 2];
                if (++position[axis] < plan.sizes[axis]) return;
                position[axis] = 0;
                A -= (nint)plan.sizes[axis] * plan.strides[axis * Inputs];
                B -= (nint)plan.sizes[axis] * plan.strides[axis * Inputs + 1];
                C -= (nint)plan.sizes[axis] * plan.strides[axis * Inputs + 2];
            }
        }
    }
}
