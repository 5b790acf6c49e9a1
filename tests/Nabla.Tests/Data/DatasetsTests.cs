using Nabla.Data;
using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class DatasetsTests
{
    [Fact]
    public void Every_embedded_set_names_its_features_and_classes()
    {
        Assert.Equal(Datasets.Names.Order(StringComparer.Ordinal), Datasets.Names);
        Assert.StartsWith("Datasets.Load: expected one of breast-cancer, diabetes, digits, iris, wine, got 'Iris'.", Assert.Throws<ArgumentException>(() => Datasets.Load("Iris")).Message, StringComparison.Ordinal);
        Assert.Equal(
            [
                "breast-cancer: 569 samples of [30], 2 classes", "diabetes: 442 samples of [10], targets [1]",
                "digits: 1797 samples of [1, 8, 8], 10 classes", "iris: 150 samples of [4], 3 classes", "wine: 178 samples of [13], 3 classes",
            ],
            Datasets.Names.Select(name => Datasets.Load(name).ToString()));
        foreach (NamedDataset set in Datasets.Names.Select(Datasets.Load))
        {
            Assert.Contains(set.FeatureNames.Count, (int[])[0, set.Data.FeatureShape[0]]);
            Assert.Equal(set.FeatureNames.Count, set.FeatureNames.Distinct().Count());
            Assert.Equal(DType.Float32, set.Data.Features.DType);
            if (set.IsClassification) Assert.Equal(Enumerable.Range(0, set.ClassNames.Count), set.Data.Labels().Distinct().Order());
            Assert.Null(set.Test);
        }
    }

    [Fact]
    public void Digits_are_pictures_from_zero_to_one()
    {
        float[] pixels = Datasets.Digits().Data[0].Features.ToArray<float>();
        Assert.Equal([0, 0, 5 / 16f, 13 / 16f, 9 / 16f, 1 / 16f, 0, 0], pixels[..8]);
        Assert.Equal(1, Datasets.Digits().Data.Features.ToArray<float>().Max());
    }

    [Fact]
    public void Diabetes_features_are_centered_with_squares_that_add_up_to_one()
    {
        float[] x = Datasets.Diabetes().Data.Features.ToArray<float>();
        for (int column = 0; column < 10; column++)
        {
            double[] values = [.. Enumerable.Range(0, 442).Select(row => (double)x[10 * row + column])];
            Assert.Equal(0, values.Sum(), 442 * 0.2 * 6e-8); // each value is below 0.2 and rounded to a float
            Assert.Equal(1, values.Sum(v => v * v), 1e-6);
        }
        Assert.Equal(0.03807591, x[0], 5e-9); // the published first value
    }

    static CsvTable Table(string text, CsvOptions? options = null)
    {
        using StringReader reader = new(text);
        return CsvFile.Read(reader, "pets.csv", options);
    }

    [Fact]
    public void A_table_becomes_a_data_set_of_classes_or_numbers()
    {
        CsvTable table = Table("weight,kind,age,legs\n4,cat,2,4\n30,dog,5,4\n0.1,bird,1,2\n5,cat,3,4\n");
        NamedDataset kinds = Datasets.FromTable(table, "kind");
        Assert.Equal("pets: 4 samples of [3], 3 classes", kinds.ToString());
        Assert.Equal(["bird", "cat", "dog"], kinds.ClassNames);
        Assert.Equal([1, 2, 0, 1], kinds.Data.Labels());
        Assert.Equal([30, 5, 4], kinds.Data[1].Features.ToArray<float>());

        NamedDataset ages = Datasets.FromTable(table, "age", ["legs", "weight"]);
        Assert.Equal("pets: 4 samples of [2], targets [1]", ages.ToString());
        Assert.Equal([2, 5, 1, 3], ages.Data.Targets.ToArray<float>());
        Assert.Equal([2, 0.1f], ages.Data[2].Features.ToArray<float>());

        NamedDataset legs = Datasets.FromTable(table, "legs", ["weight"], isClassification: true);
        Assert.Equal(["2", "4"], legs.ClassNames);
        Assert.Equal([1, 1, 0, 1], legs.Data.Labels());
    }

    [Fact]
    public void Missing_features_stay_NaN_and_bad_tables_are_explained()
    {
        NamedDataset set = Datasets.FromTable(Table("a,b\n1,2\n,3\n", new() { AllowMissing = true }), "b");
        Assert.True(float.IsNaN(set.Data[1].Features.ToArray<float>()[0]));
        Assert.Equal("pets.csv:2:2: expected a number in 'kind', got 'cat'.",
            Assert.Throws<DataFormatException>(() => Datasets.FromTable(Table("weight,kind\n4,cat\n"), "weight")).Message);
        Assert.Equal("pets.csv: expected rows of data, got a header alone.",
            Assert.Throws<DataFormatException>(() => Datasets.FromTable(Table("weight,kind\n"), "kind")).Message);
        Assert.StartsWith("pets.csv: expected feature columns beside 'weight', got none.",
            Assert.Throws<ArgumentException>(() => Datasets.FromTable(Table("weight\n1\n"), "weight")).Message, StringComparison.Ordinal);
        Assert.Equal("pets.csv: expected numbers up to 3.4E+38 in 'b', got 1E+300 in row 2. Scale the column.",
            Assert.Throws<DataFormatException>(() => Datasets.FromTable(Table("a,b\n1,2\n3,1e300\n"), "a")).Message);
        Assert.StartsWith("pets.csv: expected one of the columns weight, got 'x'.",
            Assert.Throws<ArgumentException>(() => Datasets.FromTable(Table("weight\n1\n"), "x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MNIST_is_read_from_files_packed_or_not()
    {
        string folder = Directory.CreateTempSubdirectory("nabla-mnist-").FullName;
        try
        {
            Assert.Contains("expected 'train-images-idx3-ubyte' or 'train-images-idx3-ubyte.gz'", Assert.Throws<FileNotFoundException>(() => Datasets.Mnist(folder)).Message, StringComparison.Ordinal);
            byte[] images = FormatFiles.Idx(8, [2, 28, 28], [.. Enumerable.Range(0, 2 * 784).Select(i => (byte)i)]), labels = FormatFiles.Idx(8, [2], [3, 9]);
            File.WriteAllBytes(Path.Join(folder, "train-images-idx3-ubyte.gz"), FormatFiles.Gzip(images));
            File.WriteAllBytes(Path.Join(folder, "train-labels-idx1-ubyte"), labels);
            File.WriteAllBytes(Path.Join(folder, "t10k-images-idx3-ubyte"), images);
            File.WriteAllBytes(Path.Join(folder, "t10k-labels-idx1-ubyte"), labels);
            NamedDataset mnist = Datasets.Mnist(folder);
            Assert.Equal("mnist: 2 samples of [1, 28, 28], 10 classes, 2 test samples", mnist.ToString());
            Assert.Equal([3, 9], mnist.Test!.Labels());
            Assert.Equal([0, 1 / 255f, 2 / 255f], mnist.Data.Features.ToArray<float>()[..3]);

            File.WriteAllBytes(Path.Join(folder, "t10k-labels-idx1-ubyte"), FormatFiles.Idx(8, [2], [3, 10]));
            Assert.EndsWith("expected labels of 0 to 9, got 10 at row 1.", Assert.Throws<DataFormatException>(() => Datasets.Mnist(folder)).Message, StringComparison.Ordinal);
            File.WriteAllBytes(Path.Join(folder, "t10k-labels-idx1-ubyte"), FormatFiles.Idx(8, [3], [3, 1, 2]));
            Assert.EndsWith("expected UInt8 [2], got UInt8 [3].", Assert.Throws<DataFormatException>(() => Datasets.Mnist(folder)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
