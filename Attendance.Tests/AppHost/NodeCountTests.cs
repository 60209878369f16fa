using Microsoft.Extensions.Configuration;
using Xunit;

namespace Attendance.Tests.AppHost;

public sealed class NodeCountTests
{
    [Theory]
    [InlineData(null, 1)]
    [InlineData("", 1)]
    [InlineData("3", 3)]
    [InlineData("16", 16)]
    public void The_number_of_nodes_is_one_unless_configured(string? text, int count) => Assert.Equal(count, Read(text));

    [Theory]
    [InlineData("0")]
    [InlineData("17")]
    [InlineData("-1")]
    [InlineData("three")]
    public void An_invalid_number_of_nodes_is_refused_naming_its_key(string text) =>
        Assert.Contains($"'nodes' is '{text}'", Assert.Throws<DistributedApplicationException>(() => Read(text)).Message, StringComparison.Ordinal);

    private static int Read(string? text) =>
        NodeCount.Read(new ConfigurationBuilder().AddInMemoryCollection([new("nodes", text)]).Build());
}
