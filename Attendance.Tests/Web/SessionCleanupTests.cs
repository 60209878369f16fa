using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Web;

public sealed class SessionCleanupTests(SharedWeb shared) : WebTest(shared), IClassFixture<SharedWeb>
{
    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain;charset=UTF-8")]
    [InlineData("application/json")]
    public async Task A_page_releases_what_its_own_session_holds(string type)
    {
        var response = await CleanupAsync("""{"session_id":"camera_123456789_abc123","reason":"page_hide"}""", type);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var sent = Assert.Single(Api.Cleanups);
        Assert.Equal("""{"session_id":"camera_123456789_abc123","reason":"page_hide"}""", sent.Body);
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        Assert.Equal(TestSecrets.ApiKey, sent.Headers["X-Api-Key"]);
    }

    [Fact]
    public async Task Only_what_was_understood_is_sent_on()
    {
        await CleanupAsync(
            """{ "session_ids":["session_1","s\u0065ssion_2"],"reason":null}""", query: "?force=true");

        var sent = Assert.Single(Api.Cleanups);
        Assert.Equal("""{"session_ids":["session_1","session_2"]}""", sent.Body);
        Assert.DoesNotContain("?", sent.Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_goodbye_may_leave_time_to_come_back()
    {
        await CleanupAsync("{\"session_id\":\"session_1\",\"reason\":\"page_hide\",\"grace_ms\":500}");

        Assert.Equal("{\"session_id\":\"session_1\",\"reason\":\"page_hide\",\"grace_ms\":500}", Assert.Single(Api.Cleanups).Body);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"reason":"manual"}""")]
    [InlineData("""{"session_id":null}""")]
    [InlineData("""{"session_ids":[]}""")]
    [InlineData("""{"force":true}""")]
    [InlineData("""{"session_id":"session_1","force":true}""")]
    [InlineData("""{"session_id":"session_1","f\u006frce":true}""")]
    public async Task Releasing_what_others_hold_needs_an_administrator(string body)
    {
        var response = await CleanupAsync(body);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("sign_in_required", await CodeOfAsync(response));
        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData("not json", "$")]
    [InlineData("[]", "$")]
    [InlineData("null", "$")]
    [InlineData("""{"session_id":"session_1","session_id":"session_2"}""", "session_id")]
    [InlineData("""{"session_id":"session_1","all":true}""", "all")]
    [InlineData("""{"session_id":"session_1","Force":true}""", "Force")]
    [InlineData("""{"session_id":"session_1","by":"somebody else"}""", "by")]
    [InlineData("""{"session_id":"session_1","why":"no reason"}""", "why")]
    [InlineData("""{"session_id":17}""", "session_id")]
    [InlineData("""{"session_id":"short"}""", "session_id")]
    [InlineData("""{"session_id":"session_1\n"}""", "session_id")]
    [InlineData("""{"session_id":"../../etc/passwd"}""", "session_id")]
    [InlineData("""{"session_ids":"session_1"}""", "session_ids")]
    [InlineData("""{"session_ids":["session_1",2]}""", "session_ids[1]")]
    [InlineData("""{"session_id":"session_1","reason":7}""", "reason")]
    [InlineData("""{"session_id":"session_1","reason":"\ud800"}""", "reason")]
    [InlineData("""{"session_id":"session_1","grace_ms":-1}""", "grace_ms")]
    [InlineData("""{"session_id":"session_1","grace_ms":2001}""", "grace_ms")]
    [InlineData("""{"session_id":"session_1","grace_ms":0.5}""", "grace_ms")]
    [InlineData("""{"session_id":"session_1","grace_ms":"500"}""", "grace_ms")]
    public async Task What_is_malformed_is_a_400_problem_that_names_the_field(string body, string field)
    {
        var response = await CleanupAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal("invalid_request", (string?)problem["code"]);
        Assert.NotNull(problem["errors"]?[field]);
        Assert.Empty(Api.Requests);
    }

    [Fact]
    public async Task A_reason_is_short()
    {
        var response = await CleanupAsync($$"""{"session_id":"session_1","reason":"{{new string('x', 65)}}"}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!["errors"]?["reason"]);
    }

    [Fact]
    public async Task A_form_is_not_a_goodbye()
    {
        var response = await CleanupAsync("""{"session_id":"session_1"}""", "application/x-www-form-urlencoded");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    private Task<HttpResponseMessage> CleanupAsync(string body, string type = "application/json", string query = "")
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return Client.PostAsync(new Uri($"/api/camera/cleanup/{query}", UriKind.Relative), content, Cancel);
    }
}
