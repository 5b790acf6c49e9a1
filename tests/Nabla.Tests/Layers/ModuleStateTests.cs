using Nabla.Layers;

namespace Nabla.Tests.Layers;

public class ModuleStateTests
{
    [Fact]
    public void A_state_dictionary_carries_a_model_over()
    {
        Module Make() => new Sequential([new Linear(4, 3), new BatchNorm(3), new Linear(3, 2)]);
        Module source = Make(), target = Make();
        source.Initialize(7);
        source.Forward(Tensor.Uniform((8, 4), new RandomStream(2)), Pass.Training(new RandomStream(1)));
        target.LoadStateDictionary(source.StateDictionary());
        Tensor x = Tensor.Uniform((3, 4), new RandomStream(3));
        Assert.Equal(source.Predict(x).ToArray<float>(), target.Predict(x).ToArray<float>());
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.runningMean", "1.runningVariance", "2.weight", "2.bias"], target.StateDictionary().Keys);
    }

    [Fact]
    public void All_that_does_not_fit_is_in_one_message_and_nothing_changes()
    {
        var model = new Mlp(4, 3, 2);
        float[] before = model.StateDictionary()["output.bias"].ToArray<float>();
        var state = new Dictionary<string, Tensor>
        {
            ["hidden.weight"] = Tensor.Zeros((4, 4)), ["hidden.scale"] = Tensor.Zeros(3), ["output.bias"] = Tensor.Ones(2),
        };
        var error = Assert.Throws<DataFormatException>(() => model.LoadStateDictionary(state, source: "mlp.safetensors"));
        Assert.Equal(
            "Load 'mlp.safetensors': 2 missing (hidden.bias, output.weight), 1 unexpected (hidden.scale), 1 misshapen:\n" +
            "  hidden.weight is [4, 4] in the file, [3, 4] in the model.", error.Message);
        Assert.Equal(before, model.StateDictionary()["output.bias"].ToArray<float>());
    }

    [Fact]
    public void A_common_prefix_is_pointed_out()
    {
        var model = new Linear(2, 2);
        var state = new Dictionary<string, Tensor> { ["module.weight"] = Tensor.Zeros((2, 2)), ["module.bias"] = Tensor.Zeros(2) };
        var error = Assert.Throws<DataFormatException>(() => model.LoadStateDictionary(state));
        Assert.EndsWith("0 misshapen. Names in the file start with 'module.': remove it from the keys.", error.Message, StringComparison.Ordinal);

        var part = new Dictionary<string, Tensor> { ["weight"] = Tensor.Zeros((3, 4)), ["bias"] = Tensor.Zeros(3) };
        error = Assert.Throws<DataFormatException>(() => new Mlp(4, 3, 2).LoadStateDictionary(part));
        Assert.EndsWith("Names in the file lack 'hidden.': load them into that part of the model.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_strict_what_fits_is_loaded()
    {
        var model = new Mlp(4, 3, 2);
        model.LoadStateDictionary(new Dictionary<string, Tensor> { ["output.bias"] = Tensor.Ones(2, DType.Float64), ["extra"] = Tensor.Ones(1) }, strict: false);
        Assert.Equal([1f, 1f], model.StateDictionary()["output.bias"].ToArray<float>());
    }

    [Fact]
    public void A_shared_parameter_may_be_saved_under_either_name()
    {
        var model = new Tied();
        Tensor values = Tensor.Uniform((4, 3), new RandomStream(1));
        model.LoadStateDictionary(new Dictionary<string, Tensor> { ["again"] = values });
        Assert.Equal(values.ToArray<float>(), model.StateDictionary()["weight"].ToArray<float>());
    }

    [Fact]
    public void The_summary_lists_shapes_and_counts()
    {
        var model = new Sequential([new Conv2d(1, 4, 3, padding: 1), new BatchNorm(4), Activation.Relu(), new MaxPool2d(2), new Flatten(), new Linear(64, 10)]);
        model[0].Freeze();
        Assert.Equal(
            """
            Name  Layer                        Output        Parameters
            0     Conv2d(1 → 4, 3, padding 1)  [1, 4, 8, 8]          40
            1     BatchNorm(4)                 [1, 4, 8, 8]           8
            2     Relu()                       [1, 4, 8, 8]           0
            3     MaxPool2d(2)                 [1, 4, 4, 4]           0
            4     Flatten()                    [1, 64]                0
            5     Linear(64 → 10)              [1, 10]              650
            Input [1, 1, 8, 8]: 698 parameters, 658 of them trained, 2,944 multiply-adds.
            """, model.Summary((1, 1, 8, 8)).ToString());
    }
}
