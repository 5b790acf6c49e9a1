using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

namespace Nabla.Tests.Layers;

public class ModuleTests
{
    [Fact]
    public void Names_are_those_of_the_fields()
    {
        var model = new Mlp(4, 3, 2);
        Assert.Equal(["hidden.weight", "hidden.bias", "output.weight", "output.bias"], model.NamedParameters().Select(p => p.Name));
    }

    [Fact]
    public void A_list_of_modules_is_registered_with_numbers()
    {
        var model = new Deep(2);
        Assert.Equal(
            ["blocks.0.block.0.weight", "blocks.0.block.0.bias", "blocks.1.block.0.weight", "blocks.1.block.0.bias"],
            model.NamedParameters().Select(p => p.Name));
    }

    [Fact]
    public void A_layer_that_was_not_registered_is_refused_when_it_runs()
    {
        var error = Assert.Throws<InvalidOperationException>(() => new Forgetful().Predict(Tensor.Zeros((1, 3))));
        Assert.Equal(
            "Forgetful: expected layers that are registered, got Linear(3 → 3) that belongs to no module and would never be trained " +
            "or saved. Assign it with Child(out field, new Linear(…)), or Freeze() it.", error.Message);
    }

    [Fact]
    public void A_frozen_module_may_be_used_without_being_registered()
    {
        var model = new Forgetful();
        model.Hidden.Freeze();
        Assert.Equal(Shape.Create(1, 3), model.Predict(Tensor.Zeros((1, 3))).Shape);
    }

