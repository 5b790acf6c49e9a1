using System.Globalization;
using System.Runtime.CompilerServices;
using Nabla.Data.Formats;

namespace Nabla.Data;

/// <summary>
/// Well-known data sets. Features are <see cref="DType.Float32"/>; targets are classes [samples] in <see cref="DType.Int64"/>, or
/// numbers [samples, 1] in <see cref="DType.Float32"/>. All but MNIST travel inside the assembly; credits are in NOTICE.
/// </summary>
public static class Datasets
{
    static readonly string[] DigitNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>The ten classes of <see cref="Cifar10"/>, by index.</summary>
    public static IReadOnlyList<string> Cifar10Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The names of the sets that need no files, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } = ["breast-cancer", "diabetes", "digits", "iris", "wine"];

    /// <summary>One of the sets that need no files.</summary>
    /// <exception cref="ArgumentException">There is no set of this name.</exception>
    public static NamedDataset Load(string name) => name switch
    {
        "breast-cancer" => BreastCancer(),
        "diabetes" => Diabetes(),
        "digits" => Digits(),
        "iris" => Iris(),
        "wine" => Wine(),
        _ => throw new ArgumentException($"Datasets.Load: expected one of {string.Join(", ", Names)}, got '{name}'.", nameof(name)),
    };

    /// <summary>
    /// 1,797 handwritten digits: pictures [1, 8, 8] with values 0 (paper) … 1 (ink), 10 classes (Alpaydin, Kaynak, 1998).
    /// </summary>
    public static NamedDataset Digits()
    {
        var (features, targets) = EmbeddedData.Digits;
        return new NamedDataset(
            "digits",
            "Handwritten digits of 43 people, counts of ink in 4 × 4 blocks of a 32 × 32 scan, scaled from 0 … 16 to 0 … 1. "
            + "The test part of the UCI set 'Optical Recognition of Handwritten Digits' (Alpaydin, Kaynak, 1998).",
            new TensorDataset(Numbers(features, 16, (features.Shape[0], 1, 8, 8)), Classes(targets)),
            [],
            DigitNames);
    }

    /// <summary>150 flowers, 4 lengths in cm, 3 species of 50 each (Fisher, 1936).</summary>
    public static NamedDataset Iris() => Table(
        "iris",
        "Sepals and petals of 150 irises of three species, in cm (Fisher: The use of multiple measurements in taxonomic problems, 1936).",
        EmbeddedData.Iris,
        ["sepal length", "sepal width", "petal length", "petal width"],
        ["setosa", "versicolor", "virginica"]);

    /// <summary>178 wines of three growers, 13 chemical measurements (Aeberhard, Forina, 1991).</summary>
    public static NamedDataset Wine() => Table(
        "wine",
        "Chemical analysis of 178 wines from three cultivars of one region of Italy (Aeberhard, Forina, 1991; UCI).",
        EmbeddedData.Wine,
        [
            "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids", "nonflavanoid phenols",
            "proanthocyanins", "color intensity", "hue", "OD280/OD315 of diluted wines", "proline",
        ],
        ["class 0", "class 1", "class 2"]);

    /// <summary>569 tumors, 30 measurements of cell nuclei, malignant (0) or benign (1) (Wolberg, Mangasarian, Street, 1995).</summary>
    public static NamedDataset BreastCancer()
    {
        string[] measures =
        [
            "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
            "symmetry", "fractal dimension",
        ];
        return Table(
            "breast-cancer",
            "Cell nuclei in pictures of 569 breast tumors: mean, standard error and worst of ten measurements "
            + "(Wolberg, Mangasarian, Street, Street, 1995; UCI).",
            EmbeddedData.BreastCancer,
            [.. measures.Select(m => $"mean {m}"), .. measures.Select(m => $"{m} error"), .. measures.Select(m => $"worst {m}")],
            ["malignant", "benign"]);
    }

    /// <summary>
    /// 442 patients, 10 measurements, and the progression of diabetes a year later (Efron, Hastie, Johnstone, Tibshirani, 2004).
    /// </summary>
    /// <remarks>As in the paper, each feature is centered and scaled so that its squares add up to 1.</remarks>
    public static NamedDataset Diabetes()
    {
        var (features, targets) = EmbeddedData.Diabetes;
        int count = features.Shape[0], width = features.Shape[1];
        double[] x = features.Elements<double>().ToArray();
        for (int column = 0; column < width; column++)
        {
            double mean = 0, squares = 0;
            for (int i = column; i < x.Length; i += width) mean += x[i] / count;
            for (int i = column; i < x.Length; i += width) squares += (x[i] - mean) * (x[i] - mean);
            for (int i = column; i < x.Length; i += width) x[i] = (x[i] - mean) / Math.Sqrt(squares);
        }
        return new NamedDataset(
            "diabetes",
            "Ten measurements of 442 patients, centered and scaled to squares that add up to 1, and the progression of their disease "
            + "a year later (Efron, Hastie, Johnstone, Tibshirani: Least angle regression, 2004).",
            new TensorDataset(
                Tensor.From(Array.ConvertAll(x, v => (float)v), (count, width)),
                Tensor.From(Array.ConvertAll(targets.Elements<double>().ToArray(), v => (float)v), (count, 1))),
            [
                "age", "sex", "body mass index", "blood pressure", "total cholesterol", "LDL", "HDL", "cholesterol / HDL", "log triglycerides",
                "blood sugar",
            ],
            []);
    }

    /// <summary>
    /// 60,000 + 10,000 handwritten digits: pictures [1, 28, 28] with values 0 (paper) … 1 (ink), 10 classes (LeCun, Cortes, Burges, 1998).
    /// </summary>
    /// <param name="directory">Holds the four IDX files under their published names, packed with gzip (<c>.gz</c>) or not.</param>
    /// <exception cref="FileNotFoundException">One of the files is not there.</exception>
    /// <exception cref="DataFormatException">A file is not what its name says.</exception>
    public static NamedDataset Mnist(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return new NamedDataset(
            "mnist",
            "Handwritten digits of employees and students, 28 × 28 pixels, scaled from 0 … 255 to 0 … 1 "
            + "(LeCun, Cortes, Burges: The MNIST database, 1998).",
            MnistPart(directory, "train"),
            [],
            DigitNames,
            MnistPart(directory, "t10k"));
    }

    /// <summary>Color photographs of ten kinds of things: pictures [3, 32, 32] with values 0 … 1 (Krizhevsky, 2009).</summary>
    /// <param name="directory">
    /// Holds the files of the binary version: <c>data_batch_1.bin</c> … and <c>test_batch.bin</c>, or <c>train.bin</c> and
    /// <c>test.bin</c>, packed with gzip (<c>.gz</c>) or not.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no training or no test file.</exception>
    /// <exception cref="DataFormatException">A file is not what its name says.</exception>
    public static NamedDataset Cifar10(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return new NamedDataset(
            "cifar10",
            "Photographs of ten kinds of things, 32 × 32 pixels in red, green and blue, scaled from 0 … 255 to 0 … 1 "
            + "(Krizhevsky: Learning multiple layers of features from tiny images, 2009).",
            CifarFile.Read(CifarFiles(directory, "data_batch_*.bin", "train.bin")),
            [],
            Cifar10Classes,
            CifarFile.Read(CifarFiles(directory, "test_batch.bin", "test.bin")));
    }

    /// <summary>
    /// 32,561 + 16,281 people of a census, and whether they earn above 50,000 dollars a year: six amounts, and eight categories coded in
    /// the order of their names; what is unknown is NaN (Becker, Kohavi, 1996; UCI).
    /// </summary>
    /// <param name="directory">Holds <c>adult.data</c> and <c>adult.test</c> as published, packed with gzip (<c>.gz</c>) or not.</param>
    /// <exception cref="FileNotFoundException">One of the files is not there.</exception>
    /// <exception cref="DataFormatException">A file is not what its name says.</exception>
    public static NamedDataset Adult(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return AdultData.Read(Find(nameof(Adult), directory, "adult.data"), Find(nameof(Adult), directory, "adult.test"));
    }

    /// <summary>A data set from a table: one column is the target, the others (or those named) are features.</summary>
    /// <param name="table">Rows of numbers, and perhaps of text in the target.</param>
    /// <param name="target">
    /// The column to predict. Text makes classes, sorted by their names; numbers make a regression, unless
    /// <paramref name="isClassification"/> is true: then each different number is a class, sorted by value.
    /// </param>
    /// <param name="features">Columns of numbers; default null: all but the target.</param>
    /// <param name="isClassification">Default null: what the target holds decides.</param>
    /// <exception cref="DataFormatException">There are no rows, a feature is no number, or a number is asked for where there is
    /// text.</exception>
    /// <exception cref="ArgumentException">There is no such column, or no feature is left.</exception>
    public static NamedDataset FromTable(
        CsvTable table, string target, IReadOnlyList<string>? features = null, bool? isClassification = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (table.RowCount == 0) throw new DataFormatException($"{table.Name}: expected rows of data, got a header alone.");
        bool isNumeric = table.IsNumeric(target);
        features ??= [.. table.Columns.Where(c => c != target)];
        if (features.Count == 0)
            throw new ArgumentException($"{table.Name}: expected feature columns beside '{target}', got none.", nameof(features));
        Tensor x = Tensor.From(Narrow(table, features), (table.RowCount, features.Count));

        string[] classNames = [];
        Tensor y;
        if (isClassification ?? !isNumeric)
        {
            classNames = isNumeric
                ? [.. table.Numbers(target).Distinct().Order().Select(v => v.ToString(CultureInfo.InvariantCulture))]
                : [.. table.Text(target).Distinct().Order(StringComparer.Ordinal)];
            Dictionary<string, long> numbers = classNames.Select((name, i) => (name, i)).ToDictionary(c => c.name, c => (long)c.i);
            IEnumerable<string> names = isNumeric
                ? table.Numbers(target).Select(v => v.ToString(CultureInfo.InvariantCulture))
                : table.Text(target);
            y = Tensor.From<long>([.. names.Select(name => numbers[name])]);
        }
        else
        {
            y = Tensor.From(Narrow(table, [target]), (table.RowCount, 1));
        }
        TensorDataset data = new(x, y, allowMissing: true); // the table has decided whether numbers may be missing
        return new NamedDataset(Path.GetFileNameWithoutExtension(table.Name), $"'{target}' of {table.Name}.", data, features, classNames);
    }

    static float[] Narrow(CsvTable table, IReadOnlyList<string> columns)
    {
        double[] wide = table.Matrix(columns);
        float[] narrow = Array.ConvertAll(wide, v => (float)v);
        int bad = Array.FindIndex(narrow, float.IsInfinity); // the table itself holds none
        return bad < 0 ? narrow : throw new DataFormatException(
            $"{table.Name}: expected numbers up to {float.MaxValue:G3} in '{columns[bad % columns.Count]}', "
            + $"got {wide[bad]} in row {bad / columns.Count + 1}. Scale the column.");
    }

    static TensorDataset MnistPart(string directory, string part)
    {
        string imagesPath = Find(nameof(Mnist), directory, $"{part}-images-idx3-ubyte"), labelsPath = Find(nameof(Mnist), directory, $"{part}-labels-idx1-ubyte");
        ArrayData images = IdxFile.Read(imagesPath), labels = IdxFile.Read(labelsPath);
        if (images.DType != DType.UInt8 || images.Shape is not [_, 28, 28])
            throw new DataFormatException($"{imagesPath}: expected UInt8 [samples, 28, 28], got {images}.");
        if (labels.DType != DType.UInt8 || labels.Shape.Count != 1 || labels.Shape[0] != images.Shape[0])
            throw new DataFormatException($"{labelsPath}: expected UInt8 [{images.Shape[0]}], got {labels}.");
        int bad = labels.Bytes.IndexOfAnyExceptInRange<byte>(0, 9);
        if (bad >= 0) throw new DataFormatException($"{labelsPath}: expected labels of 0 to 9, got {labels.Bytes[bad]} at row {bad}.");
        return new TensorDataset(Numbers(images, 255, (images.Shape[0], 1, 28, 28)), Classes(labels));
    }

    static string Find(string who, string directory, string name)
    {
        string plain = Path.Join(directory, name), packed = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(packed) ? packed
            : throw new FileNotFoundException(
                $"Datasets.{who}: expected '{name}' or '{name}.gz' in '{directory}', got neither. "
                + "Download the published files there.", plain);
    }

    static string[] CifarFiles(string directory, params ReadOnlySpan<string> patterns)
    {
        var found = new List<string>();
        foreach (string pattern in patterns)
        {
            found.AddRange(Directory.EnumerateFiles(directory, pattern));
            found.AddRange(Directory.EnumerateFiles(directory, pattern + ".gz"));
        }
        if (found.Count == 0)
            throw new FileNotFoundException(
                $"Datasets.Cifar10: expected '{patterns[0]}' or '{patterns[1]}' in '{directory}', packed with gzip or not, got neither. "
                + "Download the binary version of CIFAR-10 there.");
        found.Sort(StringComparer.Ordinal);
        return [.. found];
    }

    static NamedDataset Table(
        string name, string description, (ArrayData Features, ArrayData Targets) arrays, string[] featureNames, string[] classNames)
    {
        float[] features = Array.ConvertAll(arrays.Features.Elements<double>().ToArray(), v => (float)v);
        Tensor targets = Tensor.From(arrays.Targets.Elements<long>(), arrays.Targets.Count);
        TensorDataset data = new(Tensor.From(features, (arrays.Features.Shape[0], featureNames.Length)), targets);
        return new NamedDataset(name, description, data, featureNames, classNames);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // called once or twice, over 47 million pixels of MNIST
    static Tensor Numbers(ArrayData bytes, float most, Shape shape)
    {
        Tensor numbers = Tensor.Uninitialized(shape, DType.Float32);
        ReadOnlySpan<byte> source = bytes.Bytes;
        Span<float> target = numbers.Span<float>();
        for (int i = 0; i < target.Length; i++) target[i] = source[i] / most;
        GC.KeepAlive(numbers);
        return numbers;
    }

    static Tensor Classes(ArrayData bytes) => TensorBytes.Create(bytes).To(DType.Int64);
}
