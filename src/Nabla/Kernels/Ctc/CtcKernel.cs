using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nabla.Kernels;

/// <summary>
/// Connectionist temporal classification: −log of the probability of all alignments of a label with T frames, and its derivative by the
/// log-probabilities, by the forward-backward recursions of Graves et al. (2006) on <see cref="Scaled"/> probabilities. Samples are independent.
/// </summary>
/// <remarks>
/// The states of a label of S symbols are the blanks 0 … S, blank i in front of symbol i, and the symbols 0 … S − 1. Blanks and symbols are kept
/// apart, so that each recursion is the same for all of its kind, a register at a time: a blank is reached from itself and the symbol before
/// it, a symbol from itself, the blank before it and, unless that is an equal one, the symbol before it.
/// </remarks>
internal static unsafe class CtcKernel
{
    /// <summary>
    /// values[n] for log-probabilities [T, N, C]; where <paramref name="slopes"/>, which come as zeros, are given, also ∂values[n]/∂x of the same
    /// shape. Labels of sample n are labels[n]; only its first frames[n] frames count.
    /// </summary>
    public static void Run<T>(T* x, int batch, int classes, int blank, int[] frames, int[][] labels, double* values, T* slopes) where T : unmanaged
    {
        var job = new Job<T>(x, batch, classes, blank, frames, labels, values, slopes);
        Workers.For(batch, ref job);
    }

    readonly struct Job<T>(T* x, int batch, int classes, int blank, int[] frames, int[][] labels, double* values, T* slopes) : IJob where T : unmanaged
    {
        public void Run(int n)
        {
            var lattice = new CtcLattice(labels[n].Length, slopes == null ? 2 : frames[n]);
            Scaled total = Forward(n, lattice);
            values[n] = -total.Log;
            if (slopes != null && double.IsFinite(values[n])) Backward(n, lattice, total.Inverse);
        }

        /// <summary>alpha(t, s): probability of all ways into state s at frame t; returns that of all complete ways.</summary>
        [MethodImpl(Compiled.Apart)]
        Scaled Forward(int n, in CtcLattice lattice)
        {
            int[] label = labels[n];
            nint width = lattice.Width;
            Scaled.Row blanks = lattice.NextBlanks, symbols = lattice.NextSymbols, skips = lattice.Skips;
            for (int i = 1; i < label.Length; i++)
                if (label[i] != label[i - 1])
                    skips.Set(i, Scaled.One);
            blanks.Set(0, Scaled.One);                                  // before the first frame: blank 0, from which symbol 0 is the next
            for (int t = 0; t < frames[n]; t++)
            {
                Scaled.Row rates = lattice.Rates(t), nextBlanks = lattice.Blanks(t), nextSymbols = lattice.Symbols(t);
                Rate(n, t, label, lattice, rates);
                nextSymbols.Set(0, Scaled.Zero);
                Scaled blankRate = rates.Spread(width);
                for (nint i = 0; i < width; i += Scaled.Count)
                {
                    Scaled stays = blanks[i], before = symbols[i];
                    nextBlanks[i] = ((stays + before) * blankRate).Normalized();
                    nextSymbols[i + 1] = ((symbols[i + 1] + stays + before * skips[i]) * rates[i]).Normalized();
                }
                (blanks, symbols) = (nextBlanks, nextSymbols);
            }
            return blanks.Spread(label.Length) + symbols.Spread(label.Length);
        }

        /// <summary>Probabilities of the symbols at frame t, and behind them that of the blank.</summary>
        [MethodImpl(Compiled.Apart)]
        void Rate(int n, int t, int[] label, in CtcLattice lattice, Scaled.Row rates)
        {
            T* row = x + ((nint)t * batch + n) * classes;
            double* logs = lattice.Numbers;
            for (int i = 0; i < label.Length; i++) logs[i] = Number.Of(row[label[i]]);
            logs[lattice.Width] = Number.Of(row[blank]);
            for (nint i = 0; i <= lattice.Width; i += Scaled.Count) rates[i] = Scaled.Exp(Unsafe.ReadUnaligned<Vector<double>>(logs + i));
        }

        /// <summary>The share of all ways that pass state s at frame t, alpha·beta/total, summed by class.</summary>
        [MethodImpl(Compiled.Apart)]
        void Backward(int n, in CtcLattice lattice, Scaled inverse)
        {
            int[] label = labels[n];
            nint width = lattice.Width;
            double* shares = lattice.Numbers;

            // The ways on from each state at the frame to come, times its probability there. After the last frame: only the last blank, which the
            // last symbol leads to.
            Scaled.Row blanks = lattice.NextBlanks, symbols = lattice.NextSymbols, skips = lattice.Skips;
            blanks.Clear();
            symbols.Clear();
            blanks.Set(label.Length, Scaled.One);
            for (int t = frames[n] - 1; t >= 0; t--)
            {
                Scaled.Row rates = lattice.Rates(t), blankWays = lattice.Blanks(t), symbolWays = lattice.Symbols(t);
                Scaled blankRate = rates.Spread(width);
                Vector<double> blankShare = default;
                for (nint i = 0; i < width; i += Scaled.Count)
                {
                    Scaled on = symbols[i], fromBlank = blanks[i] + on, fromSymbol = on + blanks[i + 1] + symbols[i + 1] * skips[i + 1];
                    blankShare += (blankWays[i] * inverse * fromBlank).Value;
                    Unsafe.WriteUnaligned(shares + i, (symbolWays[i + 1] * inverse * fromSymbol).Value);

                    // Lanes ahead are read as they were: a register is written only after the next one has read its first lane.
                    blanks[i] = (fromBlank * blankRate).Normalized();
                    symbols[i] = (fromSymbol * rates[i]).Normalized();
                }
                T* row = slopes + ((nint)t * batch + n) * classes;
                for (int i = 0; i < label.Length; i++) row[label[i]] = Number.To<T>(Number.Of(row[label[i]]) - shares[i]);
                row[blank] = Number.To<T>(-Vector.Sum(blankShare));
            }
        }
    }
}
