using System.Globalization;
using System.Text;
using Nabla.Schedules;

namespace Nabla.Cli.Tests.Docs;

/// <summary>docs/schedules.md and its pictures, drawn from the schedules themselves. NABLA_APPROVE=1 writes them.</summary>
public class SchedulePageTests
{
    const double Epochs = 30;

    static readonly (string Name, string Code, string Meaning, Schedule Schedule)[] Entries =
    [
        ("constant", "new Constant()", "1", new Constant()),
        ("step", "new Step(every: 8, decay: 0.5)", "decay^⌊epoch / every⌋", new Step(8, 0.5)),
        ("multi-step", "new MultiStep([10, 20, 25], 0.4)", "a factor at each of the given epochs", new MultiStep([10, 20, 25], 0.4)),
        ("exponential", "new Exponential(0.9)", "decay^epoch", new Exponential(0.9)),
        ("inverse-square-root", "new InverseSquareRoot(start: 4).WarmUp(4)", "√(start / epoch), 1 before; here after a warm-up as long (Vaswani et al., 2017)", new InverseSquareRoot(4).WarmUp(4)),
        ("polynomial", "new Polynomial(epochs: 30, power: 2)", "(1 − epoch/epochs)^power; power 1 is linear decay", new Polynomial(30, 2)),
        ("cosine", "new Cosine(epochs: 30, floor: 0.1)", "half a cosine (Loshchilov, Hutter, 2017)", new Cosine(30, 0.1)),
        ("cosine-restarts", "new CosineRestarts(epochs: 4, growth: 2)", "cosines with warm restarts, each longer than the last (SGDR)", new CosineRestarts(4, 2)),
        ("cyclical", "new Cyclical(up: 3, low: 0.1, mode: CycleDecay.Halving)", "triangles, here of falling height (Smith, 2017)", new Cyclical(3, low: 0.1, mode: CycleDecay.Halving)),
        ("one-cycle", "new OneCycle(epochs: 30)", "one rise, one fall far below the start (Smith, Topin, 2018)", new OneCycle(30)),
        ("warm-up", "new Cosine(25).WarmUp(5)", "linear rise before any schedule (Goyal et al., 2017)", new Cosine(25).WarmUp(5)),
        ("hold", "new Cosine(15).Hold(15)", "a longer phase at the high rate, for large batches", new Cosine(15).Hold(15)),
        ("stretch", "new Step(4, 0.5).Stretch(2)", "the same schedule with its time stretched: as many steps with larger batches (Hoffer et al., 2017)", new Step(4, 0.5).Stretch(2)),
        ("batch-growth", "new BatchGrowth(new Exponential(0.9), batchSize: 32, maximum: 256)",
            "the rate while the batch grows in place of decay, `BatchSize(epoch)`; it falls once the batch is as large as it may be (Smith et al., 2018)",
            new BatchGrowth(new Exponential(0.9), 32, 256)),
    ];

    public static TheoryData<string> Names => [.. Entries.Select(static entry => entry.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_picture_shows_the_schedule_as_it_is(string name) =>
        Approval.Check(Picture(Entries.Single(entry => entry.Name == name).Schedule), $"../../docs/schedules/{name}.svg");

    [Fact]
    public void The_page_lists_every_schedule()
    {
        var page = new StringBuilder(
            """
            # Schedules

            The learning rate over time, as a factor of the rate that each parameter group started with. A schedule is a pure function of the epoch
            (fractions are steps within it), so a run resumes at any point without a state. `schedule.Apply(optimizer, epoch)` sets the rates in a loop
            of your own; `Trainer.Schedule` and the `schedule` key of a [recipe](recipes.md#schedule) do it for you. Written from the classes by
            `NABLA_APPROVE=1 dotnet test tests/Nabla.Cli.Tests --filter SchedulePage`; the same test keeps page and pictures up to date.

            | schedule | factor | over 30 epochs |
            |---|---|---|

            """);
        foreach (var (name, code, meaning, _) in Entries) page.Append($"| `{code}` | {meaning} | ![{name}](schedules/{name}.svg) |\n");
        page.Append(
            """

            `ReduceOnPlateau` watches a value instead of the time and has a state, which checkpoints save. `ScheduleOfParts` gives each part of a
            `CombinedOptimizer` a schedule of its own.

            **Other batch sizes.** `BatchScaling.Linear(rate, batchSize, reference)` keeps the mean step per sample (SGD, with warm-up);
            `BatchScaling.SquareRoot` keeps the variance of a step (adaptive methods). Beyond some size neither helps: hold the high rate longer with
            `Hold`, or train as many steps as before with `Stretch`.

            """);
        Approval.Check(page.ToString(), "../../docs/schedules.md");
    }

    /// <summary>A curve of the factor from 0 to 1 over thirty epochs, with both axes.</summary>
    static string Picture(Schedule schedule)
    {
        const int Width = 240, Height = 96, Left = 24, Bottom = 14, Points = 300;
        var path = new StringBuilder();
        for (int i = 0; i <= Points; i++)
        {
            double epoch = Epochs * i / Points, x = Left + (Width - Left - 6) * (double)i / Points, y = 6 + (Height - Bottom - 6) * (1 - schedule.Factor(epoch));
            path.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "M" : " L")}{x:F1},{y:F1}");
        }
        int floor = Height - Bottom;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{Height}" font-family="sans-serif" font-size="9" fill="#777">
            <path d="M{Left},6 V{floor} H{Width - 6}" fill="none" stroke="#aaa"/>
            <text x="{Left - 4}" y="10" text-anchor="end">1</text><text x="{Left - 4}" y="{floor}" text-anchor="end">0</text>
            <text x="{Left}" y="{Height - 3}">0</text><text x="{Width - 6}" y="{Height - 3}" text-anchor="end">30 epochs</text>
            <path d="{path}" fill="none" stroke="#1f6feb" stroke-width="1.5"/>
            </svg>

            """;
    }
}
