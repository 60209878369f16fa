using Attendance.Fuzz;
using Xunit;

namespace Attendance.Tests.Fuzz;

/// <summary>Runs every parser on the corpus: the fuzzer's seeds, and inputs that made a parser fail before.</summary>
public sealed class ParserCorpusTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string, string> Files => new(
        from folder in Directory.EnumerateDirectories(Corpus)
        from file in Directory.EnumerateFiles(folder)
        select (Path.GetFileName(folder), Path.GetFileName(file)));

    private static string Corpus => Repository.PathOf("Attendance.Fuzz", "corpus");

    [Theory, MemberData(nameof(Files))]
    public async Task No_parser_fails_on_an_input_of_the_corpus(string parser, string file)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(Corpus, parser, file), TestContext.Current.CancellationToken);
        await Task.Run(() => Parsers.All[parser](bytes), TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Every_parser_has_inputs_in_the_corpus() =>
        Assert.Equal(Parsers.All.Keys, Files.Select(row => row.Data.Item1).Distinct().Order(StringComparer.Ordinal));
}
