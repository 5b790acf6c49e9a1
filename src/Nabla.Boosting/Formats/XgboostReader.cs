using System.Globalization;
using System.Text.Json.Nodes;
using Nabla.Boosting.Objectives;
using Nabla.Boosting.Ranking;
using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Formats;

/// <summary>Makes a model of XGBoost's document. Every error names the source and the path of the value at fault.</summary>
internal sealed class XgboostReader(string source)
{
    const int MostOutputs = 1 << 16;

    public BoostedTrees Read(JsonNode? document)
    {
        var learner = new Place(this, document, "").Get("learner");
        Place parameters = learner.Get("learner_model_param"), booster = learner.Get("gradient_booster");
        string kind = booster.Get("name").Text();
        if (kind is not ("gbtree" or "dart")) throw booster.Get("name").Error("gbtree or dart", $"'{kind}'");
        Place model = (kind == "dart" ? booster.Get("gbtree") : booster).Get("model");
        int columns = parameters.Get("num_feature").TextInt(1, int.MaxValue), classes = parameters.Get("num_class").TextInt(0, MostOutputs);
        Objective objective = ObjectiveOf(learner.Get("objective"), classes);

        Place trees = model.Get("trees"), info = model.Get("tree_info");
        var read = new List<RegressionTree>();
        for (int i = 0; i < trees.Count; i++) read.Add(Tree(trees.At(i), columns));
        int[] outputs = info.Ints(read.Count, 0, objective.Outputs - 1);
        for (int i = 0; i < outputs.Length; i++)
            if (outputs[i] != i % objective.Outputs) throw info.Error($"trees of {objective.Outputs} outputs in turn, one each", $"output {outputs[i]} at tree {i}");
        if (read.Count % objective.Outputs != 0) throw trees.Error($"a multiple of {objective.Outputs} trees", $"{read.Count}");
        if (kind == "dart")
        {
            float[] weights = booster.Get("weight_drop").Floats(read.Count);
            for (int i = 0; i < read.Count; i++)
                for (int node = 0; node < read[i].NodeCount; node++) read[i].Weight[node] *= weights[i];
        }
        double baseScore = parameters.Get("base_score").TextNumber();
        double start = learner.Find("attributes")?.Find("nabla_start_score")?.TextNumber()
            ?? (objective.Outputs == 1 ? objective.ScoreOf(baseScore) : baseScore);
        if (!double.IsFinite(start)) throw parameters.Get("base_score").Error("a prediction this objective can make", $"{baseScore}");
        string[] types = learner.Find("feature_types")?.Texts() ?? [], names = learner.Find("feature_names")?.Texts() ?? [];
        if (names.Length is not 0 && names.Length != columns) throw learner.Get("feature_names").Error($"{columns} names", $"{names.Length}");
        return new BoostedTrees(objective, start, columns, read)
        {
            FeatureNames = names,
            CategoricalColumns = [.. Enumerable.Range(0, Math.Min(types.Length, columns)).Where(c => types[c] == "c")],
            History = learner.Find("attributes")?.Find("nabla_history")?.TextNumbers() ?? [],
        };
    }

