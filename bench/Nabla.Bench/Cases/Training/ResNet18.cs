namespace Nabla.Bench.Cases.Training;

/// <summary>CIFAR form: 3×3 stem, no pooling, 64-128-256-512 channels; batch 32 of 3×32×32, Adam.</summary>
internal static class ResNet18
{
    /// <summary>The case.</summary>
    public static TrainingCase Case { get; } = TrainingCase.NotYet("resnet18");
}
