using Nabla.Layers;

namespace Nabla.Models;

/// <summary>Fully connected networks, a part of many models.</summary>
public static class Mlp
{
    /// <summary>Linear layers with an activation after each but the last.</summary>
    /// <param name="inputs">Size of the last axis of the input.</param>
    /// <param name="hidden">Widths of the layers between.</param>
    /// <param name="outputs">Size of the last axis of the output.</param>
    /// <param name="activation">Makes an activation: <c>Activation.Relu</c>, <c>() => new Prelu()</c>.</param>
    public static Sequential Create(int inputs, IReadOnlyList<int> hidden, int outputs, Func<Module> activation)
    {
        ArgumentNullException.ThrowIfNull(activation);
        var layers = new List<Module>();
        foreach (int width in hidden)
        {
            layers.Add(new Linear(inputs, width));
            layers.Add(activation());
            inputs = width;
        }
        layers.Add(new Linear(inputs, outputs));
        return new Sequential([.. layers]);
    }
}
