using Nabla.Layers;

namespace Nabla.Tests.Layers;

/// <summary>Efficient attentions under masks and in heads against full attention or sums over pairs; patterns pair by pair.</summary>
public class EfficientAttentionTests
{
    const int Length = 12;
    static readonly Tensor Query = Draw(1, 4), Key = Draw(2, 2), Value = Draw(3, 2);

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    [InlineData(5, false)]
    [InlineData(20, true)]
    public void Local_attention_is_full_attention_under_a_window(int radius, bool isCausal)
    {
        foreach (int[]? lengths in (int[]?[])[null, [12, 7], [0, 1]])
        {
            AttentionMask mask = new() { IsCausal = isCausal, Lengths = lengths };
            Tensor full = Query.Attention(Key, Value, mask with { Allowed = AttentionPattern.Window(Length, radius).ToMask().Allowed });
            Near(full, new LocalAttention(radius).Attend(Query, Key, Value, mask, Pass.Evaluation));
        }
    }

    [Theory]
    [InlineData(12, false)]
    [InlineData(12, true)]
    [InlineData(150, true)]
    public void Linear_attention_is_the_weighted_mean_over_pairs(int length, bool isCausal)
    {
        Tensor q = Draw(4, 4, length), k = Draw(5, 2, length), v = Draw(6, 2, length);
        AttentionMask mask = new() { IsCausal = isCausal, Lengths = [length, length / 2] };
        Tensor pairs = (q.Elu() + 1).MatMul((k.Repeat(2, 1).Elu() + 1).Transpose(2, 3));
        Tensor weights = mask.Hide(pairs, 0);
        Near((weights / weights.Sum(3, keepAxis: true)).MatMul(v.Repeat(2, 1)), new LinearAttention().Attend(q, k, v, mask, Pass.Evaluation));
    }

    [Fact]
    public void More_random_features_come_closer_to_softmax_attention()
    {
        foreach (AttentionMask mask in (AttentionMask[])[AttentionMask.None, AttentionMask.Causal])
        {
            double few = Distance(8), many = Distance(2048);
            Assert.True(many < 0.05 && many < few / 3, $"{few} with 8 features, {many} with 2048.");

            double Distance(int features)
            {
                // Long vectors make the mean of exp(ω·x) slow to come.
                Tensor query = Query / 2, key = Key / 2, full = query.Attention(key, Value, mask);
                return (double)(InDoubles(new PerformerAttention(4, features, seed: 1)).Attend(query, key, Value, mask, Pass.Evaluation) - full).Norm() / (double)full.Norm();
            }
        }
    }

    [Fact]
    public void Random_directions_of_one_group_are_orthogonal()
    {
        Tensor directions = new PerformerAttention(4, 4).StateDictionary()["directions"].To(DType.Float64);
        Tensor products = directions.MatMul(directions.T);
        Assert.InRange((double)(products - products.Diagonal().DiagonalMatrix()).Abs().Max(), 0, 1e-5);
    }

    [Fact]
    public void A_Linformer_with_the_identity_as_its_maps_is_full_attention()
    {
        LinformerAttention layer = InDoubles(new LinformerAttention(Length, Length));
        layer.LoadStateDictionary(new Dictionary<string, Tensor> { ["keyMap"] = Tensor.Eye(Length, DType.Float64), ["valueMap"] = Tensor.Eye(Length, DType.Float64) });
        Near(Query.Attention(Key, Value, AttentionMask.None), layer.Attend(Query, Key, Value, AttentionMask.None, Pass.Evaluation));
    }

    [Fact]
    public void A_synthesizer_obeys_every_mask()
    {
        AttentionMask diagonal = new AttentionPattern(Length, static (query, key) => query == key).ToMask();
        Near(Value.Repeat(2, 1), InDoubles(new RandomSynthesizer(Length)).Attend(Query, Key, Value, diagonal, Pass.Evaluation));
    }

    [Fact]
    public void One_group_of_all_positions_is_full_attention()
    {
        AttentionMask mask = new() { IsCausal = true, Lengths = [12, 7] };
        Near(Query.Attention(Key, Value, mask), InDoubles(new RoutingAttention(4, 1)).Attend(Query, Key, Value, mask, Pass.Evaluation));
        // 64 rounds of two buckets: every pair falls together in one of them.
        Near(Query.Attention(Key, Value, mask), InDoubles(new HashedAttention(4, 2, 64)).Attend(Query, Key, Value, mask, Pass.Evaluation));
    }

    [Fact]
    public void One_block_of_all_positions_sorted_into_itself_is_full_attention() =>
        Near(Query.Attention(Key, Value, AttentionMask.None), InDoubles(new SinkhornAttention(4, Length, Length)).Attend(Query, Key, Value, AttentionMask.None, Pass.Evaluation));

