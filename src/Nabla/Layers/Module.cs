using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nabla.Layers;

/// <summary>
/// A part of a model: parameters, buffers and smaller modules, and how they compute. A module is a sealed class with fields, a
/// constructor that registers by assigning (<c>Child(out hidden, new(784, 512))</c>), and <c>Forward</c>.
/// </summary>
/// <remarks>
/// Names are the names of the fields: the state dictionary of a class with a field <c>hidden</c> of type <see cref="Linear"/> has
/// <c>hidden.weight</c> and <c>hidden.bias</c>. Parameters get their first values on first use, from the seed of the outermost
/// module and their path, so neither the order of construction nor the number of threads matters.
/// </remarks>
public abstract class Module
{
    [ThreadStatic] static Module? running;
    [ThreadStatic] static List<Call>? trace;

    readonly List<Member> members = [];
    readonly List<(string Name, Module Module)> children = [];
    Module? parent;
    string name = "";
    ulong? seed;
    bool? showsOnlyItsResult;

    /// <summary>The modules registered in this one, in order.</summary>
    public IEnumerable<(string Name, Module Module)> Modules => children;

    /// <summary>Numbers that would stand in the constructor: <c>784 → 512</c>. Part of <see cref="ToString"/> and of error messages.</summary>
    protected virtual string Notation => "";

    /// <summary>The value this module computes. Call <c>module.Forward(x, pass)</c>, which adds the layer's path to errors.</summary>
    /// <param name="x">The input.</param>
    /// <param name="pass">Training or evaluation; hand it on to children.</param>
    protected abstract Tensor Forward(Tensor x, Pass pass);

    /// <summary>Evaluates without recording: the same bits from any thread, at the same time.</summary>
    public Tensor Predict(Tensor x)
    {
        using Autograd.Scope scope = Autograd.NoGradient();
        return Run(x, Pass.Evaluation);
    }

    /// <summary>All parameters, each once, in order of registration: a module's own, then its children's.</summary>
    public IEnumerable<Tensor> Parameters() => NamedParameters().Select(static entry => entry.Parameter);

    /// <summary>All parameters with their dotted names. A parameter shared under two names appears once, under the first.</summary>
    public IEnumerable<(string Name, Tensor Parameter)> NamedParameters() => Members()
        .Where(static entry => entry.Member.IsParameter)
        .DistinctBy(static entry => entry.Member.Tensor, ReferenceEqualityComparer.Instance)
        .Select(static entry => (entry.Name, entry.Member.Tensor));

    /// <summary>Redraws all parameters from <paramref name="seed"/> and their names within this module, and resets buffers.</summary>
    public void Initialize(ulong seed)
    {
        foreach (Module module in Descendants()) module.seed = null;
        this.seed = seed;
        var stream = new RandomStream(seed);
        // Inner modules first: the first values of a module may follow from those of its children.
        foreach (var (path, member) in Members().DistinctBy(static entry => entry.Member.Tensor, ReferenceEqualityComparer.Instance).Reverse())
        {
            if (member.Initializer is null || !member.Tensor.IsMaterialized) continue;      // a deferred one reads the new seed later
            member.Initializer.Fill(member.Tensor, stream.Split(path));
            member.Tensor.Storage.Changed();
        }
    }

    /// <summary>Stops training of all parameters: they take no gradients and optimizers leave them alone.</summary>
    public void Freeze() => SetRequiresGradient(false);

    /// <summary>Undoes <see cref="Freeze"/>.</summary>
    public void Unfreeze() => SetRequiresGradient(true);

    /// <summary>Converts all floating-point parameters and buffers to Float32 or Float64, in place. Make optimizers afterwards.</summary>
    /// <returns>This module.</returns>
    public Module To(DType dtype)
    {
        if (!dtype.IsComputed) throw new DTypeException($"To: expected Float32 or Float64 for parameters, got {dtype}.");
        foreach (var (_, member) in Members())
        {
            Tensor tensor = member.Tensor;
            if (!tensor.DType.IsComputed || tensor.DType == dtype) continue;
            tensor.ReplaceBy(tensor.Detach().To(dtype));
        }
        return this;
    }

    /// <summary>The notation one would write: <c>Linear(784 → 512)</c>.</summary>
    public override string ToString() => $"{TypeName}({Notation})";

    /// <summary>Registers a module under the name of the field it is assigned to.</summary>
    /// <param name="slot">The field (or <c>out var</c> local) that receives it.</param>
    /// <param name="value">The module.</param>
    /// <param name="name">Leave out: the compiler supplies the text of the first argument.</param>
    /// <exception cref="ArgumentException">The name is taken or unusable, or the module would contain itself.</exception>
    protected void Child<T>([NotNull] out T? slot, T value, [CallerArgumentExpression(nameof(slot))] string name = "") where T : Module
    {
        ArgumentNullException.ThrowIfNull(value);
        slot = value;
        Attach(FieldName(name), value);
    }

