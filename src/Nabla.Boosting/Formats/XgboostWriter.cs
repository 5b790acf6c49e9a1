using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nabla.Boosting.Trees;

namespace Nabla.Boosting.Formats;

/// <summary>A model as XGBoost's document (schema of version 1.7), which is also this package's own format.</summary>
internal static class XgboostWriter
{
    /// <summary>The lists of a tree that XGBoost's reader wants typed in UBJ; others must not be.</summary>
    public static IReadOnlyDictionary<string, char> ListTypes { get; } = new Dictionary<string, char>
    {
        ["base_weights"] = 'd', ["loss_changes"] = 'd', ["split_conditions"] = 'd', ["sum_hessian"] = 'd',
        ["categories"] = 'l', ["categories_nodes"] = 'l', ["left_children"] = 'l', ["parents"] = 'l', ["right_children"] = 'l', ["split_indices"] = 'l',
        ["categories_segments"] = 'L', ["categories_sizes"] = 'L',
        ["default_left"] = 'U', ["split_type"] = 'U',
    };

    /// <summary>JSON text in which every float shows that it is one: XGBoost's reader takes 1 for an integer and refuses it as a weight.</summary>
    public static byte[] ToText(JsonObject document)
    {
        using var to = new MemoryStream();
        using (var json = new Utf8JsonWriter(to)) Write(json, document);
        return to.ToArray();
    }

    static void Write(Utf8JsonWriter json, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                json.WriteStartObject();
                foreach (var (key, value) in map)
                {
                    json.WritePropertyName(key);
                    Write(json, value);
                }
                json.WriteEndObject();
                break;
            case JsonArray list:
                json.WriteStartArray();
                foreach (JsonNode? item in list) Write(json, item);
                json.WriteEndArray();
                break;
            case JsonValue value when value.TryGetValue(out float number):
                string text = number.ToString("R", CultureInfo.InvariantCulture);
                json.WriteRawValue(text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0");
                break;
            default:
                node!.WriteTo(json);
                break;
        }
    }

    public static JsonObject Write(BoostedTrees model)
    {
        int outputs = model.Objective.Outputs;
        // XGBoost knows no objective of ours: scores are all that such a model has.
        string name = model.Objective.Name == "custom" ? "reg:squarederror" : model.Objective.Name;
        var objective = new JsonObject { ["name"] = name };
        foreach (var (group, key, value) in model.Objective.Parameters)
        {
            if (objective[group] is not JsonObject parameters) objective[group] = parameters = [];
            parameters[key] = value;
        }
        if (name == "reg:squarederror") objective["reg_loss_param"] = new JsonObject { ["scale_pos_weight"] = "1" };
        float start = (float)model.StartScore;
        float[] prediction = [start];
        if (outputs == 1) model.Objective.Transform(prediction);
        var trees = new JsonArray();
        for (int i = 0; i < model.Trees.Count; i++) trees.Add((JsonNode)Tree(model, i));
        return new JsonObject
        {
            ["learner"] = new JsonObject
            {
                ["attributes"] = Attributes(model),
                ["feature_names"] = Strings(model.FeatureNames),
                ["feature_types"] = Strings(model.CategoricalColumns.Count == 0 ? []
                    : Enumerable.Range(0, model.Columns).Select(c => model.CategoricalColumns.Contains(c) ? "c" : "float")),
                ["gradient_booster"] = new JsonObject
                {
                    ["model"] = new JsonObject
                    {
                        ["gbtree_model_param"] = new JsonObject
                        {
                            ["num_parallel_tree"] = "1", ["num_trees"] = Text(model.Trees.Count), ["size_leaf_vector"] = "0",
                        },
                        ["tree_info"] = Numbers(Enumerable.Range(0, model.Trees.Count).Select(i => i % outputs)),
                        ["trees"] = trees,
                    },
                    ["name"] = "gbtree",
                },
                ["learner_model_param"] = new JsonObject
                {
                    ["base_score"] = prediction[0].ToString("R", CultureInfo.InvariantCulture),
                    ["boost_from_average"] = "1",
                    ["num_class"] = Text(outputs == 1 ? 0 : outputs),
                    ["num_feature"] = Text(model.Columns),
                    ["num_target"] = "1",
                },
                ["objective"] = objective,
            },
            ["version"] = new JsonArray(1, 7, 4),
        };
    }

    static JsonObject Attributes(BoostedTrees model)
    {
        if (model.History.Count == 0) return [];
        string history = string.Join(' ', model.History.Select(static value => value.ToString("R", CultureInfo.InvariantCulture)));
        // XGBoost rounds the base score when it turns into a score; here it comes back as it was.
        return new JsonObject { ["nabla_history"] = history, ["nabla_start_score"] = model.StartScore.ToString("R", CultureInfo.InvariantCulture) };
    }

    static JsonObject Tree(BoostedTrees model, int index)
    {
        RegressionTree tree = model.Trees[index];
        int count = tree.NodeCount;
        int[] nodes = [.. Enumerable.Range(0, count)], categorical = [.. nodes.Where(node => tree.RightCategories[node] is not null)];
        int[] sizes = [.. categorical.Select(node => tree.RightCategories[node]!.Length)];
        return new JsonObject
        {
            ["base_weights"] = Numbers(tree.Weight),
            ["categories"] = Numbers(categorical.SelectMany(node => tree.RightCategories[node]!)),
            ["categories_nodes"] = Numbers(categorical),
            ["categories_segments"] = Numbers(sizes.Select((_, i) => sizes[..i].Sum())),
            ["categories_sizes"] = Numbers(sizes),
            ["default_left"] = Numbers(tree.MissingGoesLeft.Select(static left => left ? 1 : 0)),
            ["id"] = index,
            ["left_children"] = Numbers(tree.Left),
            ["loss_changes"] = Numbers(tree.Gain),
            ["parents"] = Numbers(tree.Parent.Select(static parent => parent < 0 ? int.MaxValue : parent)),
            ["right_children"] = Numbers(tree.Right),
            ["split_conditions"] = Numbers(nodes.Select(node => tree.IsLeaf(node) ? tree.Weight[node] : tree.Threshold[node])),
            ["split_indices"] = Numbers(tree.Feature),
            ["split_type"] = Numbers(tree.RightCategories.Select(static codes => codes is null ? 0 : 1)),
            ["sum_hessian"] = Numbers(tree.Cover),
            ["tree_param"] = new JsonObject
            {
                ["num_deleted"] = "0", ["num_feature"] = Text(model.Columns), ["num_nodes"] = Text(count), ["size_leaf_vector"] = "0",
            },
        };
    }

    static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    // As nodes: the generic Add of a collection expression would ask for code made at run time.
    static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(static value => (JsonNode)JsonValue.Create(value)!)]);

    static JsonArray Numbers(IEnumerable<int> values) => new([.. values.Select(static value => (JsonNode)JsonValue.Create(value))]);

    static JsonArray Numbers(IEnumerable<float> values) => new([.. values.Select(static value => (JsonNode)JsonValue.Create(value))]);
}