    [Theory, InlineData(3), InlineData(4), InlineData(12)]
    public void A_causal_sort_never_looks_ahead(int block)
    {
        SinkhornAttention layer = InDoubles(new SinkhornAttention(4, Length, block));
        Tensor Attend(Tensor q, Tensor k, Tensor v) => layer.Attend(q, k, v, AttentionMask.Causal, Pass.Evaluation);
        Tensor y = Attend(Query, Key, Value);
        for (int end = 1; end < Length; end++)
        {
            Tensor z = Attend(Changed(Query), Changed(Key), Changed(Value));
            Near(y.Narrow(2, 0, end), z.Narrow(2, 0, end));
            Assert.True((double)(y - z).Narrow(2, end, Length - end).Abs().Max() > 1e-3);

            Tensor Changed(Tensor x) => Tensor.Concatenate([x.Narrow(2, 0, end), x.Narrow(2, end, Length - end) * -2 + 1], 2);
        }
    }

    [Fact]
    public void Multiply_adds_are_those_of_the_formula()
    {
        // 2 heads of width 3, 12 positions; the projections take 12 · (6 · 18 + 6 · 6).
        Check(new DotProductAttention(), 2 * 2 * 12 * 12 * 3);
        Check(new LocalAttention(2), 2 * 2 * 12 * 6 * 3);
        Check(new LinearAttention(), 2 * 24 * 3 * 4);
        Check(new PerformerAttention(3, 5), 2 * 24 * 5 * 7);
        Check(new LinformerAttention(Length, 4), 2 * 2 * 24 * 4 * 3);
        Check(new CompressedAttention(3), (2 * 2 * 12 * 4 * 3) + (2 * 2 * 4 * 3 * 3 * 3));
        Check(new DenseSynthesizer(3, Length), (2 * 12 * 12 * 3) + (2 * 12 * 3 * (3 + 12)));
        Check(new FactorizedSynthesizer(3, 4, 3), (2 * 12 * 12 * 3) + (2 * 12 * 3 * (4 + 3)));
        Check(new SinkhornAttention(3, Length, 4), (2 * 2 * 12 * (8 + 3) * 3) + (2 * 3 * 3 * 3));

        static void Check(Attention core, long expected) =>
            Assert.Equal(expected + (12 * ((6 * 18) + (6 * 6))), new MultiHeadAttention(6, 2, core: core).Summary((1, Length, 6)).MultiplyAdds);
    }

    [Fact]
    public void Centroids_move_to_the_mean_of_their_unit_vectors()
    {
        RoutingAttention layer = InDoubles(new RoutingAttention(4, 1));
        layer.MoveCentroids(Query, decay: 0);
        Near((Query / Query.Norm(3, 2, keepAxis: true)).Mean([0, 1, 2]), layer.StateDictionary()["centroids"].Squeeze(0));
    }

    [Fact]
    public void Every_attention_works_in_heads_and_learns()
    {
        Attention[] cores = [new LocalAttention(2), new LinearAttention(), new PerformerAttention(3, 5), new LinformerAttention(Length, 4),
            new CompressedAttention(3), new DenseSynthesizer(3, Length), new RandomSynthesizer(Length), new RandomSynthesizer(Length, 2), new FactorizedSynthesizer(3, 4, 3),
            new RoutingAttention(3, 2), new HashedAttention(3, 4), new SinkhornAttention(3, Length, 4)];
        Tensor x = Tensor.Normal((2, Length, 6), new RandomStream(7));
        foreach (Attention core in cores)
        {
            var layer = new MultiHeadAttention(6, 2, core: core);
            layer.Forward(x, Pass.Training(default), new AttentionMask { Lengths = [Length, 5] }).Square().Sum().Backward();
            Assert.All(core.Parameters(), parameter => Assert.NotEqual(0, (double)parameter.Gradient!.Abs().Sum()));
        }
    }

