using Nabla.Classical.Series;

namespace Nabla.Classical.Tests.Series;

public class AutoregressionTests
{
    [Fact]
    public void It_finds_the_weights_of_its_own_kind()
    {
        double[] x = Simulate(4000);
        var model = new Autoregression(2);
        model.Fit(Tensor.From(x));
        double[] w = model.Coefficients.ToArray<double>();
        Assert.Equal(1.2, w[0], 0.05);
        Assert.Equal(-0.5, w[1], 0.05);
        Assert.Equal(0.6, model.Intercept, 0.1);
        Assert.Equal(0.04, model.NoiseVariance, 0.004);
        Check.SavedIsTheSame(model, new Autoregression(1), m => m.Forecast(Tensor.From(x), 5));
    }

    [Fact]
    public void A_wave_without_noise_is_forecast_exactly_any_number_of_steps_ahead()
    {
        double[] x = [.. Enumerable.Range(0, 60).Select(t => Math.Sin(0.3 * t))];
        var model = new Autoregression(2);          // a sine obeys x_t = 2 cos(0.3) x_{t−1} − x_{t−2}
        model.Fit(Tensor.From(x));
        double[] ahead = model.Forecast(Tensor.From(x), 40).ToArray<double>();
        for (int k = 0; k < 40; k++) Assert.Equal(Math.Sin(0.3 * (60 + k)), ahead[k], 9);
    }

    [Fact]
    public void Errors_grow_with_the_steps_ahead()
    {
        Tensor x = Tensor.From(Simulate(2000));
        var model = new Autoregression(2);
        model.Fit(x[..1000]);
        double[] test = x[1000..].ToArray<double>();
        double Error(int steps) => model.ForecastAlong(x[1000..], steps).ToArray<double>().Select((p, i) => Math.Pow(p - test[i + 2 + steps - 1], 2)).Average();
        Assert.True(Error(1) < Error(4) && Error(4) < Error(16));
        Check.SameBits(model.Predict(x[1000..]), model.ForecastAlong(x[1000..], 1));
    }

    [Theory]
    [InlineData(LatentCell.Gru), InlineData(LatentCell.Lstm)]
    public void A_hidden_state_learns_what_no_line_can_and_forecasts_step_by_step(LatentCell cell)
    {
        // The logistic map: a parabola of the last value, with no linear dependence at all.
        double[] x = new double[700];
        x[0] = 0.3;
        for (int t = 1; t < x.Length; t++) x[t] = 3.9 * x[t - 1] * (1 - x[t - 1]);
        Tensor train = Tensor.From(x[..500]), test = Tensor.From(x[500..]);
        var line = new Autoregression(3);
        line.Fit(train);
        var model = new LatentAutoregression(new() { Cell = cell, Window = 8, Epochs = 25, LearningRate = 0.02 });
        model.Fit(train);
        double Error(Tensor p, int offset) => p.ToArray<double>().Select((v, i) => Math.Pow(v - x[500 + offset + i], 2)).Average();
        double linear = Error(line.Predict(test), 3), one = Error(model.ForecastAlong(test, 1), 8), four = Error(model.ForecastAlong(test, 4), 11);
        Assert.True(one < 0.2 * linear, $"{one} {linear}");
        Assert.True(one < four);
        Assert.Equal(3, model.Forecast(test, 3).Length);
        Check.SavedIsTheSame(model, new LatentAutoregression(), m => m.ForecastAlong(test, 2));
    }

    [Fact]
    public void Bad_series_are_named()
    {
        Check.Refuses<ArgumentException>("Autoregression: expected a series of at least 8 values for 3 lags, got 5.", () => new Autoregression(3).Fit(Tensor.From(new double[5])));
        Check.Refuses<ShapeException>("Autoregression: expected a series [steps], got [2, 2].", () => new Autoregression(1).Fit(Tensor.Zeros((2, 2))));
    }

    static double[] Simulate(int length)
    {
        double[] noise = Tensor.Normal(Shape.Create(length), new RandomStream(6), 0, 0.2, DType.Float64).ToArray<double>(), x = new double[length];
        for (int t = 0; t < length; t++) x[t] = 0.6 + (t > 0 ? 1.2 * x[t - 1] : 0) - (t > 1 ? 0.5 * x[t - 2] : 0) + noise[t];
        return x;
    }
}
