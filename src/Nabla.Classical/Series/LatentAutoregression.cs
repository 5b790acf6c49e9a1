using Nabla.Estimators;
using Nabla.Layers;
using Nabla.Optimizers;

namespace Nabla.Classical.Series;

/// <summary>What remembers the past.</summary>
public enum LatentCell
{
    /// <summary>Gated recurrent units (Cho and others, 2014).</summary>
    Gru,

    /// <summary>Long short-term memory (Hochreiter, Schmidhuber, 1997).</summary>
    Lstm,
}

/// <summary>Settings of <see cref="LatentAutoregression"/>.</summary>
public sealed record LatentOptions
{
    /// <summary>What remembers the past. Default GRU.</summary>
    public LatentCell Cell { get; init => field = OptionChecks.Known(value, nameof(Cell)); }

    /// <summary>Numbers of the hidden state, at least 1. Default 16.</summary>
    public int Hidden { get; init => field = OptionChecks.AtLeast(1, value, nameof(Hidden)); } = 16;

    /// <summary>Values read before an answer, at least 1. Default 24.</summary>
    public int Window { get; init => field = OptionChecks.AtLeast(1, value, nameof(Window)); } = 24;

    /// <summary>Passes over all windows, at least 1. Default 20.</summary>
    public int Epochs { get; init => field = OptionChecks.AtLeast(1, value, nameof(Epochs)); } = 20;

    /// <summary>Windows of a step, at least 1. Default 32.</summary>
    public int BatchSize { get; init => field = OptionChecks.AtLeast(1, value, nameof(BatchSize)); } = 32;

    /// <summary>η above 0 of Adam. Default 0.01.</summary>
    public double LearningRate { get; init => field = OptionChecks.Positive(value, nameof(LearningRate)); } = 0.01;

    /// <summary>Seed of weights and batches. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>
/// The next value by a hidden state that sums up the past: h_t = g(h_{t−1}, x_{t−1}), x_t ≈ w·h_t + b, g a recurrent cell. The series is
/// standardized within.
/// </summary>
/// <remarks>One step ahead it reads measured values; k steps ahead its own answers, as <see cref="Autoregression"/> does.</remarks>
public sealed class LatentAutoregression(LatentOptions? options = null) : Estimator
{
    LatentOptions options = options ?? new();
    Network? network;
    double mean, deviation = 1, error;

    /// <summary>Mean squared error one step ahead in the last epoch of the fit, in the units of the series.</summary>
    public double TrainingError => error;

