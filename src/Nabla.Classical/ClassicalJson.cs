using System.Text.Json.Serialization;
using Nabla.Classical.Bayes;
using Nabla.Classical.Clustering;
using Nabla.Classical.Decomposition;
using Nabla.Classical.Energy;
using Nabla.Classical.Ensembles;
using Nabla.Classical.Features;
using Nabla.Classical.Linear;
using Nabla.Classical.Neighbors;
using Nabla.Classical.Sequences;
using Nabla.Classical.Series;
using Nabla.Classical.SupportVectors;
using Nabla.Classical.Trees;

namespace Nabla.Classical;

/// <summary>The settings of every model as JSON, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(DiscreteNaiveBayesOptions))]
[JsonSerializable(typeof(DiscriminantOptions))]
[JsonSerializable(typeof(ElasticNetOptions))]
[JsonSerializable(typeof(GaussianNaiveBayesOptions))]
[JsonSerializable(typeof(KMeansOptions))]
[JsonSerializable(typeof(LassoOptions))]
[JsonSerializable(typeof(LinearRegressionOptions))]
[JsonSerializable(typeof(LogisticRegressionOptions))]
[JsonSerializable(typeof(RidgeOptions))]
[JsonSerializable(typeof(NeighborsOptions))]
[JsonSerializable(typeof(PerceptronOptions))]
[JsonSerializable(typeof(LinearSvcOptions))]
[JsonSerializable(typeof(SvmOptions))]
[JsonSerializable(typeof(GaussianMixtureOptions))]
[JsonSerializable(typeof(MiniBatchKMeansOptions))]
[JsonSerializable(typeof(AgglomerativeOptions))]
[JsonSerializable(typeof(DbscanOptions))]
[JsonSerializable(typeof(SvdOptions))]
[JsonSerializable(typeof(RandomProjectionOptions))]
[JsonSerializable(typeof(TSneOptions))]
[JsonSerializable(typeof(TreeOptions))]
[JsonSerializable(typeof(ForestOptions))]
[JsonSerializable(typeof(BaggingOptions))]
[JsonSerializable(typeof(AdaBoostOptions))]
[JsonSerializable(typeof(StackingOptions))]
[JsonSerializable(typeof(PolynomialOptions))]
[JsonSerializable(typeof(BinOptions))]
[JsonSerializable(typeof(FourierOptions))]
[JsonSerializable(typeof(NystroemOptions))]
[JsonSerializable(typeof(NGramOptions))]
[JsonSerializable(typeof(HiddenMarkovOptions))]
[JsonSerializable(typeof(TopicOptions))]
[JsonSerializable(typeof(RbmOptions))]
[JsonSerializable(typeof(UmapOptions))]
[JsonSerializable(typeof(LatentOptions))]
internal sealed partial class ClassicalJson : JsonSerializerContext;
