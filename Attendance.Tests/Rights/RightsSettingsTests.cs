using Attendance.Tests.Hosts;
using Attendance.Web.Rights;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.Rights;

/// <summary>Tests rules in the configuration.</summary>
public sealed class RightsSettingsTests
{
    private static readonly Uri s_nowhere = new("http://127.0.0.1:1");

    [Theory]
    [InlineData("Rights:0:Camera", "door*1", "Rights:0:Camera must be the id of a camera")]
    [InlineData("Rights:0:Camera", "auto", "Rights:0:Camera must be the id of a camera")]
    [InlineData("Rights:0:Watch:0", "operators", "Rights:0:Watch:0 must be 'admin', 'operator'")]
    [InlineData("Rights:0:Borrow:1", "team:Reception Desk", "Rights:0:Borrow:1 must be 'admin', 'operator'")]
    [InlineData("Rights:0:Publish:0", "team:", "Rights:0:Publish:0 must be 'admin', 'operator'")]
    [InlineData("Rights:0:Wach:0", "operator", "'Rights:0:Wach' is no setting. Is 'Rights:0:Watch' meant?")]
    [InlineData("Rights:first:Camera", "door", "'Rights:first' is no setting: 'Rights' is a list")]
    [InlineData("Rights:1:Camera", "door-*", "Rights:1:Camera is that of Rights:0 too.")]
    [InlineData("Rights:1:Camera", "gate", "Rights:1 names no right")]
    public async Task A_rule_that_cannot_be_used_stops_the_start_and_is_named(string key, string value, string words)
    {
        await using var web = new WebServer(s_nowhere, ("Rights:0:Camera", "door-*"), ("Rights:0:Borrow:0", "admin"), (key, value));

        Assert.Contains(words, Assert.Throws<OptionsValidationException>(web.StartServer).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_are_read_from_the_configuration()
    {
        await using var web = new WebServer(
            s_nowhere, ("Rights:0:Camera", "door-*"), ("Rights:0:Watch:0", "operator"), ("Rights:0:Watch:1", "team:reception"), ("Rights:1:Camera", "*"), ("Rights:1:Publish:0", "admin"));
        web.StartServer();

        var book = await web.Services.GetRequiredService<CurrentRights>().ReadAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["door-*: watch operator, team:reception", "*: publish admin"], book.Rules.Select(rule => rule.ToString()));
    }
}
