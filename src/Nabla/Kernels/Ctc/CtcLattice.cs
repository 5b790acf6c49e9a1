namespace Nabla.Kernels;

/// <summary>
/// The states of a label at the frames of one sample, in this thread's scratch memory: per frame the blanks, the symbols one place later (place
/// 0 is a zero: no symbol comes before the first) and the probabilities of the symbols with that of the blank behind them.
/// </summary>
internal readonly unsafe struct CtcLattice
{
    readonly double* memory;
    readonly int rows;
    readonly nint length;

    /// <summary>Memory for a label, of <paramref name="rows"/> frames in turn.</summary>
    public CtcLattice(int symbols, int rows)
    {
        this.rows = rows;
        Width = (symbols + Scaled.Count) / Scaled.Count * Scaled.Count;
        length = Width + Scaled.Count;
        memory = (double*)Scratch.Get((nuint)(((nint)rows * 6 + 7) * length * sizeof(double)));
        NextBlanks.Clear();
        NextSymbols.Clear();
        Skips.Clear();
        new Span<double>(Numbers, (int)length).Fill(double.NegativeInfinity);
    }

    /// <summary>Places for all blanks, one more than symbols: whole registers.</summary>
    public nint Width { get; }

    /// <summary>Blanks and symbols of a frame that is not kept.</summary>
    public Scaled.Row NextBlanks => Row(0);

    /// <summary>See <see cref="NextBlanks"/>.</summary>
    public Scaled.Row NextSymbols => Row(1);

    /// <summary>1 where symbol i may follow the one before it without a blank, else 0.</summary>
    public Scaled.Row Skips => Row(2);

    /// <summary>Doubles for what a frame needs in between; at first −∞.</summary>
    public double* Numbers => memory + 6 * length;

    /// <summary>The blanks at a frame.</summary>
    public Scaled.Row Blanks(int frame) => Kept(frame, 0);

    /// <summary>The symbols at a frame.</summary>
    public Scaled.Row Symbols(int frame) => Kept(frame, 1);

    /// <summary>The probabilities at a frame.</summary>
    public Scaled.Row Rates(int frame) => Kept(frame, 2);

    Scaled.Row Row(nint index) => new(memory + 2 * index * length, length);

    Scaled.Row Kept(int frame, nint part) => new(memory + 7 * length + ((nint)(frame % rows) * 3 + part) * 2 * length, length);
}
