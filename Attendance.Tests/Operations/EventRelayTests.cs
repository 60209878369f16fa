using System.Net;
using Attendance.Tests.Accounts;
using Attendance.Tests.Hosts;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Operations;

public sealed class EventRelayTests : WebTest
{
    [Fact]
    public async Task Events_arrive_as_they_are_told_and_a_console_that_is_closed_is_noticed()
    {
        using var admin = await Administrator.AtAsync(Web);
        using (var response = await OpenAsync(admin.Client))
        using (var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel)))
        {
            Assert.Equal(("text/event-stream", true), (response.Content.Headers.ContentType?.MediaType, response.Headers.CacheControl!.NoStore));
            await UntilAsync(events, "event: snapshot");
            await Api.HoldByAnotherAsync("demo");
            Assert.Contains("\"demo\"", await UntilAsync(events, "data: {\"node\":\"desk-1\",\"changed\""), StringComparison.Ordinal);
            Assert.Equal(1, Api.Proxy.Events.Open);
        }

        var sent = Assert.Single(Api.Requests);
        Assert.Equal(("/api/events?live=true", TestSecrets.ApiKey), (sent.Target, sent.Headers["X-Api-Key"]));
        await Eventually.TrueAsync(() => Api.Proxy.Events.Open == 0, "the console's leaving reaches camera-api");
    }

    [Theory]
    [InlineData("run-17", true)]
    [InlineData("a b", false)]
    [InlineData("0a1b2c3d4e5f6a-17.6f5e4d3c2b1a00-4", true)]
    [InlineData(null, false)]
    public async Task A_stream_is_resumed_where_it_broke(string? last, bool isPassedOn)
    {
        last ??= new string('0', 4097);
        using var admin = await Administrator.AtAsync(Web);
        admin.Client.DefaultRequestHeaders.Add("Last-Event-ID", last);

        using var response = await OpenAsync(admin.Client);

        Assert.Equal(isPassedOn ? [last] : [], Api.Requests.Select(sent => sent.Headers.GetValueOrDefault("Last-Event-ID")).OfType<string>());
    }

    [Fact]
    public async Task A_stream_ends_as_a_whole_answer_when_its_time_is_over_and_a_deleted_account_is_not_let_in_again()
    {
        await using var web = new WebServer(Api.Address, ("Operations:StreamLasts", "00:00:01")) { Adjust = AccountSite.Adjust };
        using var admin = await Administrator.AtAsync(web);
        using var response = await OpenAsync(admin.Client);
        await using (var scope = web.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            db.Users.Remove((await db.Users.FindAsync([admin.Id], Cancel))!);
            await db.SaveChangesAsync(Cancel);
        }

        await response.Content.CopyToAsync(Stream.Null, Cancel); // would throw where it is cut

        await Eventually.TrueAsync(() => Api.Proxy.Events.Open == 0, "camera-api is left");
        using var again = await admin.Client.GetAsync(new Uri("/api/events", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, again.StatusCode);
    }

    [Fact]
    public async Task A_stream_ends_with_Web()
    {
        using var admin = await Administrator.AtAsync(Web);
        using var response = await OpenAsync(admin.Client);
        var started = TimeProvider.System.GetTimestamp();

        await Web.DisposeAsync();

        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_camera_api_that_has_no_events_now_is_a_503_problem()
    {
        using var admin = await Administrator.AtAsync(Web);
        Api.Proxy.Refuse("GET", "/api/events", Microsoft.AspNetCore.Http.Results.StatusCode(503));
        await AssertUnavailableAsync(admin.Client);

        await Api.GoAwayAsync();
        await AssertUnavailableAsync(admin.Client);
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("02:00:00")]
    public void How_long_a_stream_lasts_has_bounds(string value)
    {
        using var web = new WebServer(Api.Address, ("Operations:StreamLasts", value));

        var refused = Assert.ThrowsAny<Exception>(web.StartServer);

        Assert.Contains("OperationsOptions.StreamLasts must be", refused.ToString(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client) =>
        client.GetAsync(new Uri("/api/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);

    private static async Task AssertUnavailableAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri("/api/events", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("camera_api_unavailable", await CodeOfAsync(response));
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private static async Task<string> UntilAsync(StreamReader events, string beginning)
    {
        while (await events.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new EndOfStreamException(beginning);
    }
}
