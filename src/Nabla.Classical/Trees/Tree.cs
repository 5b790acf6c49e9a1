using System.Runtime.CompilerServices;
using Nabla.Estimators;

namespace Nabla.Classical.Trees;

/// <summary>A binary tree of questions "is feature j at most t?" in arrays: node 0 is the root, leaves have no feature.</summary>
internal sealed class Tree(int outputs)
{
    const int Leaf = -1;

    readonly List<int> features = [], lefts = [], rights = [];
    readonly List<double> thresholds = [], values = [];

    /// <summary>Numbers in a leaf: one per class, or one.</summary>
    public int Outputs => outputs;

    public int Nodes => features.Count;

    /// <summary>Adds a leaf; the values are copied.</summary>
    public int Add(ReadOnlySpan<double> value)
    {
        features.Add(Leaf);
        lefts.Add(0);
        rights.Add(0);
        thresholds.Add(0);
        foreach (double v in value) values.Add(v);
        return features.Count - 1;
    }

    /// <summary>Turns a leaf into a question.</summary>
    public void Split(int node, int feature, double threshold, int left, int right) =>
        (features[node], thresholds[node], lefts[node], rights[node]) = (feature, threshold, left, right);

    public bool IsLeaf(int node) => features[node] == Leaf;

    /// <summary>The leaf a row falls into.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<double> row)
    {
        int node = 0;
        while (features[node] is >= 0 and var feature) node = row[feature] <= thresholds[node] ? lefts[node] : rights[node];
        return node;
    }

    public double Value(int node, int output) => values[node * outputs + output];

    public int Depth(int node = 0) => IsLeaf(node) ? 0 : 1 + Math.Max(Depth(lefts[node]), Depth(rights[node]));

    public int Leaves => features.Count(static f => f == Leaf);

    public static void Exchange(EstimatorState state, string name, ref Tree? tree)
    {
        int outputs = tree?.Outputs ?? 0;
        int[]? features = tree?.features.ToArray(), lefts = tree?.lefts.ToArray(), rights = tree?.rights.ToArray();
        double[]? thresholds = tree?.thresholds.ToArray(), values = tree?.values.ToArray();
        state.Keep($"{name}.outputs", ref outputs);
        state.Keep($"{name}.feature", ref features);
        state.Keep($"{name}.left", ref lefts);
        state.Keep($"{name}.right", ref rights);
        state.Keep($"{name}.threshold", ref thresholds);
        state.Keep($"{name}.value", ref values);
        if (!state.IsReading) return;
        // Children come after their parent: a walk ends, whatever the file says.
        if (features is null || lefts is null || rights is null || thresholds is null || values is null || outputs < 1 || features.Length == 0
            || lefts.Length != features.Length || rights.Length != features.Length || thresholds.Length != features.Length
            || values.Length != (long)features.Length * outputs
            || features.Where((f, i) => f >= 0 && (lefts[i] <= i || rights[i] <= i || lefts[i] >= features.Length || rights[i] >= features.Length)).Any())
            throw new DataFormatException($"'{name}': expected the arrays of a tree, got others.");
        tree = new Tree(outputs);
        tree.features.AddRange(features);
        tree.lefts.AddRange(lefts);
        tree.rights.AddRange(rights);
        tree.thresholds.AddRange(thresholds);
        tree.values.AddRange(values);
    }
}
