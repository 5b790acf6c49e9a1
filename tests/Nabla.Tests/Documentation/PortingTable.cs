namespace Nabla.Tests.Documentation;

/// <summary>What a name of PyTorch and of Keras is called here.</summary>
/// <param name="Group">Heading of the page.</param>
/// <param name="Torch">Name in PyTorch; empty for none.</param>
/// <param name="Keras">Name in Keras; empty for none.</param>
/// <param name="Ours">Our types or members.</param>
/// <param name="Note">What differs.</param>
internal sealed record PortingRow(string Group, string Torch, string Keras, string[] Ours, string Note = "");

/// <summary>The rows of docs/porting.md.</summary>
internal static class PortingTable
{
    public static IReadOnlyList<PortingRow> Rows { get; } = [.. Tensors(), .. Layers(), .. Activations(), .. Losses(), .. Optimizers(), .. Schedules(), .. Training()];

    static IEnumerable<PortingRow> Tensors()
    {
        const string Group = "Tensors and calculus";
        yield return new(Group, "torch.tensor", "ops.convert_to_tensor", ["Tensor.From"]);
        yield return new(Group, "torch.zeros, ones, full", "ops.zeros, ones, full", ["Tensor.Zeros", "Tensor.Ones", "Tensor.Full"]);
        yield return new(Group, "torch.arange", "ops.arange", ["Tensor.Arange"]);
        yield return new(Group, "torch.randn, rand, randint", "random.normal, uniform", ["Tensor.Normal", "Tensor.Uniform", "Tensor.Randint"], "take a RandomStream: no global generator");
        yield return new(Group, "x.shape, x.dtype, x.ndim, x.numel()", "x.shape, x.dtype", ["Tensor.Shape", "Tensor.DType", "Tensor.Rank", "Tensor.Length"]);
        yield return new(Group, "x.view, x.reshape", "ops.reshape", ["Tensor.Reshape"], "a view where strides allow it");
        yield return new(Group, "x.permute, x.transpose, x.T", "ops.transpose", ["Tensor.Permute", "Tensor.Transpose"]);
        yield return new(Group, "x.unsqueeze, x.squeeze", "ops.expand_dims, squeeze", ["Tensor.Unsqueeze", "Tensor.Squeeze"]);
        yield return new(Group, "torch.cat, stack, split", "ops.concatenate, stack, split", ["Tensor.Concatenate", "Tensor.Stack", "Tensor.Split"]);
        yield return new(Group, "x @ y, torch.matmul", "ops.matmul", ["Tensor.MatMul"]);
        yield return new(Group, "torch.einsum", "ops.einsum", ["Tensor.Einsum"]);
        yield return new(Group, "x.sum, x.mean, x.var", "ops.sum, mean, var", ["Tensor.Sum", "Tensor.Mean", "Tensor.Variance"], "axis and keepAxis for dim and keepdim");
        yield return new(Group, "x.max, x.argmax, x.topk", "ops.max, argmax, top_k", ["Tensor.Max", "Tensor.ArgMax", "Tensor.TopK"]);
        yield return new(Group, "torch.where", "ops.where", ["Tensor.Where"]);
        yield return new(Group, "x.to(dtype)", "ops.cast", ["Tensor.To"]);
        yield return new(Group, "x.item()", "", ["Tensor.Item"], "or a conversion: (float)loss");
        yield return new(Group, "x.numpy()", "ops.convert_to_numpy", ["Tensor.ToArray"]);
        yield return new(Group, "x.requires_grad_()", "", ["Tensor.RequiresGradient"]);
        yield return new(Group, "loss.backward()", "tape.gradient", ["Tensor.Backward"]);
        yield return new(Group, "x.grad", "", ["Tensor.Gradient"]);
        yield return new(Group, "torch.autograd.grad", "tape.gradient", ["Autograd.Gradient"], "createGraph for derivatives of derivatives");
        yield return new(Group, "torch.no_grad()", "", ["Autograd.NoGradient"]);
        yield return new(Group, "x.detach()", "ops.stop_gradient", ["Tensor.Detach"]);
        yield return new(Group, "torch.autograd.detect_anomaly", "", ["Autograd.DetectAnomaly"]);
        yield return new(Group, "torch.manual_seed", "keras.utils.set_random_seed", ["RandomStream"], "a stream is handed to what draws; models take a seed with Initialize");
    }

    static IEnumerable<PortingRow> Layers()
    {
        const string Group = "Layers";
        yield return new(Group, "nn.Module", "Layer, Model", ["Module"], "fields register when assigned: Child(out hidden, …)");
        yield return new(Group, "nn.Sequential", "Sequential", ["Sequential"]);
        yield return new(Group, "nn.ModuleList", "", ["ModuleList"]);
        yield return new(Group, "nn.Linear", "Dense", ["Linear"]);
        yield return new(Group, "nn.Conv1d, Conv2d, Conv3d", "Conv1D, Conv2D, Conv3D", ["Conv1d", "Conv2d", "Conv3d"], "channels first");
        yield return new(Group, "nn.MaxPool2d, AvgPool2d", "MaxPooling2D, AveragePooling2D", ["MaxPool2d", "AveragePool2d"]);
        yield return new(Group, "nn.AdaptiveAvgPool2d(1)", "GlobalAveragePooling2D", ["GlobalAveragePool"]);
        yield return new(Group, "nn.BatchNorm1d, 2d, 3d", "BatchNormalization", ["BatchNorm"], "any rank; Keras' momentum is 1 − ours");
        yield return new(Group, "nn.LayerNorm", "LayerNormalization", ["LayerNorm"]);
        yield return new(Group, "nn.Dropout", "Dropout", ["Dropout"]);
        yield return new(Group, "nn.Embedding", "Embedding", ["Embedding"]);
        yield return new(Group, "nn.Flatten", "Flatten", ["Flatten"]);
        yield return new(Group, "nn.Identity", "", ["Identity"]);
        yield return new(Group, "model.train(), model.eval()", "training=True", ["Pass.Training", "Pass.Evaluation"], "an argument of Forward, never a flag");
        yield return new(Group, "model.parameters()", "model.trainable_weights", ["Module.Parameters"]);
        yield return new(Group, "model.state_dict(), load_state_dict", "model.get_weights, set_weights", ["Module.StateDictionary", "Module.LoadStateDictionary"]);
        yield return new(Group, "p.requires_grad_(False)", "layer.trainable = False", ["Module.Freeze"]);
    }

