namespace Nabla.Layers;

/// <summary>y = block(x) + shortcut(x): gradients reach x past the block (He et al., 2016).</summary>
public sealed class Residual : Module
{
    readonly Module block;
    readonly Module? shortcut;

    /// <summary>Creates the sum.</summary>
    /// <param name="block">The branch with the layers.</param>
    /// <param name="shortcut">Brings x to the shape of the block's result, such as a 1×1 convolution; null adds x itself.</param>
    public Residual(Module block, Module? shortcut = null)
    {
        Child(out this.block, block);
        if (shortcut is not null) Child(out this.shortcut, shortcut);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x, Pass pass)
    {
        Tensor branch = block.Forward(x, pass), straight = shortcut is null ? x : shortcut.Forward(x, pass);
        if (branch.Shape != straight.Shape)
            throw new ShapeException(
                $"expected block and shortcut to agree, got {branch.Shape} and {straight.Shape}. " +
                (shortcut is null ? "Give a shortcut that changes the shape, such as a convolution with window 1." : "Check strides and channels."));
        return branch + straight;
    }
}
