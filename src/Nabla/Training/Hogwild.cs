using System.Runtime.ExceptionServices;
using Nabla.Layers;

namespace Nabla.Training;

/// <summary>
/// Asynchronous training without locks: several workers read and change one set of weights at the same time, each with batches and an
/// optimizer of its own, and none waits for another (Niu, Recht, Ré, Wright: HOGWILD!, 2011). A worker may compute its gradient from weights
/// that others change meanwhile, and now and then one change of a weight overwrites another; where a step touches few of many weights, as in
/// tables with row gradients, that is rare and costs nothing in the end.
/// </summary>
/// <remarks>
/// With more than one worker results differ from run to run: the one part of Nabla that no seed makes reproducible. With one worker they
/// are those of ordinary training, bit for bit.
/// </remarks>
public static class Hogwild
{
    const int MostWorkers = 64;

    /// <summary>
    /// Runs <paramref name="work"/> on every worker at once and returns when all are done; <paramref name="model"/> then holds what they learned.
    /// </summary>
    /// <param name="model">The weights. Its own gradients are not touched.</param>
    /// <param name="replica">
    /// Makes a module like <paramref name="model"/>, once for each worker. Its parameters and buffers are then moved onto the memory of the
    /// model's; gradients, dropout and optimizer stay its own.
    /// </param>
    /// <param name="workers">1 to 64.</param>
    /// <param name="work">
    /// The training of one worker: its replica, its number from 0, and a token that is canceled when another worker failed or the caller canceled.
    /// Make the optimizer inside; share nothing but data that is only read.
    /// </param>
    /// <param name="cancellationToken">Handed on to the workers.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="workers"/> is not in 1 … 64.</exception>
    /// <exception cref="ArgumentException">A replica is the model itself, or has other parameters or shapes.</exception>
    /// <exception cref="OperationCanceledException">A worker ended so after the caller canceled.</exception>
    public static void Run<TModel>(
        TModel model, Func<TModel> replica, int workers, Action<TModel, int, CancellationToken> work, CancellationToken cancellationToken = default)
        where TModel : Module
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(work);
        if (workers is < 1 or > MostWorkers)
            throw new ArgumentOutOfRangeException(nameof(workers), workers, $"Hogwild: expected 1 to {MostWorkers} workers, got {workers}.");

        TModel[] replicas = [.. Enumerable.Range(0, workers).Select(_ => replica())];
        foreach (TModel copy in replicas) ShareMemory(model, copy);
        SetRaced(model, true);
        try
        {
            RunAll(replicas, work, cancellationToken);
        }
        finally
        {
            SetRaced(model, false);
        }
    }

    static void RunAll<TModel>(TModel[] replicas, Action<TModel, int, CancellationToken> work, CancellationToken cancellationToken) where TModel : Module
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        Thread[] threads = [.. replicas.Select((copy, number) => new Thread(() => Guarded(copy, number)) { IsBackground = true, Name = $"Hogwild {number}" })];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (first is not null) ExceptionDispatchInfo.Throw(first);

        void Guarded(TModel copy, int number)
        {
            try
            {
                work(copy, number, stop.Token);
            }
            catch (Exception error)     // whatever it is, it belongs to the caller
            {
                if (Interlocked.CompareExchange(ref first, error, null) is null) stop.Cancel();
            }
        }
    }

    /// <summary>Moves the tensors of <paramref name="copy"/> onto the memory of the model's.</summary>
    static void ShareMemory(Module model, Module copy)
    {
        if (copy is null || ReferenceEquals(model, copy))
            throw new ArgumentException("Hogwild: expected a new module for every worker, got none or the model itself. Create it in the function: () => new(…).", nameof(copy));
        Dictionary<string, Tensor> own = copy.Members().ToDictionary(static entry => entry.Name, static entry => entry.Member.Tensor);
        foreach (var (name, member) in model.Members())
        {
            if (!own.Remove(name, out Tensor? tensor) || tensor.Shape != member.Tensor.Shape)
                throw new ArgumentException($"Hogwild: expected replicas with '{name}' of {member.Tensor.Shape}, got {(tensor is null ? "none of that name" : $"{tensor.Shape}")}. Create them as the model was.");
            if (ReferenceEquals(tensor, member.Tensor))
                throw new ArgumentException($"Hogwild: expected replicas with tensors of their own, got the model's '{name}'.");
            if (tensor.RequiresGradient != member.Tensor.RequiresGradient) tensor.RequiresGradient = member.Tensor.RequiresGradient;
            tensor.ReplaceBy(member.Tensor);
        }
        if (own.Count > 0) throw new ArgumentException($"Hogwild: expected replicas like the model, got '{own.Keys.First()}' more. Create them as the model was.");
    }

    static void SetRaced(Module model, bool value)
    {
        foreach (var (_, member) in model.Members()) member.Tensor.Storage.IsRaced = value;
    }
}