    /// <summary>Registers a list of modules as <c>blocks.0</c>, <c>blocks.1</c>, …</summary>
    protected void Children<T>([NotNull] out ModuleList<T>? slot, IEnumerable<T> values, [CallerArgumentExpression(nameof(slot))] string name = "")
        where T : Module
    {
        slot = new ModuleList<T>([.. values]);
        string prefix = FieldName(name);
        for (int i = 0; i < slot.Count; i++) Attach($"{prefix}.{i}", slot[i]);
    }

    /// <summary>Registers a new trainable parameter, which is made on first use.</summary>
    protected void Parameter(
        [NotNull] out Tensor? slot, Shape shape, Initializer initializer, [CallerArgumentExpression(nameof(slot))] string name = "")
    {
        string field = FieldName(name);
        slot = Tensor.Deferred(shape, DType.Float32, memory => initializer.Fill(memory, Stream(field)));
        Add(new Member(field, slot, initializer, IsParameter: true));
    }

    /// <summary>Registers an existing tensor as a trainable parameter: given values, or a parameter of another module (weight tying).</summary>
    protected void Parameter([NotNull] out Tensor? slot, Tensor value, [CallerArgumentExpression(nameof(slot))] string name = "")
    {
        slot = value;
        if (!value.RequiresGradient) value.RequiresGradient = true;
        Add(new Member(FieldName(name), value, null, IsParameter: true));
    }

    /// <summary>Registers a tensor that is saved with the model but not trained, and reset by <see cref="Initialize"/>.</summary>
    protected void Buffer(
        [NotNull] out Tensor? slot, Shape shape, Initializer initializer, [CallerArgumentExpression(nameof(slot))] string name = "")
    {
        slot = Tensor.Uninitialized(shape, DType.Float32);
        slot.Storage.MarkLongLived();
        initializer.Fill(slot, Stream(FieldName(name)));
        Add(new Member(FieldName(name), slot, initializer, IsParameter: false));
    }

    /// <summary>Registers a constant that is saved with the model but not trained.</summary>
    protected void Buffer([NotNull] out Tensor? slot, Tensor value, [CallerArgumentExpression(nameof(slot))] string name = "")
    {
        slot = value;
        Add(new Member(FieldName(name), value, null, IsParameter: false));
    }

    /// <summary>Multiplications paired with additions that one forward call takes; 0 where not worth counting.</summary>
    /// <param name="input">Shape of the input.</param>
    /// <param name="output">Shape of the output.</param>
    protected internal virtual long MultiplyAdds(Shape input, Shape output) => 0;

    /// <summary>True where code that is not the library's runs in a forward pass: it may keep any tensor that it sees.</summary>
    private protected virtual bool RunsForeignCode => false;

    /// <summary>
    /// True if nothing but the result of a forward pass can be reached afterwards: the module and all in it are the library's own. Fixed by construction.
    /// </summary>
    bool ShowsOnlyItsResult => showsOnlyItsResult ??=
        GetType().Assembly == typeof(Module).Assembly && !RunsForeignCode && children.TrueForAll(static child => child.Module.ShowsOnlyItsResult);

    /// <summary>True if what <paramref name="module"/> makes on the way to its result is given back. Who traces wants to see it.</summary>
    private protected static bool GivesBack(Module module) => trace is null && module.ShowsOnlyItsResult;

    private protected virtual string TypeName => GetType().Name.Split('`')[0];

    /// <summary>All tensors with their dotted names; a shared one under each of its names.</summary>
    internal IEnumerable<(string Name, Member Member)> Members(string prefix = "")
    {
        foreach (Member member in members) yield return (prefix + member.Name, member);
        foreach (var (name, child) in children)
            foreach (var entry in child.Members($"{prefix}{name}."))
                yield return entry;
    }

    /// <summary>The forward pass with bookkeeping: who runs, where an error happened, what the summary wants to know.</summary>
    internal Tensor Run(Tensor x, Pass pass) => Enter((Module: this, X: x, Pass: pass), static given =>
    {
        Tensor y = given.Module.Forward(given.X, given.Pass);
        trace?.Add(new Call(given.Module, given.X.Shape, y));
        return y;
    });

    /// <summary>
    /// Runs a forward pass that takes more than one tensor, or gives more than one, so that errors inside carry the layer's path as
    /// those of <c>Forward(x, pass)</c> do.
    /// </summary>
    /// <param name="given">What the pass works on.</param>
    /// <param name="forward">The pass; a static lambda.</param>
    protected TResult Enter<TGiven, TResult>(TGiven given, Func<TGiven, TResult> forward)
    {
        Module? outer = running;
        if (outer is not null && parent is null && !ReferenceEquals(outer, this)) RequireRegistered(outer);
        running = this;
        bool givesBack = GivesBack(this);
        int around = givesBack ? Temporaries.Open() : 0;
        try
        {
            TResult result = forward(given);
            if (!givesBack || result is not Tensor tensor) return result;
            if (Temporaries.Verifies) Temporaries.Verify(tensor);
            Temporaries.GiveBackAllBut(tensor);
            return result;
        }
        catch (ShapeException error) when (Locate(error.Layer, out string layer))
        {
            error.Layer = layer;
            throw;
        }
        catch (DTypeException error) when (Locate(error.Layer, out string layer))
        {
            error.Layer = layer;
            throw;
        }
        finally
        {
            if (givesBack) Temporaries.Close(around);
            running = outer;
        }
    }

