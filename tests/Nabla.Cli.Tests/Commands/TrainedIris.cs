namespace Nabla.Cli.Tests.Commands;

/// <summary>A folder with a trained run called iris.</summary>
public sealed class TrainedIris : IDisposable
{
    internal Workplace Place { get; } = new();

    internal Cli.Result Training { get; }

    public TrainedIris() => Training = Cli.Run(Place.Path, "train", "iris-softmax", "--set", "training.epochs=20", "--name", "iris");

    public void Dispose() => Place.Dispose();
}