    [Fact]
    public void Patterns_are_unions_of_their_parts()
    {
        Check(AttentionPattern.Window(Length, 2, 2), static (q, k) => (q - k) is -4 or -2 or 0 or 2 or 4);
        Check(AttentionPattern.Strided(Length, 3), static (q, k) => q % 3 == k % 3);
        Check(AttentionPattern.Longformer(Length, 1, 5), static (q, k) => Math.Abs(q - k) <= 1 || q == 5 || k == 5);
        Check(AttentionPattern.Window(Length, 3) & AttentionPattern.Strided(Length, 2), static (q, k) => (q - k) is -2 or 0 or 2);
        AttentionPattern random = AttentionPattern.RandomBlocks(Length, 3, 2, new RandomStream(1)), again = AttentionPattern.RandomBlocks(Length, 3, 2, new RandomStream(1));
        Assert.Equal(0.5, random.Density);
        Check(random, (q, k) => again[q / 3 * 3, k / 3 * 3]);
        Check(AttentionPattern.BigBird(Length, 3, 2, new RandomStream(1)), (q, k) => Math.Abs(q / 3 - k / 3) <= 1 || q < 3 || k < 3 || random[q, k]);

        static void Check(AttentionPattern pattern, Func<int, int, bool> rule)
        {
            bool[] allowed = pattern.ToMask().Allowed!.ToArray<bool>();
            Assert.All(Enumerable.Range(0, Length * Length), at => Assert.Equal(rule(at / Length, at % Length), allowed[at]));
        }
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        Range("LocalAttention: expected a radius of at least 1, got 0.", static () => new LocalAttention(0));
        Range("LinformerAttention: expected a reduced length in [1, 8], got 9.", static () => new LinformerAttention(8, 9));
        Range("LinformerAttention: expected a reduced length in [1, 8], got 0.", static () => new LinformerAttention(8, 0));
        Range("PerformerAttention: expected at least 1 feature, got 0.", static () => new PerformerAttention(4, 0));
        Range("CompressedAttention: expected a stride of at least 1, got 0.", static () => new CompressedAttention(4, 0));
        Range("RandomSynthesizer: expected a rank of at least 1, got 0.", static () => new RandomSynthesizer(4, 0));
        Range("RoutingAttention: expected at least 1 cluster, got 0.", static () => new RoutingAttention(4, 0));
        Range("MoveCentroids: expected a decay in [0, 1), got 1.", static () =>
        {
            var layer = new RoutingAttention(4, 2);
            layer.MoveCentroids(Query, 1);
            return layer;
        });
        Range("HashedAttention: expected an even number of buckets, a direction and its opposite, got 3.", static () => new HashedAttention(4, 3));
        Range("HashedAttention: expected at least 1 round, got 0.", static () => new HashedAttention(4, 2, 0));
        Range("SinkhornAttention: expected a block that divides the length 8, got 3.", static () => new SinkhornAttention(4, 8, 3));
        Range("SinkhornAttention: expected at least 1 iteration, got 0.", static () => new SinkhornAttention(4, 8, 2, 0));
        Range("SinkhornAttention: expected a positive temperature, got 0.", static () => new SinkhornAttention(4, 8, 2, 1, 0));
        Range("GatedMlp: expected an even number of hidden units, half of them gates, got 3.", static () => new GatedMlp(4, 4, 3));
        Range("Window: expected a radius of at least 1, got 0.", static () => AttentionPattern.Window(4, 0));
        Range("Strided: expected a stride of at least 1, got 0.", static () => AttentionPattern.Strided(4, 0));
        Range("Global: expected positions in [0, 4), got 4.", static () => AttentionPattern.Global(4, 4));
        Range("RandomBlocks: expected a count in [1, 2], the number of blocks, got 3.", static () => AttentionPattern.RandomBlocks(4, 2, 3, default));
        Refused("BigBird: expected a block that divides the length 4, got 3.", static () => AttentionPattern.BigBird(4, 3, 1, default));
        Refused("AttentionPattern: expected patterns of equal length, got 4 and 5.", static () => AttentionPattern.Window(4, 1) | AttentionPattern.Window(5, 1));
        Refused("LinformerAttention: expected a mask of lengths, got a causal one.", static () => new LinformerAttention(Length, 3).Attend(Query, Key, Value, AttentionMask.Causal, Pass.Evaluation));
        Refused("LinearAttention: expected a mask of lengths and causality, got Allowed or Bias.",
            static () => new LinearAttention().Attend(Query, Key, Value, AttentionPattern.Window(Length, 1).ToMask(), Pass.Evaluation));
        Misfit("LocalAttention: expected as many keys as queries, got 12 and 5.", static () => new LocalAttention(2).Attend(Query.Narrow(2, 0, 5), Key, Value, AttentionMask.None, Pass.Evaluation));
        Misfit("LinformerAttention: expected at most 8 keys, got 12.", static () => new LinformerAttention(8, 3).Attend(Query, Key, Value, AttentionMask.None, Pass.Evaluation));
        Misfit("FactorizedSynthesizer: expected at most 8 positions, got 12.", static () => new FactorizedSynthesizer(4, 4, 2).Attend(Query, Key, Value, AttentionMask.None, Pass.Evaluation));
        Misfit("RandomSynthesizer: expected at most 8 positions, got 12.", static () => new RandomSynthesizer(8).Attend(Query, Key, Value, AttentionMask.None, Pass.Evaluation));

        static void Range(string message, Func<object> action) => Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(action).Message, StringComparison.Ordinal);
        static void Refused(string message, Func<object> action) => Assert.StartsWith(message, Assert.Throws<ArgumentException>(action).Message, StringComparison.Ordinal);
        static void Misfit(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ShapeException>(action).Message);
    }

    static Tensor Draw(ulong seed, int heads, int length = Length) => Tensor.Normal((2, heads, length, 4), new RandomStream(seed), dtype: DType.Float64);

    static T InDoubles<T>(T layer) where T : Attention
    {
        layer.To(DType.Float64);
        return layer;
    }

    static void Near(Tensor expected, Tensor got) => Assert.InRange((double)(expected - got).Abs().Max(), 0, 1e-12);
}
