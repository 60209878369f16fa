using Attendance.Benchmarks;
using Attendance.Benchmarks.Reports;
using Xunit;

namespace Attendance.Tests.Benchmarks;

public sealed class ReportTests
{
    [Theory]
    [InlineData(50, 50)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(0, 1)]
    public void A_percentile_is_a_value_that_was_measured(double percent, int milliseconds)
    {
        var samples = new Samples(Enumerable.Range(1, 100).Reverse().Select(value => TimeSpan.FromMilliseconds(value)));

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), samples.Percentile(percent));
    }

    [Fact]
    public void What_is_added_later_counts_too()
    {
        var samples = new Samples(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), samples.Median);

        samples.Add(TimeSpan.FromSeconds(3));
        samples.Add(TimeSpan.FromSeconds(2));

        Assert.Equal(TimeSpan.FromSeconds(2), samples.Median);
        Assert.Equal(TimeSpan.FromSeconds(3), samples.P99);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.012345, "0.0123")]
    [InlineData(1.5, "1.5")]
    [InlineData(123.4, "123")]
    [InlineData(48_312.7, "48,313")]
    public void Figures_have_three_digits_that_mean_something(double value, string text) => Assert.Equal(text, Samples.Figure(value));

    [Fact]
    public void What_cannot_be_measured_says_why_in_its_table_s_place() =>
        Assert.Equal("### Streams\n\nNot measured here: there is no camera.\n", ReportTable.NotMeasured("Streams", "there is no camera.").ToMarkdown());

    [Fact]
    public void A_table_is_one_of_Markdown() =>
        Assert.Equal(
            "### Streams\n\n| what | ms |\n| --- | ---: |\n| one | 2 |\n\nSlowly.\n", new ReportTable("Streams", ["what", "ms"], [["one", "2"]], "Slowly.").ToMarkdown());

    [Fact]
    public void A_group_s_figures_replace_those_it_had_and_nothing_else()
    {
        var page = PerformancePage.Replace(PerformancePage.Replace("# Performance\n\nBy hand.\n", "http", "old"), "start", "kept");

        var replaced = PerformancePage.Replace(page, "http", "new");

        Assert.Equal(page.Replace("old", "new", StringComparison.Ordinal), replaced);
        Assert.StartsWith("# Performance\n\nBy hand.\n", replaced, StringComparison.Ordinal);
        Assert.Contains("kept", replaced, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_whose_marks_are_broken_is_not_written() =>
        Assert.Throws<InvalidDataException>(() =>
            PerformancePage.Replace(PerformancePage.Replace("", "http", "old").Replace("<!-- http: end -->", "", StringComparison.Ordinal), "http", "new"));

    [Fact]
    public void A_group_s_goals_replace_those_it_had_in_the_order_of_the_groups()
    {
        string[] order = ["store", "start"];
        var page = PerformancePage.ReplaceGoals("By hand.\n", order, "start", "#start", [Goal.AtMost("end", 5, 4, "s"), Goal.NotMeasured("rest", "≤ 1 %")]);
        page = PerformancePage.ReplaceGoals(page, order, "store", "#store", [Goal.AtLeast("fewest", 0.5, 0.9, "of the most")]);

        var replaced = PerformancePage.ReplaceGoals(page, order, "start", "#start", [Goal.AtMost("end", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(4))]);

        Assert.Contains("| [start](#start) | end | ≤ 4 s | 5 s | **missed** |\n| [start](#start) | rest | ≤ 1 % |  | not measured |\n", page, StringComparison.Ordinal);
        Assert.StartsWith("By hand.\n", replaced, StringComparison.Ordinal);
        Assert.Contains(
            "| --- |\n| [store](#store) | fewest | ≥ 0.9 of the most | 0.5 of the most | **missed** |\n| [start](#start) | end | ≤ 4 s | 3 s | met |\n<!--", replaced, StringComparison.Ordinal);
    }

    [Fact]
    public void The_goals_of_a_group_that_is_gone_go_too()
    {
        var page = PerformancePage.ReplaceGoals("", ["old", "new"], "old", "#old", [Goal.AtMost("what was", 1, 2, "ms")]);

        Assert.DoesNotContain("what was", PerformancePage.ReplaceGoals(page, ["new"], "new", "#new", []), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_group_s_goals_link_to_its_section()
    {
        Assert.Equal(["#growth-with-the-leases-that-are-held"], BenchmarkGroups.All.Where(group => group.Name == "growth").Select(PerformancePage.LinkTo));
        Assert.Equal(["scale.md#one-redis-1000-nodes-100000-cameras"], BenchmarkGroups.All.Where(group => group.Name == "scale").Select(PerformancePage.LinkTo));
    }
}
