namespace Nabla.Boosting.Ranking;

/// <summary>
/// The bias of places, learned beside the ranker (Hu, Wang, Peng, Li: Unbiased LambdaMART, 2019): t⁺ how much likelier a click is
/// at a place than at the first, t⁻ the same for the lack of one. Losses are added per query and then in order, so that threads
/// change no bit.
/// </summary>
internal sealed class PositionBias(int places, double norm)
{
    readonly double[] click = Ones(places), skip = Ones(places);
    double[][] clickLoss = [], skipLoss = [];

    public IReadOnlyList<double> Click => click;

    public void BeginRound(int queries)
    {
        clickLoss = new double[queries][];
        skipLoss = new double[queries][];
    }

    /// <summary>The weight of a pair, 1 / (t⁺·t⁻); its loss counts for both places.</summary>
    public double Weigh(int query, int clicked, int skipped, double loss)
    {
        (clicked, skipped) = (Math.Min(clicked, places - 1), Math.Min(skipped, places - 1));
        (clickLoss[query] ??= new double[places])[clicked] += loss / skip[skipped];
        (skipLoss[query] ??= new double[places])[skipped] += loss / click[clicked];
        return 1 / (click[clicked] * skip[skipped]);
    }

    /// <summary>The regularized minimum for both (equations 30 and 31): relative to the first place, to the power 1 / (1 + p).</summary>
    public void EndRound()
    {
        Update(click, clickLoss);
        Update(skip, skipLoss);
    }

    void Update(double[] bias, double[][] losses)
    {
        var sums = new double[places];
        foreach (double[]? own in losses)
            if (own is not null)
                for (int place = 0; place < places; place++) sums[place] += own[place];
        if (sums[0] <= 0) return;
        for (int place = 0; place < places; place++)
            if (sums[place] > 0) bias[place] = Math.Pow(sums[place] / sums[0], 1 / (1 + norm));
    }

    static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
