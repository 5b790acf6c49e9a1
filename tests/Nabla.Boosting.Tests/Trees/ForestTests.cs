using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Tests.Trees;

/// <summary>Scoring many rows side by side against walking down the trees row by row, bit for bit.</summary>
public class ForestTests
{
    const int Columns = 7;

    /// <summary>Values that are thresholds too, so that some rows are just at them.</summary>
    static readonly float[] Values =
        [float.NaN, float.NegativeInfinity, float.MinValue, -1.5f, -1, -float.Epsilon, -0f, 0, float.Epsilon, 0.25f, 1, 3, float.MaxValue, float.PositiveInfinity];

    public static TheoryData<int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int>();
            for (int depth = 0; depth <= 9; depth++)
                foreach (int outputs in new[] { 1, 3 })
                    cases.Add(depth, outputs, 1 + 53 * depth);
            foreach (int rows in new[] { 2, 8, 15, 16, 17, 512, 600 }) cases.Add(6, 1, rows);
            cases.Add(16, 1, 100);
            cases.Add(17, 2, 100);      // deeper than the fast walk goes
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_are_those_of_walking_row_by_row(int depth, int outputs, int rows) =>
        Same([.. Enumerable.Range(0, 4 * outputs).Select(i => Grow(depth, new RandomStream(7).Split(depth).Split(i)))], outputs, rows, Columns);

    [Fact]
    public void Trees_of_any_depth_stand_side_by_side() =>
        Same([.. Enumerable.Range(0, 12).Select(static i => Grow(i % 6 * 2, new RandomStream(3).Split(i)))], 1, 333, Columns);

    [Fact]
    public void Many_columns_leave_room_for_few_rows_at_a_time() => Same([Grow(7, new RandomStream(5)), Grow(4, new RandomStream(6))], 2, 50, 700);

    [Fact]
    public void Categories_are_asked_row_by_row()
    {
        RegressionTree tree = Grow(3, new RandomStream(11));
        tree.RightCategories[0] = [1, 3];
        Same([tree, Grow(4, new RandomStream(12))], 1, 40, Columns);
    }

    static void Same(RegressionTree[] trees, int outputs, int rows, int columns)
    {
        var draws = new RandomStream(1).Split(rows);
        float[] x = [.. Enumerable.Range(0, rows * columns).Select(i => Values[(int)(draws.NextUniform(i) * Values.Length)])];
        if (rows % 2 == 0) x = [.. x.Select(static (v, i) => i % 5 == 0 && float.IsNaN(v) ? 0.5f : v)];
        float[] scores = [.. Enumerable.Range(0, rows * outputs).Select(static i => i * 0.37f)], expected = [.. scores];
        for (int row = 0; row < rows; row++)
            for (int tree = 0; tree < trees.Length; tree++)
                expected[row * outputs + tree % outputs] += trees[tree].Weight[trees[tree].LeafOf(x.AsSpan(row * columns, columns))];
        new Forest(trees, outputs, columns).Add(new FeatureMatrix(Tensor.From(x, [rows, columns]), "test"), scores);
        Assert.Equal(expected.Select(BitConverter.SingleToInt32Bits), scores.Select(BitConverter.SingleToInt32Bits));
    }

    /// <summary>A tree whose leftmost path is as deep as said; others end earlier now and then.</summary>
    static RegressionTree Grow(int depth, RandomStream random)
    {
        const int MostNodes = 1500;
        var open = new Queue<(int Node, int Depth, bool IsLeftmost)>([(0, 0, true)]);
        var inner = new List<(int Node, int Left)>();
        int count = 1;
        while (open.TryDequeue(out var at))
        {
            bool ends = !at.IsLeftmost && (random.Split("end").NextUniform(at.Node) < 0.15 || count > MostNodes);
            if (at.Depth == depth || ends) continue;
            inner.Add((at.Node, count));
            open.Enqueue((count, at.Depth + 1, at.IsLeftmost));
            open.Enqueue((count + 1, at.Depth + 1, false));
            count += 2;
        }
        var tree = new RegressionTree(count);
        for (int node = 0; node < count; node++) tree.Weight[node] = (float)random.Split("weight").NextUniform(node) - 0.5f;
        foreach (var (node, left) in inner)
        {
            (tree.Left[node], tree.Right[node]) = (left, left + 1);
            tree.Feature[node] = (int)(random.Split("feature").NextUniform(node) * Columns);
            tree.Threshold[node] = Values[1 + (int)(random.Split("threshold").NextUniform(node) * (Values.Length - 1))];
            tree.MissingGoesLeft[node] = random.Split("missing").NextUniform(node) < 0.5;
        }
        return tree;
    }
}
