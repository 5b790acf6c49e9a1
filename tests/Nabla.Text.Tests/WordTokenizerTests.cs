namespace Nabla.Text.Tests;

public class WordTokenizerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Hello World", "hello world")]
    [InlineData("isn't 'quoted' dogs'", "isn't quoted dogs")]
    [InlineData("good,bad;ugly.", "good bad ugly")]
    [InlineData("one<br /><br />two", "one two")]
    [InlineData("10 films, 3½ stars", "10 films 3 stars")]
    [InlineData("Ünïcode Ärger", "ünïcode ärger")]
    public void Words_are_lower_case_runs_of_letters_and_digits(string text, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), new WordTokenizer().Tokens(text));

    [Fact]
    public void Signs_are_tokens_on_request() =>
        Assert.Equal(["who", "?", "(", "me", ")", "!"], new WordTokenizer { KeepsPunctuation = true }.Tokens("Who ? (me)!"));
}
