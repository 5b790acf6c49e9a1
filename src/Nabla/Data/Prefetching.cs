using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Nabla.Data;

/// <summary>Runs a sequence ahead of its reader.</summary>
internal static class Prefetching
{
    /// <summary>
    /// The same items in the same order, up to <paramref name="most"/> of them made ahead by one background task. The task starts
    /// with the enumeration and has ended when the enumerator is disposed, however the loop was left.
    /// </summary>
    internal static IEnumerable<T> Ahead<T>(IEnumerable<T> items, int most, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using BlockingCollection<T> ready = new(most);
        ExceptionDispatchInfo? failure = null;
        CancellationToken token = stop.Token;
        Task worker = Task.Factory.StartNew(Produce, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            while (ready.TryTake(out T? item, Timeout.Infinite, cancellationToken)) yield return item;
        }
        finally
        {
            stop.Cancel();
            worker.Wait(CancellationToken.None);
        }
        failure?.Throw();

        void Produce()
        {
            try
            {
                foreach (T item in items) ready.Add(item, token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                // The reader has gone or gives up itself; nobody waits for more.
            }
            catch (Exception cause)
            {
                failure = ExceptionDispatchInfo.Capture(cause);
            }
            finally
            {
                ready.CompleteAdding();
            }
        }
    }
}
