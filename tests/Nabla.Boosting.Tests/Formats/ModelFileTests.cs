using System.Text;
using Nabla.Boosting.Formats;
using Nabla.Boosting.Objectives;

namespace Nabla.Boosting.Tests.Formats;

public class ModelFileTests
{
    public static TheoryData<string> Names => [.. GoldenModel.All.Select(static model => model.Name)];

    static GoldenModel Golden(string name) => GoldenModel.All.Single(model => model.Name == name);

    static float[] Floats(Tensor tensor) => tensor.ToArray<float>();

    static void Close(float[] expected, float[] actual, double tolerance = 1e-6)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Xgboost_models_predict_what_they_do_there(string name)
    {
        GoldenModel golden = Golden(name);
        foreach (byte[] file in new[] { golden.Json, golden.Ubj })
        {
            BoostedTrees model = ModelFile.Read(file, name);
            Close(golden.Score, Floats(model.PredictScore(golden.Features)));
            Close(golden.Prediction, Floats(model.Predict(golden.Features)));
            Assert.Equal(golden.Leaves.Select(static leaf => (long)leaf), model.PredictLeaf(golden.Features).ToArray<long>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Contributions_are_those_of_xgboost(string name)
    {
        GoldenModel golden = Golden(name);
        if (golden.Contributions is null) return;
        // XGBoost adds up in single precision, which is what the tolerance allows for.
        Close(golden.Contributions, Floats(ModelFile.Read(golden.Json, name).Contributions(golden.Features)), 2e-5);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Written_models_come_back(string name)
    {
        GoldenModel golden = Golden(name);
        BoostedTrees model = ModelFile.Read(golden.Json, name);
        string folder = Directory.CreateTempSubdirectory("nabla").FullName;
        foreach (string file in new[] { "model.json", "model.ubj" })
        {
            string path = Path.Combine(folder, file);
            model.Save(path);
            Close(golden.Score, Floats(BoostedTrees.Load(path).PredictScore(golden.Features)));
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Own_models_come_back_to_the_bit()
    {
        float[] x = Tables.Features(500, 4);
        BoostedTrees model = new GradientBoosting(Objective.Quantile(0.8), new BoostingOptions { Rounds = 5 }).Fit(
            new BoostingData(Tensor.From(x, [500, 4]), Tensor.From(Tables.Numbers(x, 4))) { FeatureNames = ["a", "b", "c", "d"] });
        string path = Path.GetTempFileName();
        model.Save(path);
        BoostedTrees read = BoostedTrees.Load(path);
        File.Delete(path);
        Tensor features = Tensor.From(x, [500, 4]);
        Assert.Equal(Floats(model.Predict(features)), Floats(read.Predict(features)));
        Assert.Equal(model.FeatureNames, read.FeatureNames);
        Assert.Equal(model.History, read.History);
        Assert.Equal(model.Objective.Parameters, read.Objective.Parameters);
    }

    /// <summary>
    /// XGBoost's reader refuses 1 where it expects a float, and lists of another type than its own. That it then predicts the same
    /// is checked by tests/golden/boosting_back.py.
    /// </summary>
    [Fact]
    public void Written_numbers_have_the_types_xgboost_wants()
    {
        GoldenModel golden = Golden("partition");
        BoostedTrees model = ModelFile.Read(golden.Ubj, "m");
        model.Trees[0].Threshold[0] = model.Trees[0].Cover[0] = 160;
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".ubj"), text = Path.ChangeExtension(path, ".json");
        model.Save(path);
        model.Save(text);
        Assert.Contains("\"sum_hessian\":[160.0,", File.ReadAllText(text), StringComparison.Ordinal);
        Assert.Equal(Markers(golden.Ubj), Markers(File.ReadAllBytes(path)));
        File.Delete(path);
        File.Delete(text);

        static IEnumerable<string> Markers(byte[] file) =>
            System.Text.RegularExpressions.Regex.Matches(Encoding.Latin1.GetString(file), @"[a-z_]{5,}\[(\$.)?#").Select(static match => match.Value).Distinct().Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Errors_say_where()
    {
        string json = Encoding.UTF8.GetString(Golden("squared").Json);
        Assert.Equal("m, learner.gradient_booster.name: expected gbtree or dart, got 'gblinear'.", Message(json.Replace("\"name\":\"gbtree\"", "\"name\":\"gblinear\"")));
        Assert.Contains("learner.learner_model_param.num_feature: expected a whole number in [1, 2147483647], got -5", Message(json.Replace("\"num_feature\":\"5\",\"num_target\"", "\"num_feature\":\"-5\",\"num_target\"")), StringComparison.Ordinal);
        Assert.Contains("trees[0].left_children", Message(json.Replace("\"left_children\":[1,", "\"left_children\":[0,")), StringComparison.Ordinal);
        Assert.Contains("trees[0].left_children[0]: expected a whole number in [-1, ", Message(json.Replace("\"left_children\":[1,", "\"left_children\":[99,")), StringComparison.Ordinal);
        Assert.Contains("expected a JSON document", Message("{\"learner\":"), StringComparison.Ordinal);
        Assert.Contains("m, byte 0: expected 1 bytes of a marker, got 0 before the end.", Message(""), StringComparison.Ordinal);

        static string Message(string text) => Assert.Throws<DataFormatException>(() => ModelFile.Read(Encoding.UTF8.GetBytes(text), "m")).Message;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damaged_files_are_refused_or_read_but_never_crash(bool isBinary)
    {
        GoldenModel golden = Golden("partition");
        byte[] file = isBinary ? golden.Ubj : golden.Json;
        var random = new RandomStream(isBinary ? 1UL : 2UL);
        for (int trial = 0; trial < 400; trial++)
        {
            byte[] damaged = [.. file];
            int hits = 1 + trial % 3;
            for (int hit = 0; hit < hits; hit++) damaged[random.NextInt(10 * trial + hit, damaged.Length)] = (byte)random.NextInt(10 * trial + 5 + hit, 256);
            if (trial % 4 == 0) damaged = damaged[..random.NextInt(10 * trial + 9, damaged.Length)];
            try
            {
                BoostedTrees model = ModelFile.Read(damaged, "m");
                if (model.Columns == golden.Columns) model.PredictScore(golden.Features);
            }
            catch (DataFormatException)
            {
            }
        }
    }
}
