using Nabla.Layers;
using Nabla.Losses;
using Nabla.Models;
using Nabla.Optimizers;

namespace Nabla.Tests.Models;

public class RecommendationModelTests
{
    static readonly Pass Training = Pass.Training(new RandomStream(1));

    [Fact]
    public void DeepFm_is_linear_plus_products_plus_network()
    {
        var model = new DeepFm(9, 3, 2, width: 4, hidden: [5]);
        model.Initialize(3);
        Tensor ids = Tensor.From([0L, 4, 7, 1, 4, 8], (2, 3)), x = Tensor.From([0.5f, -1, 2, 0.25f], (2, 2));
        float[] logits = model.Forward(ids, x, Training).ToArray<float>();
        var state = model.StateDictionary();
        Tensor table = state["embedding.weight"], single = state["linear.weight"];
        var deep = new Sequential(new Linear(14, 5), Activation.Relu(), new Linear(5, 1));
        deep.LoadStateDictionary(state.Where(e => e.Key.StartsWith("deep.", StringComparison.Ordinal)).ToDictionary(e => e.Key[5..], e => e.Value));
        for (int b = 0; b < 2; b++)
        {
            Tensor rows = table.Embedding(ids[b]);
            double expected = (double)single.Embedding(ids[b]).Sum();
            for (int i = 0; i < 3; i++)
                for (int j = i + 1; j < 3; j++) expected += (double)rows[i].Dot(rows[j]);
            expected += (double)(x[b].Dot(state["numeric.weight"][0]) + state["numeric.bias"][0]);
            expected += (double)deep.Predict(Tensor.Concatenate([rows.Flatten(), x[b]], 0).Unsqueeze(0)).Sum();
            Assert.Equal(expected, logits[b], 1e-4);
        }
    }

    [Fact]
    public void Din_weighs_the_items_that_count()
    {
        var model = new Din(20, width: 4, attention: [5], top: [6]);
        model.Initialize(3);
        Tensor targets = Tensor.From([3L, 7]), lengths = Tensor.From([2L, 0]);
        Tensor histories = Tensor.From([1L, 2, 19, 5, 6, 7], (2, 3)), others = Tensor.From([1L, 2, 11, 12, 13, 14], (2, 3));
        float[] logits = model.Forward(targets, histories, lengths, Training).ToArray<float>();
        Assert.Equal(logits, model.Forward(targets, others, lengths, Training).ToArray<float>());      // what is beyond the length
        Assert.NotEqual(logits, model.Forward(targets, others, Tensor.From([3L, 0]), Training).ToArray<float>());
        Tensor packed = Tensor.From([3L, 2, 1, 2, 19, 7, 0, 5, 6, 7], (2, 5));
        Assert.Equal(logits, model.Predict(packed).ToArray<float>());

        var state = model.StateDictionary();
        var attention = new Sequential(new Linear(16, 5), Activation.Sigmoid(), new Linear(5, 1));
        attention.LoadStateDictionary(new Dictionary<string, Tensor>
        {
            ["0.weight"] = state["pairs.weight"], ["0.bias"] = state["pairs.bias"], ["2.weight"] = state["attention.1.0.weight"], ["2.bias"] = state["attention.1.0.bias"],
        });
        var top = new Sequential(new Linear(8, 6), new Prelu(), new Linear(6, 1));
        top.LoadStateDictionary(state.Where(e => e.Key.StartsWith("top.", StringComparison.Ordinal)).ToDictionary(e => e.Key[4..], e => e.Value));
        Tensor table = state["items.weight"], q = table.Select(0, 3), interest = Tensor.Zeros(4);
        foreach (int item in (int[])[1, 2])
        {
            Tensor k = table.Select(0, item);
            interest += k * attention.Predict(Tensor.Concatenate([q, k, q - k, q * k], 0).Unsqueeze(0)).Reshape(1);
        }
        Assert.Equal((double)top.Predict(Tensor.Concatenate([q, interest], 0).Unsqueeze(0)).Sum(), logits[0], 1e-5);
    }

    [Fact]
    public void Both_learn_a_small_rule_with_sparse_steps()
    {
        Tensor ids = Tensor.Randint((256, 2), new RandomStream(1), 0, 20);
        Tensor y = (ids.Select(1, 0) + ids.Select(1, 1)).To(DType.Float32).Greater(19).To(DType.Float32);
        var deepFm = new DeepFm(20, 2, width: 4, hidden: [16]);
        Assert.InRange(Train(deepFm, () => deepFm.Forward(ids, Training)), 0, 0.1);
        var din = new Din(20, width: 4, attention: [8], top: [16]);
        Assert.InRange(Train(din, () => din.Forward(ids.Select(1, 0), ids.Narrow(1, 1, 1), Tensor.Ones(256, DType.Int64), Training)), 0, 0.1);

        double Train(Module model, Func<Tensor> logits)
        {
            model.Initialize(2);
            var optimizer = new SparseAdam(model, 0.02);
            var loss = new BinaryCrossEntropyWithLogits();
            double last = 0;
            for (int step = 0; step < 200; step++)
            {
                optimizer.ClearGradients();
                Tensor value = loss.Forward(logits(), y);
                value.Backward();
                optimizer.Step();
                last = (double)value;
            }
            return last;
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        var model = new DeepFm(9, 3, 2);
        Tensor ids = Tensor.Zeros((4, 3), DType.Int64);
        Says("DeepFm: expected ids [B, 3], got [4, 2]", () => model.Forward(Tensor.Zeros((4, 2), DType.Int64), null, Training));
        Says("DeepFm: expected numbers [4, 2], got none", () => model.Forward(ids, null, Training));
        Says("DeepFm: expected numbers [4, 2], got [4, 3]", () => model.Forward(ids, Tensor.Ones((4, 3)), Training));
        Says("DeepFm: expected no numbers, got [4, 1]", () => new DeepFm(9, 3).Forward(ids, Tensor.Ones((4, 1)), Training));
        var din = new Din(9);
        Says("Din: expected targets [B], histories [B, H] and lengths [B], got [4], [3, 3] and [4]",
            () => din.Forward(Tensor.Zeros(4, DType.Int64), Tensor.Zeros((3, 3), DType.Int64), Tensor.Zeros(4, DType.Int64), Training));
        Says("expected rows of target, length and history", () => din.Forward(Tensor.Zeros((4, 2), DType.Int64), Training));

        static void Says(string text, Action action) => Assert.Contains(text, Assert.Throws<ShapeException>(action).Message);
    }
}
