namespace Nabla.Cli.Tests;

public class SuggestionsTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("abc", "", 3)]
    [InlineData("", "abc", 3)]
    [InlineData("flaw", "lawn", 2)]
    public void Distance_is_that_of_Levenshtein(string a, string b, int distance) => Assert.Equal(distance, Suggestions.Distance(a, b));

    [Theory]
    [InlineData("digts", "digits")]
    [InlineData("DIGITS", "digits")]
    [InlineData("mnist", null)]
    public void The_nearest_name_is_found_if_it_is_near(string typed, string? name) => Assert.Equal(name, Suggestions.Nearest(typed, ["iris", "digits"]));
}
