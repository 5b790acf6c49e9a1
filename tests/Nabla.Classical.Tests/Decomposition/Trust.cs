namespace Nabla.Classical.Tests.Decomposition;

/// <summary>Trustworthiness of a map: how few of the neighbors on it are strangers in the table (Venna, Kaski, 2001).</summary>
internal static class Trust
{
    public static double Worthiness(Tensor x, Tensor y, int k)
    {
        int n = x.Shape[0];
        double penalty = 0;
        for (int i = 0; i < n; i++)
        {
            int[] near = Order(x, i), onMap = Order(y, i);
            for (int j = 0; j < k; j++) penalty += Math.Max(0, Array.IndexOf(near, onMap[j]) + 1 - k);
        }
        return 1 - 2 * penalty / ((double)n * k * (2 * n - 3 * k - 1));
    }

    static int[] Order(Tensor table, int row)
    {
        double[] v = table.ToArray<double>();
        int d = table.Shape[1];
        return [.. Enumerable.Range(0, table.Shape[0]).Where(j => j != row)
            .OrderBy(j => Enumerable.Range(0, d).Sum(c => (v[row * d + c] - v[j * d + c]) * (v[row * d + c] - v[j * d + c])))];
    }
}
