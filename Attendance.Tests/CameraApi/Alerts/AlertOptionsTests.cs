using Attendance.CameraApi.Alerts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Xunit;

namespace Attendance.Tests.CameraApi.Alerts;

public sealed class AlertOptionsTests
{
    private const string Secret = "0123456789abcdef01234567";

    [Theory]
    [InlineData("Alerts:Rules:no_such_rule:Enabled", "false", "Alerts:Rules:no_such_rule")]
    [InlineData("Alerts:ResolveAfter", "00:00:00", "ResolveAfter")]
    [InlineData("Alerts:CrashLoop:Count", "0", "CrashLoop.Count")]
    [InlineData("Alerts:Contention:Window", "00:00:00", "Contention.Window")]
    [InlineData("Alerts:Webhooks:ops:Url", "ftp://example.org", "Alerts:Webhooks:ops:Url")]
    [InlineData("Alerts:Webhooks:ops:Url", "http://example.org/hook", "Alerts:Webhooks:ops:Url")]
    [InlineData("Alerts:Webhooks:ops:Secret", "short", "Alerts:Webhooks:ops:Secret")]
    [InlineData("Alerts:Webhooks:ops:Secret", "whsec_this is not base64!!", "Alerts:Webhooks:ops:Secret")]
    public void A_bad_value_is_refused_by_the_name_of_its_key(string key, string value, string named)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Read((key, value)));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        if (key.EndsWith("Secret", StringComparison.Ordinal))
        {
            Assert.DoesNotContain(value, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://example.org/hook")]
    [InlineData("http://localhost:1234/hook")]
    public void A_webhook_may_be_far_away_by_https_and_near_by_http(string url) =>
        Assert.Equal(url, Read(("Alerts:Webhooks:ops:Url", url)).Webhooks["ops"].Url);

    private static AlertOptions Read(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Alerts:Webhooks:ops:Url"] = "https://example.org/hook",
            ["Alerts:Webhooks:ops:Secret"] = Secret,
        });
        builder.Configuration.AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value)));
        builder.AddAlerts();
        using var host = builder.Build();
        return host.Services.GetRequiredService<IOptions<AlertOptions>>().Value;
    }
}
