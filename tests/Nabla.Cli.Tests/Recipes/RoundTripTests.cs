using FsCheck;
using FsCheck.Fluent;
using Nabla.Cli.Declarations;
using Nabla.Cli.Recipes;

namespace Nabla.Cli.Tests.Recipes;

public class RoundTripTests
{
    public static TheoryData<string> Names => [.. RecipeFiles.Names];

    [Theory, MemberData(nameof(Names))]
    public void A_written_recipe_reads_as_itself(string name)
    {
        string written = KeyWriter.Write(RecipeFiles.Load(name, []));
        Assert.Equal(written, KeyWriter.Write(RecipeFiles.Parse(written, "config.yaml", [])));
    }

    [Theory, MemberData(nameof(Names))]
    public void The_name_in_a_recipe_is_that_of_its_file(string name) => Assert.Equal(name, RecipeFiles.Load(name, []).Name);

    [Fact]
    public void Keys_that_are_not_in_the_recipe_are_written_too()
    {
        string written = KeyWriter.Write(RecipeFiles.Load("iris-softmax", []));
        Assert.Contains("  beta2: 0.999\n", written, StringComparison.Ordinal);
        Assert.Contains("  clipNorm: none\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_survives_as_a_scalar() => Prop.ForAll<NonEmptyString>(static text =>
        YamlReader.ReadValue(YamlText.Quote(text.Get), "here") is ScalarNode scalar && scalar.Text == text.Get).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("true")]
    [InlineData("a: b")]
    [InlineData("- a")]
    [InlineData("a #b")]
    [InlineData(" a ")]
    [InlineData("\"quoted\" \\ \n 8 × 8 😀")]
    public void Texts_that_look_like_syntax_survive(string text) =>
        Assert.Equal(text, Assert.IsType<ScalarNode>(YamlReader.ReadValue(YamlText.Quote(text), "here")).Text);

    [Fact]
    public void The_reference_page_is_that_of_the_declarations() => Approval.Check(
        "# Recipes\n\nEvery key of a recipe, generated from the declarations in `src/Nabla.Cli`; a test keeps this page up to date.\n"
        + "`nabla train NAME --set KEY=VALUE` replaces one of them: `--set optimizer.learningRate=0.01`, `--set model[3].dropout.rate=0.5`.\n\n"
        + KeyReference.Write(new Recipe()),
        "../../docs/recipes.md");
}
