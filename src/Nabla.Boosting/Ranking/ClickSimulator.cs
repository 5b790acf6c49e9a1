namespace Nabla.Boosting.Ranking;

/// <summary>
/// Users who look at place k with a chance that falls with k and click what they see the more, the more relevant it is: the
/// position-based model (Richardson, Dominowska, Ragno, 2007), whose truth is known, for training and judging rankers on clicks.
/// </summary>
public sealed class ClickSimulator
{
    readonly double[] examination;
    readonly double noise;
    readonly int mostGrade;

    /// <param name="examination">Chance that a user looks at each place; later places have the last.</param>
    /// <param name="noise">Chance of a click on an irrelevant document that is looked at, in [0, 1); default 0.1.</param>
    /// <param name="mostGrade">The grade that is always clicked when looked at; at least 1, default 4.</param>
    /// <exception cref="ArgumentException">A chance is out of range.</exception>
    public ClickSimulator(IReadOnlyList<double> examination, double noise = 0.1, int mostGrade = 4)
    {
        ArgumentNullException.ThrowIfNull(examination);
        if (examination.Count == 0 || examination.Any(static chance => chance is not (> 0 and <= 1)))
            throw new ArgumentException("ClickSimulator: expected chances in (0, 1], at least one.", nameof(examination));
        if (noise is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(noise), noise, $"ClickSimulator: expected noise in [0, 1), got {noise}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(mostGrade, 1);
        (this.examination, this.noise, this.mostGrade) = ([.. examination], noise, mostGrade);
    }

    /// <summary>Chances (1/k)^severity of a user who reads from the top.</summary>
    public static double[] Falling(int places, double severity = 1) =>
        [.. Enumerable.Range(1, places).Select(k => Math.Pow(1.0 / k, severity))];

    /// <summary>The chance that a user clicks a document of a grade that is looked at.</summary>
    public double Attraction(double grade) => noise + (1 - noise) * (Math.Pow(2, grade) - 1) / (Math.Pow(2, mostGrade) - 1);

    /// <summary>Clicks, 0 or 1, on documents shown at the given places.</summary>
    /// <param name="grades">True grade of each document.</param>
    /// <param name="places">Where it was shown, from 0.</param>
    /// <param name="random">The users.</param>
    public float[] Clicks(ReadOnlySpan<float> grades, ReadOnlySpan<int> places, RandomStream random)
    {
        if (grades.Length != places.Length)
            throw new ArgumentException($"ClickSimulator: expected a place for each of {grades.Length} documents, got {places.Length}.", nameof(places));
        RandomStream looks = random.Split("looks"), clicks = random.Split("clicks");
        var clicked = new float[grades.Length];
        for (int i = 0; i < clicked.Length; i++)
        {
            bool isSeen = looks.NextUniform(i) < examination[Math.Min(places[i], examination.Length - 1)];
            clicked[i] = isSeen && clicks.NextUniform(i) < Attraction(grades[i]) ? 1 : 0;
        }
        return clicked;
    }
}