    static IEnumerable<PortingRow> Activations()
    {
        const string Group = "Activations";
        yield return new(Group, "nn.ReLU, F.relu", "relu", ["Activation.Relu", "Tensor.Relu"]);
        yield return new(Group, "nn.LeakyReLU", "LeakyReLU", ["Activation.LeakyRelu"]);
        yield return new(Group, "nn.PReLU", "PReLU", ["Prelu"]);
        yield return new(Group, "nn.ELU, SELU", "elu, selu", ["Activation.Elu", "Activation.Selu"]);
        yield return new(Group, "nn.GELU()", "gelu(approximate=False)", ["Activation.Gelu"]);
        yield return new(Group, "nn.GELU('tanh')", "gelu", ["Activation.GeluTanh"]);
        yield return new(Group, "nn.SiLU", "silu, swish", ["Activation.Silu"]);
        yield return new(Group, "nn.Sigmoid, Tanh, Softplus", "sigmoid, tanh, softplus", ["Activation.Sigmoid", "Activation.Tanh", "Activation.Softplus"]);
        yield return new(Group, "nn.Softmax, LogSoftmax", "softmax, log_softmax", ["Activation.Softmax", "Activation.LogSoftmax"]);
    }

    static IEnumerable<PortingRow> Losses()
    {
        const string Group = "Losses";
        yield return new(Group, "nn.CrossEntropyLoss", "SparseCategoricalCrossentropy(from_logits=True)", ["CrossEntropy"], "indices or distributions");
        yield return new(Group, "nn.BCEWithLogitsLoss", "BinaryCrossentropy(from_logits=True)", ["BinaryCrossEntropy"]);
        yield return new(Group, "nn.MSELoss, L1Loss", "MeanSquaredError, MeanAbsoluteError", ["Mse", "Mae"]);
        yield return new(Group, "nn.HuberLoss", "Huber", ["Huber"]);
        yield return new(Group, "nn.NLLLoss", "", ["Nll"]);
        yield return new(Group, "nn.KLDivLoss", "KLDivergence", ["KlDivergence"]);
    }

    static IEnumerable<PortingRow> Optimizers()
    {
        const string Group = "Optimizers";
        yield return new(Group, "optim.SGD", "SGD", ["Sgd"], "momentum in both conventions");
        yield return new(Group, "optim.Adam, AdamW", "Adam, AdamW", ["Adam", "AdamW"]);
        yield return new(Group, "optim.Adagrad", "Adagrad", ["AdaGrad"]);
        yield return new(Group, "optim.RMSprop", "RMSprop", ["RmsProp"]);
        yield return new(Group, "optim.Adadelta", "Adadelta", ["AdaDelta"]);
        yield return new(Group, "optim.Adamax, NAdam, RAdam", "Adamax, Nadam", ["Adamax", "NAdam", "RAdam"]);
        yield return new(Group, "", "Ftrl", ["Ftrl"]);
        yield return new(Group, "optimizer.zero_grad()", "", ["Optimizer.ClearGradients"]);
        yield return new(Group, "optimizer.step()", "optimizer.apply_gradients", ["Optimizer.Step"]);
        yield return new(Group, "param_groups", "", ["ParameterGroup"]);
        yield return new(Group, "nn.utils.clip_grad_norm_, clip_grad_value_", "clipnorm, clipvalue", ["Optimizer.ClipNorm", "Optimizer.ClipValues"]);
    }

    static IEnumerable<PortingRow> Schedules()
    {
        const string Group = "Schedules";
        yield return new(Group, "lr_scheduler.ReduceLROnPlateau", "ReduceLROnPlateau", ["ReduceOnPlateau"]);
    }

    static IEnumerable<PortingRow> Training()
    {
        const string Group = "Data and training";
        yield return new(Group, "utils.data.Dataset", "PyDataset", ["IDataset"]);
        yield return new(Group, "utils.data.TensorDataset", "", ["TensorDataset"]);
        yield return new(Group, "utils.data.DataLoader", "model.fit(batch_size=…)", ["DataLoader"], "typed; order is a function of (seed, epoch)");
        yield return new(Group, "utils.data.WeightedRandomSampler", "", ["WeightedSampler"]);
        yield return new(Group, "utils.data.random_split", "", ["Split.Random", "Split.Stratified"]);
        yield return new(Group, "", "model.fit, evaluate, predict", ["Trainer.Fit", "Trainer.Evaluate", "Module.Predict"]);
        yield return new(Group, "", "EarlyStopping, ModelCheckpoint", ["EarlyStopping", "Checkpoint"]);
        yield return new(Group, "torch.save, torch.load", "model.save, load_model", ["SafetensorsFile", "Checkpoint"], "data, never code");
    }
}