    /// <summary>Every call of a module while <paramref name="action"/> runs on this thread, inner ones first.</summary>
    internal static IReadOnlyList<Call> Traced(Action action)
    {
        List<Call> calls = trace = [];
        try
        {
            action();
        }
        finally
        {
            trace = null;
        }
        return calls;
    }

    internal IEnumerable<Module> Descendants() => children.SelectMany(static child => child.Module.Descendants().Prepend(child.Module));

    /// <summary>This module and those in it, with their names.</summary>
    internal IEnumerable<(string Name, Module Module)> Descend(string name) =>
        children.SelectMany(child => child.Module.Descend(Join(name, child.Name))).Prepend((name, this));

    /// <summary>Numbers in this module's own parameters.</summary>
    internal long OwnLength => members.Sum(static member => member.IsParameter ? (long)member.Tensor.Length : 0);

    /// <summary>This module's own parameters of two and more axes.</summary>
    internal IEnumerable<Tensor> OwnWeights => members.Where(static member => member.IsParameter && member.Tensor.Rank > 1).Select(static member => member.Tensor);

    /// <summary>The name that a parameter of this module has in the outermost one.</summary>
    internal string FullName(string parameter) => Join(Path(until: null), parameter);

    /// <summary>Root type, path and notation: <c>Mlp.hidden (Linear 784 → 512)</c>.</summary>
    internal string Location
    {
        get
        {
            if (parent is null) return Notation.Length == 0 ? TypeName : ToString();
            return $"{Root.TypeName}.{Path(until: null)} ({(Notation.Length == 0 ? TypeName : $"{TypeName} {Notation}")})";
        }
    }

    Module Root => parent is null ? this : parent.Root;

    string Path(Module? until) => ReferenceEquals(this, until) || parent is null ? "" : Join(parent.Path(until), name);

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    bool Locate(string? known, out string layer)
    {
        layer = known ?? Location;
        return known is null;
    }

    /// <summary>The random stream of a parameter: of the nearest module with a seed of its own (or the root) and the path from there.</summary>
    RandomStream Stream(string parameter)
    {
        Module origin = this;
        while (origin.seed is null && origin.parent is not null) origin = origin.parent;
        return new RandomStream(origin.seed ?? 0).Split(Join(Path(origin), parameter));
    }

    void RequireRegistered(Module outer)
    {
        if (!Parameters().Any(static parameter => parameter.RequiresGradient)) return;
        throw new InvalidOperationException(
            $"{outer.Location}: expected layers that are registered, got {this} that belongs to no module and would never be trained " +
            $"or saved. Assign it with Child(out field, new {TypeName}(…)), or Freeze() it.");
    }

    void Attach(string name, Module child)
    {
        if (ReferenceEquals(child, this) || child.Descendants().Contains(this))
            throw new ArgumentException($"{TypeName}: expected children that do not contain their parent, got a cycle at '{name}'.", nameof(name));
        RequireFree(name);
        children.Add((name, child));
        if (child.parent is not null) return;
        (child.parent, child.name) = (this, name);
        Label();
    }

    void Add(Member member)
    {
        RequireFree(member.Name);
        members.Add(member);
        Label();
    }

    void RequireFree(string name)
    {
        if (members.Exists(member => member.Name == name) || children.Exists(child => child.Name == name))
            throw new ArgumentException($"{TypeName}: expected different names, got '{name}' twice. Give each its own field.", nameof(name));
    }

    /// <summary>Tells the tape what its leaves are called.</summary>
    void Label()
    {
        foreach (var (path, member) in Root.Members())
            if (member.Tensor.Node is LeafNode leaf) leaf.Label = path;
    }

    void SetRequiresGradient(bool value)
    {
        foreach (Tensor parameter in Parameters()) parameter.RequiresGradient = value;
        Label();
    }

    /// <summary>The last word of <c>this.hidden</c>, <c>_hidden</c> or <c>out var hidden</c>.</summary>
    string FieldName(string expression)
    {
        string field = expression[(expression.LastIndexOfAny(['.', ' ']) + 1)..].TrimStart('_', '@');
        if (field.Length == 0 || !field.All(static c => char.IsLetterOrDigit(c) || c is '_' or '-'))
            throw new ArgumentException(
                $"{TypeName}: expected a field to register, got '{expression}'. Use Children(out list, …) for several, or pass name: \"…\".",
                nameof(expression));
        return field;
    }

    internal sealed record Member(string Name, Tensor Tensor, Initializer? Initializer, bool IsParameter);

    internal readonly record struct Call(Module Module, Shape Input, Tensor Output);
}

/// <summary>Runs modules.</summary>
public static class Forwarding
{
    extension(Module module)
    {
        /// <summary>Computes the module's value. Errors inside carry the layer's path.</summary>
        /// <param name="x">The input.</param>
        /// <param name="pass">Training or evaluation.</param>
        public Tensor Forward(Tensor x, Pass pass) => module.Run(x, pass);
    }
}
