namespace Nabla.Soak.Tests;

/// <summary>
/// Random programs keep random tensors in lists, fields, closures and views, across steps and threads, while the pool collects
/// as often as it can and fills what it takes back with NaN. Whatever is still reachable must keep its value.
/// </summary>
public class EscapeFuzz
{
    const int Threads = 2, Steps = 2500, TensorsPerStep = 20;

    [Fact]
    public void A_hundred_thousand_kept_tensors_keep_their_values()
    {
        long budget = BlockPool.CollectionBudget;
        BlockPool.CollectionBudget = 100_000;
        BlockPool.PoisonReturned = true;
        try
        {
            Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread => new Program((ulong)thread).Run());
        }
        finally
        {
            BlockPool.CollectionBudget = budget;
            BlockPool.PoisonReturned = false;
        }
    }

    sealed class Program(ulong seed)
    {
        readonly RandomStream random = new(seed);
        readonly List<(Tensor Tensor, double Value)> kept = [];
        readonly List<Func<(Tensor, double)>> closures = [];
        (Tensor, double)? field;
        long draws;

        public void Run()
        {
            var w = Tensor.Full((8, 64), 0.25);
            w.RequiresGradient = true;
            for (int step = 0; step < Steps; step++)
            {
                for (int i = 0; i < TensorsPerStep; i++) Make(w);
                if (step % 7 == 0) Forget();
                if (step % 50 == 0) CheckAll();
            }
            CheckAll();
        }

        int Draw(int limit) => random.NextInt(draws++, limit);

        void Make(Tensor w)
        {
            int rows = 8 * (1 + Draw(8));
            double value = Draw(1000);
            Tensor made = Tensor.Full((rows, 64), value) + 0.0;
            if (Draw(4) == 0)
            {
                Tensor loss = made.MatMul(w.T).Tanh().Sum();
                if (Draw(2) == 0) loss.Backward();
                w.ClearGradient();
            }
            switch (Draw(7))
            {
                case 0: kept.Add((made, value)); break;
                case 1: kept.Add((made.Reshape(64, rows), value)); break;
                case 2: kept.Add((made.Permute(1, 0), value)); break;
                case 3: kept.Add((made.Detach(), value)); break;
                case 4: closures.Add(() => (made, value)); break;
                case 5: field = (made.Expand(2, rows, 64), value); break;
                default: kept.Add(((made * w.Detach().Reshape(-1).Sum()) / 128.0, value)); break;
            }
        }

        void Forget()
        {
            if (kept.Count > 200) kept.RemoveRange(Draw(50), 100);
            if (closures.Count > 50) closures.RemoveRange(0, 40);
        }

        void CheckAll()
        {
            foreach ((Tensor tensor, double value) in kept) Check(tensor, value);
            foreach (var closure in closures)
            {
                (Tensor tensor, double value) = closure();
                Check(tensor, value);
            }
            if (field is { } entry) Check(entry.Item1, entry.Item2);
        }

        static void Check(Tensor tensor, double value)
        {
            float[] values = tensor.ToArray<float>();
            foreach (float v in values)
                if (v != (float)value)
                    Assert.Fail($"Expected {value} everywhere in {tensor.Shape}, got {v}.");
        }
    }
}
