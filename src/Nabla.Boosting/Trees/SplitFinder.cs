using System.Numerics;
using System.Runtime.CompilerServices;
using Nabla.Boosting.Binning;
using Nabla.Kernels;

namespace Nabla.Boosting.Trees;

/// <summary>What a node brings to the search.</summary>
internal readonly record struct SplitQuery(Histogram Histogram, GradientSums Total, WeightBounds Bounds, int[] Columns);

/// <summary>Finds the best split of nodes from their histograms: every cut of every column, missing values on either side.</summary>
internal sealed unsafe class SplitFinder<TRule>(BinnedMatrix matrix, TRule rule, TreeOptions options) where TRule : struct, ILeafRule
{
    const double Least = 1e-6;      // gains below are noise

    readonly double minChildWeight = options.MinChildWeight;

    /// <summary>The best split of each node; null for one that gains nothing.</summary>
    public Split?[] Find(IReadOnlyList<SplitQuery> nodes, PackedGradients gradients)
    {
        var tasks = new List<(int Node, int First)>();
        for (int node = 0; node < nodes.Count; node++)
            for (int first = 0; first < nodes[node].Columns.Length; first += SearchJob.Columns) tasks.Add((node, first));
        var found = new Candidate[tasks.Count];
        var job = new SearchJob(this, nodes, gradients, tasks, found);
        Workers.For(tasks.Count, ref job);

        var best = new Candidate[nodes.Count];
        for (int i = 0; i < found.Length; i++)      // in the order of columns: the first of equal gains
            if (found[i].Gain > best[tasks[i].Node].Gain) best[tasks[i].Node] = found[i];
        return Array.ConvertAll(best, candidate => candidate.Gain > Math.Max(Least, options.Gamma) ? candidate.ToSplit(matrix) : null);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    Candidate Search(in SplitQuery node, int column, PackedGradients gradients)
    {
        ColumnBins bins = matrix.Bins[column];
        var search = new Search<TRule>(
            rule, node, matrix.Starts[column], bins.Count, gradients, minChildWeight, options.MonotoneOf(column));
        if (!bins.IsCategorical) search.Cuts();
        else if (bins.Count <= options.MaxOneHotCategories) search.OneCategory();
        else search.SortedCategories();
        return search.Best;
    }

    /// <summary>Some columns of a node.</summary>
    readonly struct SearchJob(
        SplitFinder<TRule> finder, IReadOnlyList<SplitQuery> nodes, PackedGradients gradients, List<(int Node, int First)> tasks,
        Candidate[] found) : IJob
    {
        public const int Columns = 8;

        public void Run(int index)
        {
            SplitQuery node = nodes[tasks[index].Node];
            int first = tasks[index].First, end = Math.Min(first + Columns, node.Columns.Length);
            for (int i = first; i < end; i++)
                if (finder.Search(node, node.Columns[i], gradients) is var candidate && candidate.Gain > found[index].Gain)
                    found[index] = candidate with { Column = node.Columns[i] };
        }
    }
}

/// <summary>The best of a search so far. <paramref name="RightBins"/> is null for a cut of numbers.</summary>
internal readonly record struct Candidate(double Gain, int Column, int Cut, bool MissingGoesLeft, GradientSums Left, int[]? RightBins)
{
    public Split ToSplit(BinnedMatrix matrix)
    {
        int missing = matrix.Bins[Column].Count;
        var goesRight = new bool[256];
        if (RightBins is null) goesRight.AsSpan(Cut + 1, missing - Cut - 1).Fill(true);
        else foreach (int bin in RightBins) goesRight[bin] = true;
        goesRight[missing] = !MissingGoesLeft;
        return new Split(Gain, Column, goesRight, RightBins is null ? Cut : -1, MissingGoesLeft, Left);
    }
}

/// <summary>The search over one column of one node.</summary>
internal unsafe ref struct Search<TRule> where TRule : struct, ILeafRule
{
    readonly TRule rule;
    readonly long* gradients, hessians;
    readonly int count, monotone;
    readonly double gradientUnit, hessianUnit, minChildWeight, parent;
    readonly GradientSums total, missing;
    readonly WeightBounds bounds;

    public Search(
        TRule rule, in SplitQuery node, int start, int count, PackedGradients units, double minChildWeight, int monotone)
    {
        (this.rule, this.count, this.minChildWeight, this.monotone) = (rule, count, minChildWeight, monotone);
        gradients = node.Histogram.Gradients + start;
        hessians = node.Histogram.Hessians + start;
        (gradientUnit, hessianUnit, total, bounds) = (units.GradientUnit, units.HessianUnit, node.Total, node.Bounds);
        missing = new GradientSums(gradients[count], hessians[count]);
        parent = rule.Gain(total.Gradient * gradientUnit, total.Hessian * hessianUnit, bounds);
    }

    public Candidate Best { get; private set; }

    /// <summary>Every cut between two bins, and one between all values and the missing ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Cuts()
    {
        bool hasMissing = missing != default;
        int last = hasMissing ? count : count - 1;
        if (monotone == 0)
        {
            var (gain, cut, sums) = BestCut(default, last);
            var (gainLeft, cutLeft, sumsLeft) = hasMissing ? BestCut(missing, last) : default;
            // Of equal gains the first cut, and missing values on the right.
            if (gain > 0 && (gain > gainLeft || gain == gainLeft && cut <= cutLeft)) TryMissing(sums, cut, null);
            else if (gainLeft > 0) Try(sumsLeft, cutLeft, true, null);
            return;
        }
        GradientSums left = default;
        for (int bin = 0; bin < last; bin++)
        {
            left += new GradientSums(gradients[bin], hessians[bin]);
            if (hessians[bin] == 0 && gradients[bin] == 0 && bin < count - 1) continue;     // the same rows as the cut before
            TryMissing(left, bin, null);
        }
    }

    /// <summary>
    /// The first of the cuts that gain most, how much, and what goes left; 0 if none gains. As <see cref="Try"/> finds it, several cuts at a time.
    /// </summary>
    /// <param name="left">What goes left besides the bins up to the cut.</param>
    /// <param name="cuts">Cuts to look at.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly (double Gain, int Cut, GradientSums Left) BestCut(GradientSums left, int cuts)
    {
        const int Most = 256 + 8;       // bins, and a vector
        long* g = stackalloc long[Most], h = stackalloc long[Most];
        double* gains = stackalloc double[Most];
        long leftGradient = left.Gradient, leftHessian = left.Hessian;
        for (int bin = 0; bin < cuts; bin++)
        {
            g[bin] = leftGradient += gradients[bin];
            h[bin] = leftHessian += hessians[bin];
        }
        int width = Vector<double>.Count;
        for (int lane = 0; lane < width; lane++) (g[cuts + lane], h[cuts + lane]) = (0, 0);      // an empty side gains nothing

        Vector<long> totalGradient = new(total.Gradient), totalHessian = new(total.Hessian);
        Vector<double> gradientUnits = new(gradientUnit), hessianUnits = new(hessianUnit), least = new(minChildWeight), parents = new(parent);
        Vector<double> most = default;
        for (int bin = 0; bin < cuts; bin += width)
        {
            Vector<long> lg = Vector.Load(g + bin), lh = Vector.Load(h + bin), rh = totalHessian - lh;
            Vector<double> leftSide = Vector.ConvertToDouble(lh) * hessianUnits, rightSide = Vector.ConvertToDouble(rh) * hessianUnits;
            Vector<double> gain = rule.Gain(Vector.ConvertToDouble(lg) * gradientUnits, leftSide, bounds)
                + rule.Gain(Vector.ConvertToDouble(totalGradient - lg) * gradientUnits, rightSide, bounds) - parents;
            Vector<long> refused = Vector.LessThan(leftSide, least) | Vector.LessThan(rightSide, least)
                | Vector.Equals(lh, Vector<long>.Zero) | Vector.Equals(rh, Vector<long>.Zero);
            gain = Vector.ConditionalSelect(refused, Vector<double>.Zero, gain);
            most = Vector.ConditionalSelect(Vector.GreaterThan(gain, most), gain, most);
            Vector.Store(gain, gains + bin);
        }
        double best = 0;
        for (int lane = 0; lane < width; lane++) best = Math.Max(best, most[lane]);
        if (best <= 0) return default;
        int first = new ReadOnlySpan<double>(gains, cuts).IndexOf(best);
        return (best, first, new GradientSums(g[first], h[first]));
    }

    /// <summary>Each category against all others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void OneCategory()
    {
        GradientSums present = total - missing;
        for (int bin = 0; bin < count; bin++)
            if (hessians[bin] != 0) TryMissing(present - new GradientSums(gradients[bin], hessians[bin]), -1, [bin]);
        if (missing != default) Try(missing, -1, missingGoesLeft: true, [.. Enumerable.Range(0, count)]);
    }

    /// <summary>
    /// Categories in the order of the weights they would have as leaves: the best partition in two is a cut of that order
    /// (Fisher: On grouping for maximum homogeneity, 1958).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SortedCategories()
    {
        var weights = new double[count];
        var order = new List<int>();
        for (int bin = 0; bin < count; bin++)
        {
            if (hessians[bin] == 0) continue;
            weights[bin] = rule.Weight(gradients[bin] * gradientUnit, hessians[bin] * hessianUnit, WeightBounds.None);
            order.Add(bin);
        }
        int[] sorted = [.. order.OrderBy(bin => weights[bin]).ThenBy(static bin => bin)];
        GradientSums left = default;
        for (int i = 0; i < sorted.Length - 1; i++)
        {
            left += new GradientSums(gradients[sorted[i]], hessians[sorted[i]]);
            TryMissing(left, -1, sorted[(i + 1)..]);
        }
        if (missing != default && sorted.Length > 0) Try(missing, -1, missingGoesLeft: true, sorted);
    }

    /// <summary>Missing values on either side; where there are none, unseen ones will follow the heavier child.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void TryMissing(GradientSums left, int cut, int[]? rightBins)
    {
        if (missing == default)
        {
            Try(left, cut, left.Hessian >= total.Hessian - left.Hessian, rightBins);
            return;
        }
        Try(left, cut, false, rightBins);
        Try(left + missing, cut, true, rightBins);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Try(GradientSums left, int cut, bool missingGoesLeft, int[]? rightBins)
    {
        GradientSums right = total - left;
        double leftHessian = left.Hessian * hessianUnit, rightHessian = right.Hessian * hessianUnit;
        if (leftHessian < minChildWeight || rightHessian < minChildWeight || left.Hessian == 0 || right.Hessian == 0) return;
        double leftGradient = left.Gradient * gradientUnit, rightGradient = right.Gradient * gradientUnit;
        double gain = rule.Gain(leftGradient, leftHessian, bounds) + rule.Gain(rightGradient, rightHessian, bounds) - parent;
        if (!(gain > Best.Gain)) return;
        if (monotone != 0 && monotone * (rule.Weight(rightGradient, rightHessian, bounds) - rule.Weight(leftGradient, leftHessian, bounds)) < 0) return;
        Best = new Candidate(gain, 0, cut, missingGoesLeft, left, rightBins);
    }
}
