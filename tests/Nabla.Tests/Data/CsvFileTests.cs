using Nabla.Data.Formats;

namespace Nabla.Tests.Data;

public class CsvFileTests
{
    static CsvTable Read(string text, CsvOptions? options = null)
    {
        using StringReader reader = new(text);
        return CsvFile.Read(reader, "t.csv", options);
    }

    static string Error(string text, CsvOptions? options = null) => Assert.Throws<DataFormatException>(() => Read(text, options)).Message;

    [Fact]
    public void Numbers_and_text_are_told_apart_by_their_first_cell()
    {
        CsvTable table = Read("length,species\r\n5.1,setosa\r\n-1e3,\"virginica, \"\"big\"\"\"\r\n");
        Assert.Equal(["length", "species"], table.Columns);
        Assert.Equal(2, table.RowCount);
        Assert.Equal([5.1, -1000], table.Numbers("length"));
        Assert.Equal(["setosa", "virginica, \"big\""], table.Text("species"));
        Assert.True(table.IsNumeric("length"));
        Assert.False(table.IsNumeric("species"));
    }

    [Fact]
    public void A_table_without_header_has_numbered_columns()
    {
        CsvTable table = Read("1,2\n3,4\n");
        Assert.Equal(["1", "2"], table.Columns);
        Assert.Equal([1, 2, 3, 4], table.Matrix(table.Columns));
        Assert.Equal([2, 1, 4, 3], table.Matrix(["2", "1"]));
        Assert.Equal(1, Read("2019,2020\n3,4\n", new() { HasHeader = true }).RowCount);
        Assert.Equal(2, Read("a,b\nc,d\n", new() { HasHeader = false }).RowCount);
    }

    [Fact]
    public void Other_delimiters_quotes_and_declared_text_are_read()
    {
        CsvTable table = Read("zip;'a;b'\n01234;1.5\n", new() { Delimiter = ';', Quote = '\'', TextColumns = ["zip"] });
        Assert.Equal(["01234"], table.Text("zip"));
        Assert.Equal([1.5], table.Numbers("a;b"));
    }

    [Fact]
    public void Missing_numbers_become_NaN_when_allowed()
    {
        CsvTable table = Read("a,b,c\n,x,?\n1,,NaN\nNA,y,\n", new() { AllowMissing = true });
        Assert.Equal([double.NaN, 1, double.NaN], table.Numbers("a"));
        Assert.Equal(["x", "", "y"], table.Text("b"));
        Assert.Equal(["?", "NaN", ""], table.Text("c"));
    }

    [Fact]
    public void Quoted_cells_hold_delimiters_quotes_and_line_ends()
    {
        CsvTable table = Read("a,b,c\r\n\"x,\"\"y\"\"\",\"\",\"one\r\ntwo\"\r\n\r\n\"\"\"\",z,\n");
        Assert.Equal(["x,\"y\"", "\""], table.Text("a"));
        Assert.Equal(["", "z"], table.Text("b"));
        Assert.Equal(["one\ntwo", ""], table.Text("c"));
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n", "t.csv:3:2: expected 2 cells in 'b', got 1.")]
    [InlineData("a,b\n1,2\n3,4,5\n", "t.csv:3:3: expected 2 cells, got 3.")]
    [InlineData("a,b\n1,2\n3,abc\n", "t.csv:3:2: expected a number in 'b', got 'abc'.")]
    [InlineData("1,2\n3,abc\n", "t.csv:2:2: expected a number, got 'abc'.")]
    [InlineData("a,b\n1,\"x\ny\"\nz,w\n", "t.csv:4:1: expected a number in 'a', got 'z'.")]
    [InlineData("a\n1\n\n\"\"\n", "t.csv:4:1: expected a number in 'a', got an empty cell. Set AllowMissing to read missing cells as NaN.")]
    [InlineData("a\n1\nNaN\n", "t.csv:3:1: expected a number in 'a', got 'NaN'. Set AllowMissing to read missing cells as NaN.")]
    [InlineData("a,b\n,2\n1,2\n", "t.csv:2:1: expected a number in 'a', got an empty cell. Set AllowMissing to read missing cells as NaN.")]
    [InlineData("a\n1\n1e999\n", "t.csv:3:1: expected a finite number in 'a', got '1e999'.")]
    [InlineData("a,a\n1,2\n", "t.csv:1: expected different names of columns, got 'a' 2 times.")]
    [InlineData("", "t.csv: expected a table, got an empty file.")]
    [InlineData("a,b\n1,x\"y\n", "t.csv:2: expected quotes around a whole cell and doubled inside it, got '1,x\"y'.")]
    [InlineData("a,b\n1,\"x\ny\n", "t.csv:3: expected quotes around a whole cell and doubled inside it, got '1,\"x'.")]
    [InlineData("a,b\n1,\"x\"y\n", "t.csv:2: expected quotes around a whole cell and doubled inside it, got '1,\"x\"y'.")]
    public void Errors_name_file_line_and_column(string text, string message) => Assert.Equal(message, Error(text));

    [Fact]
    public void Asking_for_the_wrong_kind_or_name_is_explained()
    {
        CsvTable table = Read("a,b\n1,x\n2,3\n");
        Assert.Equal("t.csv:2:2: expected a number in 'b', got 'x'.", Assert.Throws<DataFormatException>(() => table.Numbers("b")).Message);
        Assert.StartsWith("t.csv: expected 'a' to hold text, got numbers. Name it in TextColumns.", Assert.Throws<ArgumentException>(() => table.Text("a")).Message, StringComparison.Ordinal);
        Assert.StartsWith("t.csv: expected one of the columns a, b, got 'c'.", Assert.Throws<ArgumentException>(() => table.Numbers("c")).Message, StringComparison.Ordinal);
        Assert.Equal("t.csv: expected rows of numbers, got a header alone.", Assert.Throws<DataFormatException>(() => Read("a,b\n").Numbers("a")).Message);
        Assert.Throws<ArgumentException>(() => Read("a,b\n1,2\n", new() { TextColumns = ["c"] }));
    }
}
