"""Convolutions, poolings and normalizations."""
import torch
import torch.nn.functional as F

from golden import Draw

CONVOLUTIONS = {
    1: [{}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": 2}, {"groups": 2}, {"stride": 3, "padding": 2, "dilation": 2, "groups": 4}],
    2: [{}, {"padding": 1}, {"stride": 2}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": 2}, {"groups": 2}, {"groups": 4, "padding": 1},
        {"stride": [2, 1], "padding": [0, 2], "dilation": [1, 2]}, {"stride": 3, "padding": 2, "dilation": 2, "groups": 2}],
    3: [{}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": 2, "groups": 2}],
}
# kernel, options; sizes are chosen so that floor and ceiling of the output length differ
POOLS = [
    {"kernel": 2}, {"kernel": 3, "stride": 1}, {"kernel": 3, "stride": 2, "padding": 1}, {"kernel": 3, "stride": 2, "ceiling": True},
    {"kernel": 3, "stride": 2, "padding": 1, "ceiling": True},
]


def record(file):
    convolutions(file)
    pools(file)
    normalizations(file)


def convolutions(file):
    functions = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    sizes = {1: [9], 2: [7, 6], 3: [4, 5, 4]}
    kernels = {1: [3], 2: [3, 2], 3: [2, 2, 3]}
    for rank, variants in CONVOLUTIONS.items():
        for options in variants:
            for bias in (True, False) if not options else (True,):
                draw = Draw(f"conv{rank}{options}")
                groups = options.get("groups", 1)
                inputs = {"x": draw.normal(2, 4, *sizes[rank]), "weight": draw.normal(4 if groups > 1 else 3, 4 // groups, *kernels[rank])}
                if bias:
                    inputs["bias"] = draw.normal(inputs["weight"].shape[0])
                file.case(f"Conv{rank}d", lambda x, weight, bias=None: functions[rank](x, weight, bias, **options), inputs,
                          note="" if bias else "unbiased", **options)
    for rank, options in [(1, {}), (1, {"stride": 2, "padding": 1, "outputPadding": 1}), (2, {"stride": 2}), (2, {"padding": 1, "groups": 2}),
                          (2, {"stride": [2, 3], "padding": [1, 0], "outputPadding": [1, 2], "dilation": [1, 2]}), (3, {"stride": 2, "padding": 1})]:
        draw = Draw(f"transpose{rank}{options}")
        transposed = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}[rank]
        arguments = {{"outputPadding": "output_padding"}.get(key, key): value for key, value in options.items()}
        inputs = {"x": draw.normal(2, 4, *[n - 2 for n in sizes[rank]]), "weight": draw.normal(4, 3, *kernels[rank])}
        inputs["bias"] = draw.normal(3 * options.get("groups", 1))
        file.case(f"ConvTranspose{rank}d", lambda x, weight, bias: transposed(x, weight, bias, **arguments), inputs, **options)
    draw = Draw("pointwise")
    inputs = {"x": draw.normal(2, 5, 3, 4), "weight": draw.normal(6, 5, 1, 1), "bias": draw.normal(6)}
    file.case("Conv2d", F.conv2d, inputs, note="pointwise")


def pools(file):
    sizes = {1: [8], 2: [8, 6]}
    for rank, (maximum, average) in {1: (F.max_pool1d, F.avg_pool1d), 2: (F.max_pool2d, F.avg_pool2d)}.items():
        for options in POOLS:
            x = Draw(f"pool{rank}{options}").distinct(2, 3, *sizes[rank])
            arguments = {{"kernel": "kernel_size", "ceiling": "ceil_mode"}.get(key, key): value for key, value in options.items()}
            file.case(f"MaxPool{rank}d", lambda x: maximum(x, **arguments), {"x": x}, **options)
            for counted in (True, False) if "padding" in options else (True,):
                file.case(f"AveragePool{rank}d", lambda x: average(x, count_include_pad=counted, **arguments), {"x": x}, **options,
                          **({} if counted else {"countPadding": False}))
        for size in ([1], [3], [5], [8]) if rank == 1 else ([1, 1], [3, 4], [2, 6], [5, 5]):
            x = Draw(f"adaptive{rank}{size}").distinct(2, 3, *sizes[rank])
            file.case(f"AdaptiveAveragePool{rank}d", lambda x: getattr(F, f"adaptive_avg_pool{rank}d")(x, size), {"x": x}, size=size)
            file.case(f"AdaptiveMaxPool{rank}d", lambda x: getattr(F, f"adaptive_max_pool{rank}d")(x, size), {"x": x}, size=size)
    x = Draw("dilated").distinct(2, 2, 9, 8)
    file.case("MaxPool2d", lambda x: F.max_pool2d(x, 2, 2, 1, 3), {"x": x}, kernel=2, stride=2, padding=1, dilation=3)
    x = Draw("volume").distinct(1, 2, 5, 6, 5)
    file.case("MaxPool3d", lambda x: F.max_pool3d(x, 3, 2, 1, ceil_mode=True), {"x": x}, kernel=3, stride=2, padding=1, ceiling=True)
    file.case("AveragePool3d", lambda x: F.avg_pool3d(x, 3, 2, 1, ceil_mode=True), {"x": x}, kernel=3, stride=2, padding=1, ceiling=True)
    x = Draw("rectangle").distinct(1, 2, 7, 8)
    file.case("MaxPool2d", lambda x: F.max_pool2d(x, (2, 3), (2, 1), (1, 0)), {"x": x}, kernel=[2, 3], stride=[2, 1], padding=[1, 0])
    file.case("AveragePool2d", lambda x: F.avg_pool2d(x, (2, 3), (2, 1), (1, 0)), {"x": x}, kernel=[2, 3], stride=[2, 1], padding=[1, 0])
    file.case("GlobalAveragePool", lambda x: x.mean((2, 3)), {"x": x})
    file.case("GlobalMaxPool", lambda x: x.amax((2, 3)), {"x": x})


def normalizations(file):
    for shape, normalized in (([4, 6], [6]), ([2, 3, 5], [5]), ([2, 3, 5], [3, 5])):
        for affine in (True, False):
            draw = Draw(f"layernorm{shape}{normalized}")
            inputs = {"x": draw.normal(*shape, scale=2, shift=1)}
            if affine:
                inputs |= {"weight": draw.normal(*normalized, shift=1, scale=0.3), "bias": draw.normal(*normalized)}
            file.case("LayerNorm", lambda x, weight=None, bias=None: F.layer_norm(x, normalized, weight, bias, 1e-3), inputs,
                      note=f"{shape}{'affine' if affine else ''}", axes=len(normalized), epsilon=1e-3)
    for shape in ([6, 3], [4, 3, 5], [3, 2, 4, 3]):
        for affine in (True, False):
            draw = Draw(f"batchnorm{shape}")
            channels = shape[1]
            inputs = {"x": draw.normal(*shape, scale=2, shift=1)}
            if affine:
                inputs |= {"weight": draw.normal(channels, shift=1, scale=0.3), "bias": draw.normal(channels)}
            file.case("BatchNorm", lambda x, weight=None, bias=None: F.batch_norm(x, None, None, weight, bias, True, 0.1, 1e-3), inputs,
                      note=f"{shape}{'affine' if affine else ''}", epsilon=1e-3)
            x = inputs.pop("x")
            inputs = {"x": x, "mean": draw.normal(channels), "variance": draw.uniform(0.5, 2, channels)} | inputs
            file.case("Normalize", lambda x, mean, variance, weight=None, bias=None:
                      F.batch_norm(x, mean.detach(), variance.detach(), weight, bias, False, 0.1, 1e-3), inputs,
                      note=f"{shape}{'affine' if affine else ''}", epsilon=1e-3)
