namespace Nabla.Tests.Operations;

public class EinsumTests
{
    static readonly Dictionary<char, int> Sizes = new() { ['a'] = 2, ['b'] = 3, ['c'] = 4, ['d'] = 5, ['i'] = 3, ['j'] = 4, ['k'] = 2, ['l'] = 3 };

    [Theory]
    [InlineData("ij,jk->ik")]
    [InlineData("ij,kj->ik")]
    [InlineData("ji,jk->ki")]
    [InlineData("ij,jk")]
    [InlineData("ii->i")]
    [InlineData("ii")]
    [InlineData("iji->j")]
    [InlineData("iij,jii->i")]
    [InlineData("i,j->ij")]
    [InlineData("i,i->")]
    [InlineData("i,i->i")]
    [InlineData("ij->ji")]
    [InlineData("ij->")]
    [InlineData("abc,abd->acd")]
    [InlineData("bacd,bkcd->bcak")]
    [InlineData("ab,bc,cd,da->")]
    [InlineData("ab,bc,cd->da")]
    [InlineData("abc,ca,b->b")]
    [InlineData("i,j,k,l->lkji")]
    [InlineData("a,ab,abc->cb")]
    public void Contractions_match_nested_loops(string equation)
    {
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        string letters = string.Concat(terms), output = sides.Length == 2 ? sides[1]
            : string.Concat(letters.Where(c => letters.Count(d => d == c) == 1).Order());
        Tensor[] tensors = [.. terms.Select((term, i) => CentralDifferences.Values(Shape.Create([.. term.Select(c => Sizes[c])]), i + 1))];

        Tensor y = Tensor.Einsum(equation, tensors);
        Assert.Equal(Shape.Create([.. output.Select(c => Sizes[c])]), y.Shape);
        double[] expected = Loops(terms, output, tensors, y.Length), found = y.ToArray<double>();
        for (int i = 0; i < found.Length; i++) Assert.Equal(expected[i], found[i], 1e-11);
    }

    static double[] Loops(string[] terms, string output, Tensor[] tensors, int length)
    {
        char[] labels = [.. string.Concat(terms).Distinct()];
        double[][] values = [.. tensors.Select(t => t.ToArray<double>())];
        var result = new double[length];
        int total = labels.Aggregate(1, (product, c) => product * Sizes[c]);
        for (int n = 0; n < total; n++)
        {
            var at = new Dictionary<char, int>();
            int rest = n;
            foreach (char c in labels)
            {
                at[c] = rest % Sizes[c];
                rest /= Sizes[c];
            }
            double product = 1;
            for (int t = 0; t < terms.Length; t++) product *= values[t][terms[t].Aggregate(0, (offset, c) => offset * Sizes[c] + at[c])];
            result[output.Aggregate(0, (offset, c) => offset * Sizes[c] + at[c])] += product;
        }
        return result;
    }

    [Fact]
    public void An_ellipsis_broadcasts_further_axes()
    {
        Tensor a = CentralDifferences.Values((5, 1, 2, 3)), b = CentralDifferences.Values((4, 3, 2), 2);
        Tensor expected = a.MatMul(b), found = Tensor.Einsum("...ij,...jk->...ik", a, b);
        Assert.Equal((5, 4, 2, 2), found.Shape);
        Assert.True((expected - found).Abs().Max().Item<double>() < 1e-12);
        Assert.Equal((5, 4, 2, 2), Tensor.Einsum("...ij,...jk", a, b).Shape);
        Assert.Equal((1, 3), Tensor.Einsum("...i->...", Tensor.Ones((1, 3, 2))).Shape);
        Assert.Equal((5, 3, 1), Tensor.Einsum("i...j->ij...", Tensor.Ones((5, 1, 3))).Shape);
    }

    [Fact]
    public void Gradients_match_differences()
    {
        Tensor a = CentralDifferences.Values((2, 3)), b = CentralDifferences.Values((3, 2), 2), c = CentralDifferences.Values((2, 2), 3);
        CentralDifferences.CheckAll(t => Tensor.Einsum("ij,jk->ik", t), a, b);
        CentralDifferences.CheckAll(t => Tensor.Einsum("ij,jk,kk->i", t), a, b, c);
        CentralDifferences.CheckAll(t => Tensor.Einsum("ij,ik->ikj", t), a, c);
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        Tensor a = Tensor.Zeros((2, 3)), b = Tensor.Zeros((4, 5));
        Assert.Equal(
            "Einsum \"ij,jk->ik\": expected one size for axis 'j', got 3 in [2, 3] (tensor 0) and 4 in [4, 5] (tensor 1).",
            Assert.Throws<ShapeException>(() => Tensor.Einsum("ij,jk->ik", a, b)).Message);
        Assert.Equal("Einsum \"ij,jk\": expected 2 tensors, got 1.", Assert.Throws<ShapeException>(() => Tensor.Einsum("ij,jk", a)).Message);
        Assert.Equal(
            "Einsum \"ijk->i\": expected 3 axes for \"ijk\", got [2, 3] (tensor 0).",
            Assert.Throws<ShapeException>(() => Tensor.Einsum("ijk->i", a)).Message);
        Assert.Equal(
            "Einsum \"ij->ik\": expected axes of the inputs in the result, got 'k', which none of them has.",
            Assert.Throws<ShapeException>(() => Tensor.Einsum("ij->ik", a)).Message);
        Assert.Equal(
            "Einsum \"ij->ii\": expected each axis once in the result, got 'i' twice.",
            Assert.Throws<ShapeException>(() => Tensor.Einsum("ij->ii", a)).Message);
        Assert.Contains("got '1'", Assert.Throws<FormatException>(() => Tensor.Einsum("i1->i", a)).Message);
    }
}