    static Objective ObjectiveOf(Place objective, int classes)
    {
        string name = objective.Get("name").Text();
        double Parameter(string group, string key, double otherwise) => objective.Find(group)?.Find(key)?.TextNumber() ?? otherwise;
        switch (name)
        {
            case "reg:squarederror" or "reg:linear": return Objective.Squared;
            case "reg:absoluteerror": return Objective.Absolute;
            case "reg:quantileerror": return Objective.Quantile(Parameter("quantile_loss_param", "quantile_alpha", 0.5));
            case "reg:pseudohubererror": return Objective.Huber(Parameter("pseudo_huber_param", "huber_slope", 1));
            case "binary:logistic" or "reg:logistic":
                double weight = Parameter("reg_loss_param", "scale_pos_weight", 1);
                return weight > 0 && double.IsFinite(weight) ? Objective.WeightedLogistic(weight) : throw objective.Error("a scale_pos_weight above 0", $"{weight}");
            case "count:poisson": return Objective.Poisson;
            case "reg:tweedie": return Objective.Tweedie(Parameter("tweedie_regression_param", "tweedie_variance_power", 1.5));
            case "rank:pairwise": return new LambdaMart(LambdaTarget.Pairwise);
            case "rank:ndcg": return new LambdaMart(LambdaTarget.Ndcg);
            case "rank:map": return new LambdaMart(LambdaTarget.Map);
            case "multi:softprob" or "multi:softmax" when classes >= 2: return Objective.Softmax(classes);
            default:
                throw objective.Get("name").Error(
                    "reg:squarederror, reg:absoluteerror, reg:quantileerror, reg:pseudohubererror, reg:tweedie, count:poisson, binary:logistic, "
                    + "multi:softprob or rank:pairwise, ndcg, map", $"'{name}' with {classes} classes");
        }
    }

    static RegressionTree Tree(Place place, int columns)
    {
        int nodes = place.Get("tree_param").Get("num_nodes").TextInt(1, int.MaxValue);
        int[] left = place.Get("left_children").Ints(nodes, -1, nodes - 1), right = place.Get("right_children").Ints(nodes, -1, nodes - 1);
        var tree = new RegressionTree(nodes);
        left.CopyTo(tree.Left, 0);
        right.CopyTo(tree.Right, 0);
        place.Get("split_indices").Ints(nodes, 0, columns - 1).CopyTo(tree.Feature, 0);
        place.Get("loss_changes").Floats(nodes).CopyTo(tree.Gain, 0);
        place.Get("sum_hessian").Floats(nodes).CopyTo(tree.Cover, 0);
        place.Get("base_weights").Floats(nodes).CopyTo(tree.Weight, 0);
        float[] conditions = place.Get("split_conditions").Floats(nodes, mayMiss: true);     // NaN in splits of categories
        int[] missingLeft = place.Get("default_left").Ints(nodes, 0, 1);
        for (int node = 0; node < nodes; node++)
        {
            tree.MissingGoesLeft[node] = missingLeft[node] == 1;
            if ((left[node] < 0) != (right[node] < 0)) throw place.Get("right_children").Error("two children or none", $"one at node {node}");
            if (left[node] < 0) tree.Weight[node] = conditions[node];
            else tree.Threshold[node] = conditions[node];
        }
        LinkParents(tree, place.Get("left_children"));
        Categories(tree, place, nodes);
        for (int node = 0; node < nodes; node++)
            if (float.IsNaN(conditions[node]))
            {
                if (tree.RightCategories[node] is null) throw place.Get("split_conditions").At(node).Error("a finite number", "NaN");
                tree.Threshold[node] = 0;
            }
        return tree;
    }

    /// <summary>Every node but the root has one parent, and all hang together.</summary>
    static void LinkParents(RegressionTree tree, Place place)
    {
        int reached = 0;
        var open = new Stack<int>([0]);
        while (open.TryPop(out int node))
        {
            reached++;
            if (tree.IsLeaf(node)) continue;
            foreach (int child in new[] { tree.Right[node], tree.Left[node] })
            {
                if (child == 0 || tree.Parent[child] >= 0) throw place.Error("a tree", $"node {child} with two parents");
                tree.Parent[child] = node;
                open.Push(child);
            }
        }
        if (reached != tree.NodeCount) throw place.Error($"{tree.NodeCount} nodes below the root", $"{reached}");
    }

    static void Categories(RegressionTree tree, Place place, int nodes)
    {
        if (place.Find("categories_nodes") is not { Count: > 0 } list) return;
        int count = list.Count;
        int[] owners = list.Ints(count, 0, nodes - 1);
        Place all = place.Get("categories");
        int[] codes = all.Ints(all.Count, 0, 1 << 24);
        int[] starts = place.Get("categories_segments").Ints(count, 0, codes.Length), sizes = place.Get("categories_sizes").Ints(count, 0, codes.Length);
        for (int i = 0; i < count; i++)
        {
            if ((long)starts[i] + sizes[i] > codes.Length) throw place.Get("categories_sizes").Error($"parts of {codes.Length} categories", $"{sizes[i]} from {starts[i]} on");
            tree.RightCategories[owners[i]] = [.. codes.AsSpan(starts[i], sizes[i]).ToArray().Order()];
        }
    }