    [Fact]
    public void Two_children_of_one_name_are_refused()
    {
        var model = new Open();
        model.Add(new Identity(), "norm");
        var error = Assert.Throws<ArgumentException>(() => model.AddParameter("norm"));
        Assert.StartsWith("Open: expected different names, got 'norm' twice. Give each its own field.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layers[0]")]
    [InlineData("")]
    [InlineData("_")]
    public void What_is_not_a_field_cannot_be_registered(string expression)
    {
        var error = Assert.Throws<ArgumentException>(() => new Open().Add(new Identity(), expression));
        Assert.StartsWith($"Open: expected a field to register, got '{expression}'.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("this.hidden", "hidden")]
    [InlineData("_hidden", "hidden")]
    [InlineData("Linear hidden", "hidden")]
    [InlineData("@class", "class")]
    public void The_name_is_the_last_word(string expression, string name)
    {
        var model = new Open();
        model.Add(new Identity(), expression);
        Assert.Equal(name, model.Modules.Single().Name);
    }

    [Fact]
    public void A_module_cannot_contain_itself()
    {
        Open outer = new(), inner = new();
        outer.Add(inner, "inner");
        Assert.Contains("got a cycle at 'outer'", Assert.Throws<ArgumentException>(() => inner.Add(outer, "outer")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => inner.Add(inner, "self"));
    }

    [Fact]
    public void A_shared_module_counts_once_under_its_first_name()
    {
        var shared = new Linear(3, 3);
        var model = new Sequential([shared, Activation.Tanh(), shared]);
        Assert.Equal(["0.weight", "0.bias"], model.NamedParameters().Select(p => p.Name));
        Assert.Equal(["0.weight", "0.bias"], model.StateDictionary().Keys);
        Assert.Equal(12, model.Summary((1, 3)).Parameters);
    }

    [Fact]
    public void A_shared_parameter_gets_the_gradients_of_both_uses()
    {
        var model = new Tied();
        Tensor weight = model.Parameters().Single();
        model.Forward(Tensor.Ones((2, 4)), Pass.Evaluation).Sum().Backward();
        Tensor x = Tensor.Ones((2, 4)), w = weight.Detach().Clone();
        Tensor hidden = x.MatMul(w).Tanh();
        Tensor up = Tensor.Ones((2, 4)), expected = up.T.MatMul(hidden) + x.T.MatMul((1 - hidden.Square()) * up.MatMul(w));
        float[] actual = weight.Gradient!.ToArray<float>(), wanted = expected.ToArray<float>();
        for (int i = 0; i < wanted.Length; i++) Assert.Equal(wanted[i], actual[i], 1e-5f);
    }

    [Fact]
    public void First_values_depend_on_seed_and_name_only()
    {
        float[] Draw(ulong seed, Func<Module> make)
        {
            Module model = make();
            model.Initialize(seed);
            return model.StateDictionary()["hidden.weight"].ToArray<float>();
        }

        float[] first = Draw(5, () => new Mlp(4, 3, 2));
        _ = new Linear(9, 9).Predict(Tensor.Zeros((1, 9)));
        Assert.Equal(first, Draw(5, () => new Mlp(4, 3, 7)));
        Assert.NotEqual(first, Draw(6, () => new Mlp(4, 3, 2)));
    }

    [Fact]
    public void Initialize_redraws_what_was_trained_and_equals_a_fresh_model()
    {
        Mlp used = new(4, 3, 2), fresh = new(4, 3, 2);
        used.Predict(Tensor.Ones((1, 4)));
        foreach (Tensor parameter in used.Parameters()) parameter.CopyFrom<float>(new float[parameter.Length]);
        used.Initialize(3);
        fresh.Initialize(3);
        foreach (var (name, tensor) in fresh.StateDictionary()) Assert.Equal(tensor.ToArray<float>(), used.StateDictionary()[name].ToArray<float>());
    }

    [Fact]
    public void Layers_of_one_shape_get_different_values()
    {
        var model = new Sequential([new Linear(4, 4), new Linear(4, 4)]);
        Assert.NotEqual(model.StateDictionary()["0.weight"].ToArray<float>(), model.StateDictionary()["1.weight"].ToArray<float>());
    }

    [Fact]
    public void Freezing_stops_gradients_and_unfreezing_brings_them_back()
    {
        var model = new Sequential([new Linear(3, 3), new Linear(3, 1)]);
        model[0].Freeze();
        model.Forward(Tensor.Ones((2, 3)), Pass.Evaluation).Sum().Backward();
        Assert.Null(model[0].Parameters().First().Gradient);
        Assert.NotNull(model[1].Parameters().First().Gradient);
        model[0].Unfreeze();
        model.Forward(Tensor.Ones((2, 3)), Pass.Evaluation).Sum().Backward();
        Assert.NotNull(model[0].Parameters().First().Gradient);
    }

    [Fact]
    public void A_model_converted_to_double_computes_the_same_in_double()
    {
        var model = new Mlp(4, 3, 2);
        Tensor x = Tensor.From(new float[,] { { 1, 2, 3, 4 } });
        float[] single = model.Predict(x).ToArray<float>();
        model.To(DType.Float64);
        double[] exact = model.Predict(x.To(DType.Float64)).ToArray<double>();
        for (int i = 0; i < single.Length; i++) Assert.Equal(exact[i], single[i], 1e-6);
    }

    [Fact]
    public void An_anomaly_names_the_parameter_before_it()
    {
        var model = new Mlp(2, 2, 1);
        using Autograd.Scope scope = Autograd.DetectAnomaly();
        var error = Assert.Throws<ArithmeticException>(() => model.Forward(Tensor.Zeros((1, 2)), Pass.Evaluation).Sum().Log().Log());
        Assert.Contains("output.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_in_evaluation_gives_the_same_bits_from_32_tasks()
    {
        var model = new Sequential([new Conv2d(1, 8, 3, padding: 1), new BatchNorm(8), Activation.Relu(), new MaxPool2d(2),
            new Flatten(), new Dropout(0.5), new Linear(128, 10)]);
        Tensor x = Tensor.Uniform((4, 1, 8, 8), new RandomStream(1));
        float[] expected = new Sequential([new Identity(), model]).Predict(x).ToArray<float>();
        float[][] results = new float[32][];
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 32 }, i => results[i] = model.Predict(x).ToArray<float>());
        Assert.All(results, result => Assert.Equal(expected, result));
    }

    [Fact]
    public void First_use_from_many_tasks_makes_parameters_once()
    {
        var model = new Sequential([new Linear(64, 64), Activation.Relu(), new Linear(64, 4)]);
        Tensor x = Tensor.Ones((2, 64));
        float[][] results = new float[32][];
        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 32 }, i => results[i] = model.Predict(x).ToArray<float>());
        Assert.All(results, result => Assert.Equal(results[0], result));
    }

    [Fact]
    public void Training_a_small_network_lowers_the_loss()
    {
        var model = new Mlp(2, 16, 2);
        model.Initialize(1);
        var x = Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } });
        var y = Tensor.From(new long[] { 0, 1, 1, 0 });
        var optimizer = new Adam(model, 0.05);
        var loss = new CrossEntropy();
        float last = 0;
        for (int step = 0; step < 100; step++)
        {
            optimizer.ClearGradients();
            Tensor value = loss.Forward(model.Forward(x, Pass.Training(new RandomStream(1).Split(step))), y);
            value.Backward();
            optimizer.Step();
            last = (float)value;
        }
        Assert.True(last < 0.05, $"Loss after 100 steps: {last}.");
    }
}
