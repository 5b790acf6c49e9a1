using Nabla.Estimators;
using Nabla.Kernels;

namespace Nabla.Classical.Tests;

/// <summary>What every model must satisfy, whatever it learns.</summary>
internal static class Check
{
    /// <summary>Saved and loaded into a new model, it answers with the same bits.</summary>
    public static void SavedIsTheSame<T>(T fitted, T other, Func<T, Tensor> answer) where T : Estimator
    {
        string path = Path.Join(Path.GetTempPath(), $"nabla-{Guid.NewGuid():N}.safetensors");
        try
        {
            fitted.Save(path);
            other.Load(path);
            SameBits(answer(fitted), answer(other));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>One and two threads give the same bits.</summary>
    public static void ThreadsChangeNothing(Func<Tensor> run)
    {
        int before = Workers.Count;
        try
        {
            Workers.Count = 1;
            Tensor one = run();
            Workers.Count = 2;
            SameBits(one, run());
        }
        finally
        {
            Workers.Count = before;
        }
    }

    public static void SameBits(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.DType, actual.DType);
        if (expected.DType == DType.Float32) Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        else if (expected.DType == DType.Int64) Assert.Equal(expected.ToArray<long>(), actual.ToArray<long>());
        else Assert.Equal(expected.ToArray<double>(), actual.ToArray<double>());
    }

    /// <summary>Exact text of an error.</summary>
    public static void Refuses<TError>(string message, Action action) where TError : Exception =>
        Assert.StartsWith(message, Assert.Throws<TError>(action).Message, StringComparison.Ordinal);
}
