namespace Nabla.Text.Tests;

public class VocabularyTests
{
    static readonly string[][] Texts = [["b", "a", "b"], ["c", "a", "b"], ["d"]];

    [Fact]
    public void Indices_follow_counts_then_the_alphabet()
    {
        Vocabulary vocabulary = Vocabulary.Build(Texts);
        Assert.Equal(["b", "a", "c", "d"], vocabulary.Tokens);
        Assert.Equal((6, 2, 5, Vocabulary.UnknownIndex), (vocabulary.Count, vocabulary["b"], vocabulary["d"], vocabulary["z"]));
    }

    [Fact]
    public void Size_and_count_are_bounded()
    {
        Assert.Equal(["b", "a"], Vocabulary.Build(Texts, most: 4).Tokens);
        Assert.Equal(["b"], Vocabulary.Build(Texts, leastCount: 3).Tokens);
        Assert.Throws<ArgumentOutOfRangeException>(() => Vocabulary.Build(Texts, most: 2));
    }

    [Fact]
    public void Long_texts_are_cut_and_short_ones_padded()
    {
        Vocabulary vocabulary = Vocabulary.Build(Texts);
        string[][] texts = [["b", "z", "c"], ["a"], []];
        Assert.Equal([2, 1, 3, 0, 0, 0], vocabulary.Encode(texts, 2).ToArray<long>());
        Assert.Equal([1, 4, 3, 0, 0, 0], vocabulary.Encode(texts, 2, keepsEnd: true).ToArray<long>());
        Assert.Equal([2, 1, 0, 3, 0, 0], vocabulary.Encode(texts, 2, padsStart: true).ToArray<long>());
    }

    [Fact]
    public void A_token_cannot_stand_twice() =>
        Assert.Equal("Vocabulary: expected every token once, got 'a' twice. (Parameter 'tokens')",
            Assert.Throws<ArgumentException>(() => new Vocabulary(["a", "b", "a"])).Message);

    [Fact]
    public void Ngrams_come_after_the_words()
    {
        Assert.Equal(["a", "b", "c", "a b", "b c", "a b c"], Ngrams.With(["a", "b", "c"], 3));
        Assert.Equal(["a"], Ngrams.With(["a"], 2));
    }
}
