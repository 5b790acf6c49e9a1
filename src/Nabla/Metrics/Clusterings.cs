namespace Nabla.Metrics;

/// <summary>
/// How alike two groupings of the same samples are, or how well a grouping fits the data. Groups are any whole numbers; their names do not matter.
/// </summary>
public static class Clusterings
{
    /// <summary>Share of pairs on which both groupings agree, corrected for chance: 1 for equal ones, about 0 for random ones (Hubert, Arabie, 1985).</summary>
    public static double AdjustedRand(Tensor truth, Tensor groups)
    {
        var table = Contingency.Of(truth, groups);
        double together = table.Cells.Sum(Pairs), ofTruth = table.Rows.Sum(Pairs), ofGroups = table.Columns.Sum(Pairs), all = Pairs(table.Total);
        double expected = ofTruth * ofGroups / all, most = (ofTruth + ofGroups) / 2;
        return most == expected ? 1 : (together - expected) / (most - expected);
    }

    /// <summary>Mutual information over the mean of both entropies, in [0, 1]; 1 if both groupings are a single group.</summary>
    public static double NormalizedMutualInformation(Tensor truth, Tensor groups)
    {
        var table = Contingency.Of(truth, groups);
        double mean = (table.Entropy(table.Rows) + table.Entropy(table.Columns)) / 2;
        return mean == 0 ? 1 : table.MutualInformation() / mean;
    }

    /// <summary>1 if every group holds members of one class only: mutual information over the entropy of the truth (Rosenberg, Hirschberg, 2007).</summary>
    public static double Homogeneity(Tensor truth, Tensor groups)
    {
        var table = Contingency.Of(truth, groups);
        double entropy = table.Entropy(table.Rows);
        return entropy == 0 ? 1 : table.MutualInformation() / entropy;
    }

    /// <summary>1 if all members of a class are in one group: homogeneity with the roles exchanged.</summary>
    public static double Completeness(Tensor truth, Tensor groups) => Homogeneity(groups, truth);

    /// <summary>(1 + β)·h·c / (β·h + c) of homogeneity h and completeness c.</summary>
    public static double VMeasure(Tensor truth, Tensor groups, double beta = 1)
    {
        double h = Homogeneity(truth, groups), c = Completeness(truth, groups);
        return h + c == 0 ? 0 : (1 + beta) * h * c / (beta * h + c);
    }

    /// <summary>Geometric mean of precision and recall over pairs of samples (Fowlkes, Mallows, 1983).</summary>
    public static double FowlkesMallows(Tensor truth, Tensor groups)
    {
        var table = Contingency.Of(truth, groups);
        double together = table.Cells.Sum(Pairs);
        return together == 0 ? 0 : together / Math.Sqrt(table.Rows.Sum(Pairs) * table.Columns.Sum(Pairs));
    }

    /// <summary>Share of samples that belong to the commonest class of their group.</summary>
    public static double Purity(Tensor truth, Tensor groups)
    {
        var table = Contingency.Of(truth, groups);
        return table.LargestOfEachColumn() / table.Total;
    }

    /// <summary>
    /// Mean of (b − a) / max(a, b): a the mean distance to the own group, b that to the nearest other one (Rousseeuw, 1987). Groups of
    /// one count as 0. Takes time quadratic in the samples.
    /// </summary>
    public static double Silhouette(Tensor features, Tensor groups)
    {
        var data = new GroupedRows(features, groups, "Silhouette");
        double sum = 0;
        for (int i = 0; i < data.Count; i++)
        {
            var distances = new double[data.Groups];
            for (int j = 0; j < data.Count; j++) distances[data.GroupOf[j]] += Math.Sqrt(data.SquaredDistance(data.Row(i), data.Row(j)));
            int own = data.GroupOf[i];
            if (data.Sizes[own] == 1) continue;
            double a = distances[own] / (data.Sizes[own] - 1);
            double b = Enumerable.Range(0, data.Groups).Where(g => g != own).Min(g => distances[g] / data.Sizes[g]);
            sum += Math.Max(a, b) == 0 ? 0 : (b - a) / Math.Max(a, b);
        }
        return sum / data.Count;
    }

    /// <summary>Mean over the groups of the worst (sᵢ + sⱼ) / dᵢⱼ: spreads over distance of centers; small is good (Davies, Bouldin, 1979).</summary>
    public static double DaviesBouldin(Tensor features, Tensor groups)
    {
        var data = new GroupedRows(features, groups, "DaviesBouldin");
        double[][] centers = data.Centers();
        var spread = new double[data.Groups];
        for (int i = 0; i < data.Count; i++)
            spread[data.GroupOf[i]] += Math.Sqrt(data.SquaredDistance(data.Row(i), centers[data.GroupOf[i]])) / data.Sizes[data.GroupOf[i]];
        return Enumerable.Range(0, data.Groups).Average(a => Enumerable.Range(0, data.Groups).Where(b => b != a)
            .Max(b => (spread[a] + spread[b]) / Math.Sqrt(data.SquaredDistance(centers[a], centers[b]))));
    }