    /// <summary>A value of the document and the path that leads to it.</summary>
    readonly struct Place(XgboostReader reader, JsonNode? node, string path)
    {
        public int Count => Array().Count;

        public Place Get(string key) => Find(key) ?? throw Error($"a key '{key}'", "none");

        public Place? Find(string key) => node is JsonObject map
            ? map[key] is { } child ? new Place(reader, child, path.Length == 0 ? key : $"{path}.{key}") : null
            : throw Error("a group of keys", Kind());

        public Place At(int index) => new(reader, Array()[index], $"{path}[{index}]");

        public string Text() => node is JsonValue value && value.TryGetValue(out string? text) ? text : throw Error("a text", Kind());

        public string[] Texts()
        {
            var texts = new string[Count];
            for (int i = 0; i < texts.Length; i++) texts[i] = At(i).Text();
            return texts;
        }

        public double TextNumber()
        {
            // XGBoost 2 and later write a list for base scores; one value is all that is understood here.
            string text = Text().Trim('[', ']');
            return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw Error("a number as text", $"'{text}'");
        }

        public double[] TextNumbers()
        {
            var place = this;
            return [.. Text().Split(' ').Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                ? number : throw place.Error("numbers as text", $"'{part}'"))];
        }

        public int TextInt(int least, int most)
        {
            double number = TextNumber();
            return number >= least && number <= most && number == Math.Floor(number) ? (int)number
                : throw Error($"a whole number in [{least}, {most}]", $"{number.ToString(CultureInfo.InvariantCulture)}");
        }

        public int[] Ints(int count, int least, int most)
        {
            double[] numbers = Numbers(count);
            for (int i = 0; i < numbers.Length; i++)
                if (!(numbers[i] >= least && numbers[i] <= most) || numbers[i] != Math.Floor(numbers[i]))
                    throw At(i).Error($"a whole number in [{least}, {most}]", numbers[i].ToString(CultureInfo.InvariantCulture));
            return System.Array.ConvertAll(numbers, static number => (int)number);
        }

        public float[] Floats(int count, bool mayMiss = false)
        {
            double[] numbers = Numbers(count);
            int bad = System.Array.FindIndex(numbers, number => !float.IsFinite((float)number) && !(mayMiss && double.IsNaN(number)));
            return bad < 0 ? System.Array.ConvertAll(numbers, static number => (float)number) : throw At(bad).Error("a finite number", $"{numbers[bad]}");
        }

        public DataFormatException Error(string expected, string got) =>
            new($"{reader.Source}, {(path.Length == 0 ? "top" : path)}: expected {expected}, got {got}.");

        double[] Numbers(int count)
        {
            JsonArray items = Array();
            if (items.Count != count) throw Error($"{count} numbers", $"{items.Count}");
            var numbers = new double[count];
            for (int i = 0; i < count; i++)
                numbers[i] = items[i] is JsonValue value
                    ? value.TryGetValue(out double number) ? number : value.TryGetValue(out bool flag) ? flag ? 1 : 0 : Other(value, i)
                    : throw At(i).Error("a number", "something else");
            return numbers;
        }

        double Other(JsonValue value, int index) =>
            value.TryGetValue(out int whole) ? whole : value.TryGetValue(out long wide) ? wide : value.TryGetValue(out float narrow) ? narrow
                : throw At(index).Error("a number", "something else");

        JsonArray Array() => node as JsonArray ?? throw Error("a list", Kind());

        string Kind() => node switch { null => "nothing", JsonObject => "a group of keys", JsonArray => "a list", _ => $"'{node.ToJsonString()}'" };
    }

    string Source => source;
}
