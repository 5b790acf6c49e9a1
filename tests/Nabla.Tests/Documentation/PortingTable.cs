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
        yield return new(Group, "torch.empty_like, zeros_like", "ops.zeros_like", ["Tensor.Zeros"], "take the shape of the other: Tensor.Zeros(x.Shape)");
        yield return new(Group, "torch.eye, linspace", "ops.eye, linspace", ["Tensor.Eye", "Tensor.Linspace"]);
        yield return new(Group, "torch.bernoulli, multinomial", "random.bernoulli, categorical", ["Tensor.Bernoulli", "Tensor.Categorical"]);
        yield return new(Group, "torch.randperm", "random.shuffle", ["Tensor.RandomPermutation"]);
        yield return new(Group, "distributions.Beta, Dirichlet, Exponential, Gamma, Gumbel", "random.beta, gamma", ["Tensor.Beta", "Tensor.Dirichlet", "Tensor.Exponential", "Tensor.Gamma", "Tensor.Gumbel"]);
        yield return new(Group, "nn.init.trunc_normal_", "random.truncated_normal", ["Tensor.TruncatedNormal", "Initializer.TruncatedNormal"]);
        yield return new(Group, "x[i], x[a:b], x[mask]", "x[i], x[a:b]", ["Tensor.Part"], "ranges are C# ranges: x[1..3]");
        yield return new(Group, "x.narrow, select, index_select", "ops.slice, take", ["Tensor.Narrow", "Tensor.Select", "Tensor.IndexSelect"]);
        yield return new(Group, "torch.gather, scatter, scatter_add, index_add", "ops.take_along_axis, scatter", ["Tensor.Gather", "Tensor.Scatter", "Tensor.ScatterAdd", "Tensor.IndexAdd"]);
        yield return new(Group, "x.masked_fill, masked_select", "", ["Tensor.MaskedFill", "Tensor.MaskedSelect"]);
        yield return new(Group, "torch.nonzero, searchsorted", "ops.nonzero, searchsorted", ["Tensor.NonZero", "Tensor.SearchSorted"]);
        yield return new(Group, "x.expand, repeat, tile", "ops.broadcast_to, tile", ["Tensor.Expand", "Tensor.Tile"], "repeat_interleave is Repeat");
        yield return new(Group, "torch.repeat_interleave", "ops.repeat", ["Tensor.Repeat"]);
        yield return new(Group, "torch.flip, roll", "ops.flip, roll", ["Tensor.Flip", "Tensor.Roll"]);
        yield return new(Group, "torch.chunk", "", ["Tensor.Chunk"]);
        yield return new(Group, "torch.meshgrid", "ops.meshgrid", ["Tensor.Meshgrid"]);
        yield return new(Group, "F.pad", "ops.pad", ["Tensor.Pad"], "pairs in the order of the axes, the first axis first");
        yield return new(Group, "F.one_hot", "ops.one_hot", ["Tensor.OneHot"]);
        yield return new(Group, "x.contiguous(), clone()", "ops.copy", ["Tensor.Contiguous", "Tensor.Clone"]);
        yield return new(Group, "torch.exp, expm1, log, log1p", "ops.exp, expm1, log, log1p", ["Tensor.Exp", "Tensor.Expm1", "Tensor.Log", "Tensor.Log1p"]);
        yield return new(Group, "torch.sqrt, square, pow, reciprocal", "ops.sqrt, square, power, reciprocal", ["Tensor.Sqrt", "Tensor.Square", "Tensor.Pow", "Tensor.Reciprocal"]);
        yield return new(Group, "torch.abs, sign, floor, ceil, round, trunc", "ops.absolute, sign, floor, ceil, round", ["Tensor.Abs", "Tensor.Sign", "Tensor.Floor", "Tensor.Ceiling", "Tensor.Round", "Tensor.Truncate"], "rounding has slope 0");
        yield return new(Group, "torch.sin, cos, tanh, erf", "ops.sin, cos, tanh, erf", ["Tensor.Sin", "Tensor.Cos", "Tensor.Tanh", "Tensor.Erf"]);
        yield return new(Group, "torch.tan, asin, acos, atan, atan2, hypot", "ops.tan, arcsin, arccos, arctan, arctan2", ["Tensor.Tan", "Tensor.Asin", "Tensor.Acos", "Tensor.Atan", "Tensor.Atan2", "Tensor.Hypot"]);
        yield return new(Group, "torch.sinh, cosh, asinh, acosh, atanh", "ops.sinh, cosh, arcsinh, arccosh, arctanh", ["Tensor.Sinh", "Tensor.Cosh", "Tensor.Asinh", "Tensor.Acosh", "Tensor.Atanh"]);
        yield return new(Group, "torch.log2, log10, rsqrt", "ops.log2, log10, rsqrt", ["Tensor.Log2", "Tensor.Log10", "Tensor.ReciprocalSqrt"]);
        yield return new(Group, "torch.remainder, floor_divide", "ops.mod, floor_divide", ["Tensor.FloorDivide"], "the remainder is the operator %: sign of the divisor, as in Python, also of integers");
        yield return new(Group, "torch.lerp", "", ["Tensor.Lerp"]);
        yield return new(Group, "torch.clamp, minimum, maximum", "ops.clip, minimum, maximum", ["Tensor.Clamp", "Tensor.Minimum", "Tensor.Maximum"]);
        yield return new(Group, "torch.eq, ne, lt, le, gt, ge", "ops.equal, less, greater", ["Tensor.EqualTo", "Tensor.NotEqualTo", "Tensor.Less", "Tensor.LessOrEqual", "Tensor.Greater", "Tensor.GreaterOrEqual"]);
        yield return new(Group, "torch.logical_and, or, xor, not", "ops.logical_and, or, xor, not", ["Tensor.LogicalAnd", "Tensor.LogicalOr", "Tensor.LogicalXor", "Tensor.LogicalNot"]);
        yield return new(Group, "torch.isfinite, isnan", "ops.isfinite, isnan", ["Tensor.IsFinite", "Tensor.IsNan"]);
        yield return new(Group, "torch.all, any", "ops.all, any", ["Tensor.All", "Tensor.Any"]);
        yield return new(Group, "torch.prod, cumsum, cumprod", "ops.prod, cumsum, cumprod", ["Tensor.Product", "Tensor.CumulativeSum", "Tensor.CumulativeProduct"]);
        yield return new(Group, "torch.median, quantile, kthvalue", "ops.median, quantile", ["Tensor.Median", "Tensor.Quantile", "Tensor.KthValue"], "Median gives no positions: KthValue does");
        yield return new(Group, "torch.cummax, cummin, diff", "ops.diff", ["Tensor.CumulativeMax", "Tensor.CumulativeMin", "Tensor.Difference"]);
        yield return new(Group, "torch.bincount, histogram, histc", "ops.bincount, histogram", ["Tensor.BinCount", "Tensor.Histogram"], "the weights of BinCount have a gradient");
        yield return new(Group, "torch.logsumexp, std", "ops.logsumexp, std", ["Tensor.LogSumExp", "Tensor.StandardDeviation"]);
        yield return new(Group, "torch.sort, argsort, unique", "ops.sort, argsort", ["Tensor.Sort", "Tensor.ArgSort", "Tensor.Unique"]);
        yield return new(Group, "torch.tril, triu, diagonal, diag_embed", "ops.tril, triu, diagonal", ["Tensor.LowerTriangle", "Tensor.UpperTriangle", "Tensor.Diagonal", "Tensor.DiagonalMatrix"]);
        yield return new(Group, "torch.linalg.norm, F.normalize", "ops.norm, normalize", ["Tensor.Norm", "Tensor.Normalize"]);
        yield return new(Group, "torch.dot, outer, cross, trace", "ops.dot, outer, cross, trace", ["Tensor.Dot", "Tensor.Outer", "Tensor.Cross", "Tensor.Trace"]);
        yield return new(Group, "torch.cdist, F.pairwise_distance", "", ["Tensor.Distances"], "differences are summed directly; rows pair by pair: (x - y).Norm(-1, p)");
        yield return new(Group, "F.cosine_similarity", "losses.cosine_similarity", ["Tensor.CosineSimilarity"]);
        yield return new(Group, "torch.tensordot, kron, inner", "ops.tensordot, inner", ["Tensor.Einsum"], "kron of matrices: Einsum(\"ij,kl->ikjl\", a, b), then Reshape");
        yield return new(Group, "torch.allclose, isclose", "ops.isclose", ["Tensor.AllClose"]);
        yield return new(Group, "torch.linalg.solve, solve_triangular, inv, det, slogdet", "ops.solve, inv, det", ["Tensor.Solve", "Tensor.SolveTriangular", "Tensor.Inverse", "Tensor.Determinant", "Tensor.LogDeterminant"]);
        yield return new(Group, "torch.linalg.cholesky, qr, svd, svdvals, eigh", "ops.cholesky, qr, svd, eigh", ["Tensor.Cholesky", "Tensor.Qr", "Tensor.Svd", "Tensor.SingularValues", "Tensor.SymmetricEigen"]);
        yield return new(Group, "torch.cov", "", ["Tensor.Covariance"]);
        yield return new(Group, "autograd.functional.jacobian, hessian, hvp", "tape.jacobian", ["Calculus.Jacobian", "Calculus.Hessian", "Calculus.HessianVectorProduct"]);
        yield return new(Group, "autograd.Function", "custom_gradient", ["Autograd.Function"]);
        yield return new(Group, "x.register_hook", "", ["Tensor.OnGradient"]);
        yield return new(Group, "torch.utils.checkpoint", "RematScope", ["Checkpointed"], "the same bits, dropout included");
        yield return new(Group, "torch.autocast", "mixed_precision.set_global_policy", ["Autograd.MixedPrecision", "Trainer.Products"], "bfloat16 and float16; see training-memory.md");
        yield return new(Group, "cuda.amp.GradScaler", "LossScaleOptimizer", ["LossScaling"]);
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
        yield return new(Group, "nn.Bilinear", "", ["Bilinear"]);
        yield return new(Group, "nn.Upsample, F.interpolate", "UpSampling1D, UpSampling2D, UpSampling3D, image.resize", ["Upsample", "Tensor.Interpolate", "InterpolationMode"], "nearest, linear in one to three axes, cubic");
        yield return new(Group, "nn.PixelShuffle, PixelUnshuffle, ChannelShuffle", "", ["PixelShuffle", "PixelUnshuffle", "ChannelShuffle"]);
        yield return new(Group, "nn.EmbeddingBag", "", ["EmbeddingBag"]);
        yield return new(Group, "nn.ConvTranspose1d, 2d, 3d", "Conv1DTranspose, Conv2DTranspose, Conv3DTranspose", ["ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]);
        yield return new(Group, "Conv2d(groups=…)", "SeparableConv1D, SeparableConv2D, DepthwiseConv2D", ["SeparableConv1d", "SeparableConv2d", "SeparableConv3d", "ConvolutionOptions.Groups"]);
        yield return new(Group, "torchvision ASPP", "", ["AtrousPyramid"]);
        yield return new(Group, "nn.MaxPool1d, MaxPool3d, AvgPool1d, AvgPool3d", "MaxPooling1D, MaxPooling3D, AveragePooling1D, AveragePooling3D", ["MaxPool1d", "MaxPool3d", "AveragePool1d", "AveragePool3d"]);
        yield return new(Group, "nn.LPPool1d, LPPool2d", "", ["PowerPool1d", "PowerPool2d", "PowerPool3d"]);
        yield return new(Group, "nn.AdaptiveAvgPool1d, 2d, 3d", "AdaptiveAveragePooling2D", ["AdaptiveAveragePool1d", "AdaptiveAveragePool2d", "AdaptiveAveragePool3d"]);
        yield return new(Group, "nn.AdaptiveMaxPool1d, 2d, 3d", "AdaptiveMaxPooling2D", ["AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"]);
        yield return new(Group, "nn.AdaptiveMaxPool2d(1)", "GlobalMaxPooling2D", ["GlobalMaxPool", "GlobalPowerPool"]);
        yield return new(Group, "nn.MaxUnpool1d, 2d, 3d", "", ["Tensor.MaxUnpool", "Tensor.MaxPoolWithIndices"]);
        yield return new(Group, "torchvision.ops.roi_pool", "", ["Tensor.RoiPool"]);
        yield return new(Group, "nn.GroupNorm, InstanceNorm1d, 2d, 3d", "GroupNormalization", ["GroupNorm", "InstanceNorm"], "InstanceNorm learns a scale and shift by default");
        yield return new(Group, "nn.RMSNorm", "RMSNormalization", ["RmsNorm"]);
        yield return new(Group, "nn.LocalResponseNorm", "", ["LocalResponseNorm"]);
        yield return new(Group, "nn.SyncBatchNorm", "BatchNormalization(synchronized=True)", ["BatchNorm", "IGroupSum"], "the sum over processes is an argument");
        yield return new(Group, "nn.utils.weight_norm, spectral_norm", "SpectralNormalization", ["WeightNorm", "SpectralNorm"], "wrap the layer");
        yield return new(Group, "", "", ["GhostBatchNorm"], "Hoffer et al., 2017");
        yield return new(Group, "", "", ["LocalContrastNorm"], "Jarrett et al., 2009");
        yield return new(Group, "nn.Dropout1d, 2d, 3d", "SpatialDropout1D, 2D, 3D", ["SpatialDropout"]);
        yield return new(Group, "nn.AlphaDropout", "AlphaDropout", ["AlphaDropout"]);
        yield return new(Group, "torchvision.ops.StochasticDepth", "", ["DropPath"]);
        yield return new(Group, "", "GaussianNoise", ["GaussianNoise", "FeatureBagging"]);
        yield return new(Group, "nn.RNN, LSTM, GRU", "SimpleRNN, LSTM, GRU, Bidirectional", ["Rnn", "Lstm", "Gru"], "steps first, as in PyTorch; lengths in place of packed sequences");
        yield return new(Group, "nn.utils.rnn.pack_padded_sequence", "Masking", ["RecurrentOptions"], "lengths are an argument of Forward");
        yield return new(Group, "nn.MultiheadAttention", "MultiHeadAttention, GroupQueryAttention", ["MultiHeadAttention"]);
        yield return new(Group, "F.scaled_dot_product_attention", "ops.dot_product_attention", ["Tensor.Attention", "DotProductAttention"], "tiled: scores are never stored");
        yield return new(Group, "", "AdditiveAttention", ["AdditiveAttention", "TargetAttention"]);
        yield return new(Group, "attn_mask, is_causal, key_padding_mask", "attention_mask, use_causal_mask", ["AttentionMask", "AttentionPattern"], "true means: may attend");
        yield return new(Group, "", "", ["LocalAttention", "LinearAttention", "PerformerAttention", "LinformerAttention", "CompressedAttention", "RoutingAttention", "HashedAttention", "SinkhornAttention"], "attention.md");
        yield return new(Group, "", "", ["DenseSynthesizer", "FactorizedSynthesizer", "RandomSynthesizer"], "Tay et al., 2021");
        yield return new(Group, "", "", ["FourierMixer", "MixerLayer", "GatedMlp"], "in place of attention");
        yield return new(Group, "nn.TransformerEncoderLayer, TransformerDecoderLayer", "", ["EncoderLayer", "DecoderLayer", "FeedForward", "TransformerOptions"], "normalizes first by default");
        yield return new(Group, "nn.Transformer", "", ["Transformer"]);
        yield return new(Group, "", "", ["SinusoidalPositions", "LearnedPositions", "RotaryPositions", "RelativePositionBias"]);
        yield return new(Group, "past_key_values", "", ["AttentionCache"]);
        yield return new(Group, "F.grid_sample, affine_grid", "", ["Tensor.GridSample", "Tensor.AffineGrid", "SpatialTransformer"]);
        yield return new(Group, "torchvision.ops.SqueezeExcitation", "", ["SqueezeExcitation", "ChannelAttention", "SpatialAttention", "Cbam"]);
        yield return new(Group, "", "", ["MixtureOfExperts", "QFormer"], "Shazeer et al., 2017; Li et al., 2023");
        yield return new(Group, "peft.LoraConfig", "layer.enable_lora", ["Lora", "Adapter", "SoftPrompt"]);
        yield return new(Group, "", "", ["LearnedQueries", "AttentionPool", "StridedPool", "TokenMerging", "Gate"], "fewer tokens");
        yield return new(Group, "", "", ["Residual", "ConvolutionOverTime"], "He et al., 2016; Kim, 2014");
        yield return new(Group, "nn.init.xavier_uniform_, xavier_normal_", "GlorotUniform, GlorotNormal", ["Initializer.XavierUniform", "Initializer.XavierNormal"]);
        yield return new(Group, "nn.init.kaiming_uniform_, kaiming_normal_", "HeUniform, HeNormal", ["Initializer.HeUniform", "Initializer.HeNormal"]);
        yield return new(Group, "nn.init.orthogonal_, sparse_, constant_", "Orthogonal, Constant", ["Initializer.Orthogonal", "Initializer.Sparse", "Initializer.Constant"]);
        yield return new(Group, "", "LecunUniform, LecunNormal", ["Initializer.LeCunUniform", "Initializer.LeCunNormal"]);
        yield return new(Group, "torchinfo.summary", "model.summary()", ["Module.Summary", "Module.Signals"], "Signals shows where gradients vanish");
        yield return new(Group, "torchvision resnet18 …, vgg16, mobilenet, vit", "applications.ResNet50, VGG16, MobileNet", ["ResNet", "Vgg", "MobileNet", "VisionTransformer"], "parameter names are torchvision's");
        yield return new(Group, "transformers GPT2, Bert", "", ["Gpt", "Bert", "TokenSampler"]);
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
        yield return new(Group, "nn.ReLU6, Hardtanh, Hardsigmoid, Hardswish", "relu6, hard_tanh, hard_sigmoid, hard_silu", ["Activation.Relu6", "Activation.HardTanh", "Activation.HardSigmoid", "Activation.HardSwish"]);
        yield return new(Group, "nn.CELU, Softshrink, Hardshrink, Tanhshrink", "celu, soft_shrink, hard_shrink, tanh_shrink", ["Activation.Celu", "Activation.SoftShrink", "Activation.HardShrink", "Activation.TanhShrink"]);
        yield return new(Group, "nn.Mish, Softsign, LogSigmoid", "mish, softsign, log_sigmoid", ["Activation.Mish", "Activation.Softsign", "Activation.LogSigmoid"]);
        yield return new(Group, "nn.RReLU", "", ["Rrelu"], "also Xu's form, which divides");
        yield return new(Group, "nn.GLU", "glu", ["Activation.Glu", "Activation.Swiglu", "Tensor.Geglu"]);
        yield return new(Group, "nn.Threshold", "threshold", ["Activation.Threshold", "Activation.BipolarThreshold"], "steps 0/1 and ±1, the perceptron's");
        yield return new(Group, "", "sparsemax", ["Activation.Sparsemax", "Tensor.Sparsemax"]);
        yield return new(Group, "torch.logit", "", ["Tensor.Logit", "Activation.Swish", "Activation"]);
        yield return new(Group, "", "", ["Maxout", "Dice"], "Goodfellow et al., 2013; Zhou et al., 2018");
    }

    static IEnumerable<PortingRow> Losses()
    {
        const string Group = "Losses";
        yield return new(Group, "nn.CrossEntropyLoss", "SparseCategoricalCrossentropy(from_logits=True)", ["CrossEntropy"], "indices or distributions");
        yield return new(Group, "nn.BCEWithLogitsLoss", "BinaryCrossentropy(from_logits=True)", ["BinaryCrossEntropyWithLogits"]);
        yield return new(Group, "nn.MSELoss, L1Loss", "MeanSquaredError, MeanAbsoluteError", ["Mse", "Mae"]);
        yield return new(Group, "nn.HuberLoss", "Huber", ["Huber"]);
        yield return new(Group, "nn.NLLLoss", "", ["Nll"]);
        yield return new(Group, "nn.KLDivLoss", "KLDivergence", ["KlDivergence"]);
        yield return new(Group, "nn.BCELoss", "BinaryCrossentropy", ["BinaryCrossEntropy"], "of probabilities");
        yield return new(Group, "nn.SmoothL1Loss", "", ["SmoothL1"]);
        yield return new(Group, "nn.MultiMarginLoss, HingeEmbeddingLoss", "Hinge, SquaredHinge, CategoricalHinge", ["MultiMargin", "Hinge"]);
        yield return new(Group, "nn.MarginRankingLoss", "", ["MarginRanking", "PairwiseLogistic"]);
        yield return new(Group, "nn.TripletMarginLoss", "", ["Triplet"]);
        yield return new(Group, "nn.CTCLoss", "CTC", ["Ctc"]);
        yield return new(Group, "nn.PoissonNLLLoss, GaussianNLLLoss", "Poisson", ["PoissonNll", "GaussianNll"]);
        yield return new(Group, "nn.CosineEmbeddingLoss", "CosineSimilarity", ["CosineEmbedding"]);
        yield return new(Group, "torchvision.ops.sigmoid_focal_loss", "CategoricalFocalCrossentropy", ["Focal"]);
        yield return new(Group, "", "MeanSquaredLogarithmicError", ["LogRmse"], "its root");
        yield return new(Group, "CrossEntropyLoss(label_smoothing=…)", "CategoricalCrossentropy(label_smoothing=…)", ["CrossEntropy"], "smoothingTowards takes any distribution");
        yield return new(Group, "", "", ["ListNet", "LambdaRank"], "ranking");
        yield return new(Group, "", "", ["InfoNce", "NtXent"], "contrast");
        yield return new(Group, "nn.AdaptiveLogSoftmaxWithLoss", "", ["LargeSoftmax", "HierarchicalSoftmax"], "sampled softmax and negative sampling too");
        yield return new(Group, "", "", ["SoftAccuracy", "SoftF1", "ExpectedBleu", "Smooth"], "metrics made differentiable");
        yield return new(Group, "", "Distiller", ["Distillation"]);
        yield return new(Group, "", "", ["AdversarialLoss", "Expectation"], "games of generators; gradients of expectations");
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
        yield return new(Group, "optim.SparseAdam", "", ["SparseAdam", "RowWiseAdaGrad"], "rows touched only");
        yield return new(Group, "optim.LBFGS", "", ["Lbfgs"], "one iteration a step; LineSearch.StrongWolfe for line_search_fn");
        yield return new(Group, "", "Lion", ["Lion"]);
        yield return new(Group, "optim.Adafactor", "Adafactor", ["AdaFactor"]);
        yield return new(Group, "", "", ["AdaX", "Shampoo"], "Li et al., 2020; Gupta et al., 2018");
        yield return new(Group, "", "", ["Newton", "GaussNewton"], "for a few thousand numbers");
        yield return new(Group, "torch_optimizer.Lookahead", "", ["Lookahead"]);
        yield return new(Group, "model.share_memory(), torch.multiprocessing", "", ["Hogwild"], "threads of one process");
        yield return new(Group, "", "Lamb", ["Lamb", "Lars"], "round any optimizer");
        yield return new(Group, "swa_utils.AveragedModel", "ema_momentum=…", ["WeightAverage"], "EMA and SWA; Exchange puts the averages in");
        yield return new(Group, "", "", ["Sam"], "sharpness");
        yield return new(Group, "", "gradient_accumulation_steps=…", ["GradientAccumulation"]);
        yield return new(Group, "", "", ["Ogd", "Fobos", "Rda"], "online, sparse");
        yield return new(Group, "", "", ["Sag", "Saga", "Svrg"], "finite sums");
        yield return new(Group, "", "", ["CombinedOptimizer"], "several optimizers as one");
        yield return new(Group, "weight_decay=…", "weight_decay=…", ["OptimizerOptions.WeightDecay", "OptimizerOptions.L1Decay", "OptimizerOptions.WithoutDecayOnVectors"]);
        yield return new(Group, "optimizer.state_dict(), load_state_dict", "optimizer.variables", ["Optimizer.StateDictionary", "Optimizer.LoadStateDictionary"]);
    }

    static IEnumerable<PortingRow> Schedules()
    {
        const string Group = "Schedules";
        yield return new(Group, "lr_scheduler.ReduceLROnPlateau", "ReduceLROnPlateau", ["ReduceOnPlateau"]);
        yield return new(Group, "lr_scheduler.ConstantLR, LinearLR", "", ["Constant", "Schedule.WarmUp"], "factors are of the epoch, with fractions for steps");
        yield return new(Group, "lr_scheduler.StepLR, MultiStepLR", "PiecewiseConstantDecay", ["Step", "MultiStep"]);
        yield return new(Group, "lr_scheduler.ExponentialLR", "ExponentialDecay", ["Exponential"]);
        yield return new(Group, "lr_scheduler.PolynomialLR", "PolynomialDecay", ["Polynomial"]);
        yield return new(Group, "", "InverseTimeDecay", ["InverseSquareRoot"], "1/√t; InverseTimeDecay itself has no twin");
        yield return new(Group, "lr_scheduler.CosineAnnealingLR", "CosineDecay", ["Cosine"]);
        yield return new(Group, "lr_scheduler.CosineAnnealingWarmRestarts", "CosineDecayRestarts", ["CosineRestarts"]);
        yield return new(Group, "lr_scheduler.CyclicLR", "", ["Cyclical"]);
        yield return new(Group, "lr_scheduler.OneCycleLR", "", ["OneCycle"]);
        yield return new(Group, "lr_scheduler.SequentialLR", "", ["Schedule.WarmUp", "Schedule.Hold", "Schedule.Stretch"]);
        yield return new(Group, "lr_scheduler.LambdaLR", "LearningRateScheduler", ["Schedule"], "derive from it: one method");
        yield return new(Group, "", "", ["BatchGrowth", "BatchScaling", "ScheduleOfParts"], "other batch sizes, several optimizers");
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
