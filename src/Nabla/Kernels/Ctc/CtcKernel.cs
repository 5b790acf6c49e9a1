namespace Nabla.Kernels;

/// <summary>
/// Connectionist temporal classification: −log of the probability of all alignments of a label with T frames, and its derivative by the
/// log-probabilities, by the forward-backward recursions in log space and double precision. Samples are independent.
/// </summary>
internal static unsafe class CtcKernel
{
    /// <summary>
    /// values[n] for log-probabilities [T, N, C]; where <paramref name="slopes"/> is given, also ∂values[n]/∂x·weights[n] of the same shape.
    /// Labels of sample n are labels[n]; only its first frames[n] frames count.
    /// </summary>
    public static void Run<T>(T* x, int batch, int classes, int blank, int[] frames, int[][] labels, double* values, T* weights, T* slopes) where T : unmanaged
    {
        var job = new Job<T>(x, batch, classes, blank, frames, labels, values, weights, slopes);
        Workers.For(batch, ref job);
    }

    readonly struct Job<T>(
        T* x, int batch, int classes, int blank, int[] frames, int[][] labels, double* values, T* weights, T* slopes) : IJob where T : unmanaged
    {
        public void Run(int n)
        {
            int[] states = Extended(labels[n], blank);
            int length = states.Length, time = frames[n];
            var alpha = new double[time * length];
            double total = Forward(n, states, alpha);
            values[n] = -total;
            if (slopes != null && double.IsFinite(total)) Backward(n, states, alpha, total);
        }

        double At(int n, int t, int label) => Number.Of(x[((nint)t * batch + n) * classes + label]);

        /// <summary>alpha[t, s]: log-probability of all ways into state s at frame t; returns that of all complete ways.</summary>
        double Forward(int n, int[] states, double[] alpha)
        {
            int length = states.Length, time = frames[n];
            for (int s = 0; s < length; s++) alpha[s] = s < 2 ? At(n, 0, states[s]) : double.NegativeInfinity;
            for (int t = 1; t < time; t++)
                for (int s = 0; s < length; s++)
                {
                    double stay = alpha[(t - 1) * length + s], step = s > 0 ? alpha[(t - 1) * length + s - 1] : double.NegativeInfinity;
                    double skip = CanSkip(states, s) ? alpha[(t - 1) * length + s - 2] : double.NegativeInfinity;
                    alpha[t * length + s] = LogSum(stay, step, skip) + At(n, t, states[s]);
                }
            double last = alpha[time * length - 1];
            return length == 1 ? last : LogSum(last, alpha[time * length - 2], double.NegativeInfinity);
        }

        /// <summary>The share of all ways that pass state s at frame t, summed by class.</summary>
        void Backward(int n, int[] states, double[] alpha, double total)
        {
            int length = states.Length, time = frames[n];
            double weight = Number.Of(weights[n]);
            double[] beta = new double[length], next = new double[length], share = new double[classes];
            for (int t = time - 1; t >= 0; t--)
            {
                for (int s = 0; s < length; s++)
                {
                    if (t == time - 1) beta[s] = s >= length - 2 ? 0 : double.NegativeInfinity;
                    else
                    {
                        double stay = next[s] + At(n, t + 1, states[s]);
                        double step = s + 1 < length ? next[s + 1] + At(n, t + 1, states[s + 1]) : double.NegativeInfinity;
                        double skip = s + 2 < length && CanSkip(states, s + 2) ? next[s + 2] + At(n, t + 1, states[s + 2]) : double.NegativeInfinity;
                        beta[s] = LogSum(stay, step, skip);
                    }
                }
                Array.Clear(share);
                for (int s = 0; s < length; s++) share[states[s]] += Math.Exp(alpha[t * length + s] + beta[s] - total);
                T* row = slopes + ((nint)t * batch + n) * classes;
                for (int k = 0; k < classes; k++) row[k] = Number.To<T>(-weight * share[k]);
                (beta, next) = (next, beta);
            }
        }
    }

    /// <summary>The label with a blank before, between and after its symbols.</summary>
    public static int[] Extended(int[] label, int blank)
    {
        var states = new int[2 * label.Length + 1];
        for (int s = 0; s < states.Length; s++) states[s] = s % 2 == 0 ? blank : label[s / 2];
        return states;
    }

    /// <summary>Whether the blank before state s may be left out: not between two equal symbols.</summary>
    public static bool CanSkip(int[] states, int s) => s >= 2 && s % 2 == 1 && states[s] != states[s - 2];

    static double LogSum(double a, double b, double c)
    {
        double max = Math.Max(a, Math.Max(b, c));
        return double.IsNegativeInfinity(max) ? max : max + Math.Log(Math.Exp(a - max) + Math.Exp(b - max) + Math.Exp(c - max));
    }
}
