using Nabla.Classical.Decomposition;
using Nabla.Classical.Features;
using Nabla.Classical.Linear;
using Nabla.Classical.Pipelines;
using Nabla.Classical.Tests.Classifiers;

namespace Nabla.Classical.Tests.Features;

public class PipelineTests
{
    [Fact]
    public void Steps_are_fitted_on_what_the_one_before_makes()
    {
        var (x, y) = Golden.Table("wine");
        Pipeline Make() => new([new StandardScaler(), new Pca(4)], new LogisticRegression());
        Pipeline model = Make();
        model.Fit(x, y);
        Assert.Equal(4, model.Transform(x).Shape[1]);
        Assert.InRange(LearningTests.Accuracy(model, x, y), 0.95, 1);
        Check.SavedIsTheSame(model, Make(), m => m.PredictProbability(x));
        var plane = new Pipeline([], new LinearSvc());
        plane.Fit(x * 0.001, y);
        Check.Refuses<InvalidOperationException>("Pipeline: expected a learner that gives probabilities, got LinearSvc. Use Predict.", () => plane.PredictProbability(x));
        Check.Refuses<ShapeException>("Pipeline: expected 13 columns as in the table it was fitted on, got 2 ([1, 2]).", () => model.Predict(Tensor.Zeros((1, 2))));
    }

    [Fact]
    public void Least_and_most_become_0_and_1()
    {
        var model = new MinMaxScaler();
        Tensor x = Tensor.From(new double[,] { { 2, 5 }, { 4, 5 }, { 3, 5 } });
        model.Fit(x);
        Assert.Equal([0, 0, 1, 0, 0.5, 0], model.Transform(x).ToArray<double>());
        Check.SavedIsTheSame(model, new MinMaxScaler(), m => m.Transform(x));
    }

    [Fact]
    public void Files_of_another_kind_are_refused()
    {
        string path = Path.Join(Path.GetTempPath(), $"nabla-{Guid.NewGuid():N}.safetensors");
        try
        {
            var scaler = new StandardScaler();
            Check.Refuses<InvalidOperationException>("StandardScaler: expected a fitted model, got one before Fit. Call Fit or Load first.", () => scaler.Save(path));
            scaler.Fit(Tensor.From(new double[,] { { 2, 5 }, { 4, 6 } }));
            scaler.Save(path);
            Check.Refuses<DataFormatException>($"Ridge: expected a saved Ridge in '{path}', got StandardScaler.", () => new Ridge().Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
