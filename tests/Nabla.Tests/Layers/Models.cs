using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Modules as a user would write them.</summary>
internal sealed class Mlp : Module
{
    readonly Linear hidden, output;

    public Mlp(int inputs, int width, int classes)
    {
        Child(out hidden, new Linear(inputs, width));
        Child(out output, new Linear(width, classes));
    }

    protected override Tensor Forward(Tensor x, Pass pass) => output.Forward(hidden.Forward(x, pass).Tanh(), pass);
}

/// <summary>Forgets to register its layer.</summary>
internal sealed class Forgetful : Module
{
    readonly Linear hidden = new(3, 3);

    public Module Hidden => hidden;

    protected override Tensor Forward(Tensor x, Pass pass) => hidden.Forward(x, pass);
}

/// <summary>An autoencoder with one matrix for both ways.</summary>
internal sealed class Tied : Module
{
    readonly Tensor weight, again;

    public Tied()
    {
        Parameter(out weight, (4, 3), Initializer.XavierUniform());
        Parameter(out again, weight);
    }

    protected override Tensor Forward(Tensor x, Pass pass) => x.MatMul(weight).Tanh().MatMul(again.T);
}

/// <summary>A stack of blocks whose number is known at run time only.</summary>
internal sealed class Deep : Module
{
    readonly ModuleList<Residual> blocks;

    public Deep(int depth) =>
        Children(out blocks, Enumerable.Range(0, depth).Select(_ => new Residual(new Sequential([new Linear(4, 4), Activation.Tanh()]))));

    protected override Tensor Forward(Tensor x, Pass pass) => blocks.Aggregate(x, (y, block) => block.Forward(y, pass));
}

/// <summary>Registers whatever a test tells it to.</summary>
internal sealed class Open : Module
{
    public void Add(Module child, string name) => Child(out _, child, name);

    public void AddParameter(string name) => Parameter(out _, 3, Initializer.Zeros, name);

    protected override Tensor Forward(Tensor x, Pass pass) => x;
}