    /// <summary>Variance between the groups over that within them, each per degree of freedom; large is good (Caliński, Harabasz, 1974).</summary>
    public static double CalinskiHarabasz(Tensor features, Tensor groups)
    {
        var data = new GroupedRows(features, groups, "CalinskiHarabasz");
        double[][] centers = data.Centers();
        double[] mean = [.. Enumerable.Range(0, data.Width).Select(k => Enumerable.Range(0, data.Count).Average(i => data.Row(i)[k]))];
        double between = Enumerable.Range(0, data.Groups).Sum(g => data.Sizes[g] * data.SquaredDistance(centers[g], mean));
        double within = Enumerable.Range(0, data.Count).Sum(i => data.SquaredDistance(data.Row(i), centers[data.GroupOf[i]]));
        return within == 0 ? 1 : between * (data.Count - data.Groups) / (within * (data.Groups - 1));
    }

    static double Pairs(double count) => count * (count - 1) / 2;

    /// <summary>How many samples of each class are in each group.</summary>
    sealed record Contingency(Dictionary<(long, long), double> Counts, Dictionary<long, double> ByRow, Dictionary<long, double> ByColumn, double Total)
    {
        public IEnumerable<double> Cells => Counts.Values;

        public IEnumerable<double> Rows => ByRow.Values;

        public IEnumerable<double> Columns => ByColumn.Values;

        public static Contingency Of(Tensor truth, Tensor groups)
        {
            if (truth.Rank != 1 || truth.Shape != groups.Shape || truth.Length == 0)
                throw new ShapeException($"Clusterings: expected two groupings of the same samples [N], N at least 1, got {truth.Shape} and {groups.Shape}.");
            long[] rows = truth.To(DType.Int64).ToArray<long>(), columns = groups.To(DType.Int64).ToArray<long>();
            var table = new Contingency([], [], [], rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                table.Counts[(rows[i], columns[i])] = table.Counts.GetValueOrDefault((rows[i], columns[i])) + 1;
                table.ByRow[rows[i]] = table.ByRow.GetValueOrDefault(rows[i]) + 1;
                table.ByColumn[columns[i]] = table.ByColumn.GetValueOrDefault(columns[i]) + 1;
            }
            return table;
        }

        public double Entropy(IEnumerable<double> counts) => -counts.Sum(count => count / Total * Math.Log(count / Total));

        public double MutualInformation() => Math.Max(0, Counts.Sum(cell =>
            cell.Value / Total * Math.Log(cell.Value * Total / (ByRow[cell.Key.Item1] * ByColumn[cell.Key.Item2]))));

        public double LargestOfEachColumn() => Counts.GroupBy(static cell => cell.Key.Item2).Sum(static column => column.Max(static cell => cell.Value));
    }

    /// <summary>Rows of a table and the group of each.</summary>
    sealed class GroupedRows
    {
        readonly double[][] rows;

        public GroupedRows(Tensor features, Tensor groups, string who)
        {
            if (features.Rank != 2 || groups.Shape != Shape.Create(features.Shape[0]))
                throw new ShapeException($"{who}: expected features [N, features] and groups [N], got {features.Shape} and {groups.Shape}.");
            Width = features.Shape[1];
            double[] x = features.Detach().To(DType.Float64).ToArray<double>();
            rows = [.. Enumerable.Range(0, features.Shape[0]).Select(i => x[(i * Width)..((i + 1) * Width)])];
            long[] names = groups.To(DType.Int64).ToArray<long>(), distinct = [.. names.Distinct().Order()];
            if (distinct.Length < 2 || distinct.Length >= rows.Length)
                throw new ArgumentException($"{who}: expected from 2 to {rows.Length - 1} groups of {rows.Length} samples, got {distinct.Length}.", nameof(groups));
            GroupOf = Array.ConvertAll(names, name => Array.BinarySearch(distinct, name));
            Sizes = new int[distinct.Length];
            foreach (int group in GroupOf) Sizes[group]++;
        }

        public int Count => rows.Length;

        public int Width { get; }

        public int Groups => Sizes.Length;

        public int[] GroupOf { get; }

        public int[] Sizes { get; }

        public double[] Row(int i) => rows[i];

        public double[][] Centers()
        {
            double[][] centers = [.. Sizes.Select(_ => new double[Width])];
            for (int i = 0; i < Count; i++)
                for (int k = 0; k < Width; k++) centers[GroupOf[i]][k] += rows[i][k] / Sizes[GroupOf[i]];
            return centers;
        }

        public double SquaredDistance(double[] a, double[] b)
        {
            double sum = 0;
            for (int k = 0; k < Width; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
            return sum;
        }
    }
}
