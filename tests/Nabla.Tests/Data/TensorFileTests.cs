using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public sealed class TensorFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("nabla-tensors-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Join(folder, name);

    [Fact]
    public void Tensors_of_every_type_survive_safetensors()
    {
        Dictionary<string, Tensor> tensors = Enum.GetValues<DType>().ToDictionary(t => $"{t}", t => Tensor.Arange(0, 600).To(t).Reshape(20, 30).T);
        tensors["scalar"] = Tensor.Scalar(3);
        tensors["empty"] = Tensor.Zeros((0, 4));
        SafetensorsFile.Write(At("m.safetensors"), tensors, new Dictionary<string, string> { ["k"] = "v" });
        IReadOnlyDictionary<string, Tensor> read = SafetensorsFile.ReadTensors(At("m.safetensors"));
        Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
        foreach (var (name, expected) in tensors)
        {
            Assert.Equal(expected.Shape, read[name].Shape);
            Assert.Equal(expected.DType, read[name].DType);
            Assert.Equal(expected.To(DType.Float64).ToArray<double>(), read[name].To(DType.Float64).ToArray<double>());
        }
        using SafetensorsFile file = SafetensorsFile.Open(At("m.safetensors"));
        Assert.Equal("v", file.Metadata["k"]);
        Assert.Equal(3, file.ReadTensor("scalar").Item<float>());
    }

    [Fact]
    public void Tensors_survive_NPY_and_IDX_gives_tensors()
    {
        Tensor x = Tensor.Arange(0, 600, 1, DType.Float64).Reshape(2, 10, 30).Transpose(0, 2);
        NpyFile.Write(At("x.npy"), x);
        Tensor read = NpyFile.ReadTensor(At("x.npy"));
        Assert.Equal("[30, 10, 2]", read.Shape.ToString());
        Assert.Equal(x.ToArray<double>(), read.ToArray<double>());
        File.WriteAllBytes(At("y.idx"), FormatFiles.Idx(8, [2, 2], [1, 2, 3, 4]));
        Assert.Equal<byte>([1, 2, 3, 4], IdxFile.ReadTensor(At("y.idx")).ToArray<byte>());
        File.WriteAllBytes(At("deep.idx"), FormatFiles.Idx(8, [1, 1, 1, 1, 1, 1, 1, 1, 1], [1]));
        Assert.Throws<ShapeException>(() => IdxFile.ReadTensor(At("deep.idx")));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        NpyFile.Write(At("x.npy"), Tensor.Ones(3));
        Assert.Throws<DTypeException>(() => NpyFile.Write(At("x.npy"), Tensor.Ones(3, DType.BFloat16)));
        Assert.Equal([1, 1, 1], NpyFile.ReadTensor(At("x.npy")).ToArray<float>());
        Assert.Single(Directory.GetFiles(folder));
    }
}
