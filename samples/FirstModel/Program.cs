using Nabla;
using Nabla.Data;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Metrics;
using Nabla.Optimizers;

var (training, test) = Datasets.Digits().Data.SplitStratified(0.2, seed: 1);
var model = new Mlp(64, 128, 10);
var (loss, optimizer, dropout) = (new CrossEntropy(), new Adam(model, 2e-3), new RandomStream(1));
var batches = DataLoader.Of(training, new() { BatchSize = 32, Shuffle = true });

for (int epoch = 0; epoch < 20; epoch++)
{
    foreach (var (x, y) in batches.Epoch(epoch))
    {
        loss.Forward(model.Forward(x, Pass.Training(dropout.Split(optimizer.Steps))), y).Backward();
        optimizer.Step();
        optimizer.ClearGradients();
    }
}

var accuracy = new Accuracy();
accuracy.Update(model.Predict(test.Features), test.Targets);
Console.WriteLine($"{accuracy.Value:P1} of {test.Count} digits right");

sealed class Mlp : Module
{
    readonly Linear hidden, output;
    readonly Dropout dropout;

    public Mlp(int inputs, int width, int classes)
    {
        Child(out hidden, new(inputs, width));
        Child(out dropout, new(0.2));
        Child(out output, new(width, classes));
    }

    protected override Tensor Forward(Tensor x, Pass pass) =>
        output.Forward(dropout.Forward(hidden.Forward(x.Flatten(1), pass).Relu(), pass), pass);
}