    /// <summary>Learns from a series [steps] longer than a window.</summary>
    public void Fit(Tensor series)
    {
        BeginFit();
        double[] x = Values(series, options.Window + 1);
        mean = x.Average();
        deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)));
        if (deviation == 0) deviation = 1;      // a constant series
        float[] z = Scaled(x);
        RandomStream random = new RandomStream(options.Seed).Split("latent autoregression");
        network = new Network(options);
        network.Initialize(options.Seed);
        var adam = new Adam(network, options.LearningRate);
        int windows = z.Length - options.Window;
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            int[] order = random.Split(epoch).Permutation(windows);
            double sum = 0;
            for (int first = 0; first < windows; first += options.BatchSize)
            {
                int[] starts = order[first..Math.Min(first + options.BatchSize, windows)];
                Tensor inputs = Windows(z, starts, 0), targets = Windows(z, starts, 1);
                Tensor apart = network.Forward(inputs, Pass.Training(random)) - targets, loss = (apart * apart).Mean();
                loss.Backward();
                adam.Step();
                adam.ClearGradients();
                sum += (double)loss * starts.Length;
            }
            error = sum / windows * deviation * deviation;
        }
        EndFit();
    }

    /// <summary>The <paramref name="steps"/> values after a history of at least one, each from the answers before it: Float64 [steps].</summary>
    public Tensor Forecast(Tensor history, int steps)
    {
        CheckFitted();
        OptionChecks.AtLeast(1, steps, nameof(steps));
        float[] z = Scaled(Values(history, 1));
        return Answer(Tensor.From(z, (1, z.Length, 1)), steps)[0].Contiguous();
    }

    /// <summary>
    /// The answers <paramref name="steps"/> steps ahead along a series, each from a window of measured values: element i is for place
    /// window + steps − 1 + i. Float64 [length − window − steps + 1].
    /// </summary>
    public Tensor ForecastAlong(Tensor series, int steps)
    {
        CheckFitted();
        OptionChecks.AtLeast(1, steps, nameof(steps));
        float[] z = Scaled(Values(series, options.Window + steps));
        int[] starts = [.. Enumerable.Range(0, z.Length - options.Window - steps + 1)];
        return Answer(Windows(z, starts, 0), steps)[.., steps - 1].Contiguous();
    }

    /// <inheritdoc/>
    protected override void Exchange(EstimatorState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        state.Keep(ref options, ClassicalJson.Default.LatentOptions);
        state.Keep("mean", ref mean);
        state.Keep("deviation", ref deviation);
        state.Keep("error", ref error);
        Network own = state.IsReading ? new Network(options) : network!;
        network = own;
        Dictionary<string, Tensor> parameters = [];
        foreach (var (name, tensor) in own.StateDictionary())
        {
            Tensor? value = tensor;
            state.Keep($"network.{name}", ref value);
            if (value is not null) parameters[name] = value;
        }
        if (state.IsReading) own.LoadStateDictionary(parameters);
    }

    // z [batch, window, 1] → the answers one to so many steps ahead, in the units of the series: [batch, steps].
    Tensor Answer(Tensor z, int steps)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        int batch = z.Shape[0];
        var answers = new Matrix<double>(batch, steps);
        RecurrentState? state = null;
        for (int k = 0; k < steps; k++)
        {
            (Tensor next, state) = network!.Step(z, state);
            float[] values = next.ToArray<float>();
            for (int i = 0; i < batch; i++) answers[i, k] = mean + deviation * values[i];
            z = next.Reshape([batch, 1, 1]);
        }
        return answers.ToTensor();
    }

    // Windows that start at so many places after the given ones: [windows, window, 1].
    Tensor Windows(float[] z, int[] starts, int shift)
    {
        var values = new float[starts.Length * options.Window];
        for (int i = 0; i < starts.Length; i++) z.AsSpan(starts[i] + shift, options.Window).CopyTo(values.AsSpan(i * options.Window));
        return Tensor.From(values, (starts.Length, options.Window, 1));
    }

    float[] Scaled(double[] x) => Array.ConvertAll(x, v => (float)((v - mean) / deviation));

    double[] Values(Tensor series, int least)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Rank != 1) throw new ShapeException($"{Name}: expected a series [steps], got {series.Shape}.");
        if (series.Length < least) throw new ArgumentException($"{Name}: expected a series of at least {least} values, got {series.Length}.", nameof(series));
        return TableInput.Single(series, Name, series.Length);
    }

    sealed class Network : Module
    {
        readonly Recurrent memory;
        readonly Layers.Linear answer;

        public Network(LatentOptions options)
        {
            Child(out memory, options.Cell == LatentCell.Gru ? (Recurrent)new Gru(1, options.Hidden) : new Lstm(1, options.Hidden));
            Child(out answer, new(options.Hidden, 1));
        }

        /// <summary>The answer after the last of the inputs [batch, steps, 1], and what is remembered then.</summary>
        public (Tensor Next, RecurrentState State) Step(Tensor x, RecurrentState? state)
        {
            var (output, after) = memory.Forward(x, Pass.Evaluation, state);
            return (answer.Forward(output[.., output.Shape[1] - 1], Pass.Evaluation), after);
        }

        protected override Tensor Forward(Tensor x, Pass pass) => answer.Forward(memory.Forward(x, pass), pass);
    }
}
