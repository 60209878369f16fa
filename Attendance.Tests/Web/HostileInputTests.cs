using System.Net;
using System.Net.Sockets;
using System.Text;
using Attendance.Tests.Hosts;
using Attendance.Tests.Subjects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Tests that a faulty request is refused and logs no error. The fuzz suite looks for more such requests.</summary>
public sealed class HostileInputTests : WebTest
{
    [Theory]
    [InlineData("POST /api/camera/cleanup", "zz\r\n{}")]
    [InlineData("POST /api/camera/cleanup", "ffffffffffffffffffff\r\n{}")]
    [InlineData("DELETE /api/leases/some-lease", "zz\r\n{}")]
    [InlineData("POST /sign-in", "zz\r\n{}")]
    [InlineData("GET /api/cameras", "zz\r\n{}", true)]
    [InlineData("POST /api/leases", "zz\r\n{}", true)]
    [InlineData("POST /people", "zz\r\n{}", true)]
    public async Task A_body_with_a_bad_chunk_is_a_bad_request(string request, string body, bool isSignedIn = false)
    {
        var answer = await SendAsync(request, $"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n{(isSignedIn ? $"Cookie: {Operator.Header}\r\n" : "")}", body);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        AssertNoError();
        Assert.Empty(Api.Requests);
    }

    [Theory]
    [InlineData("Accept: é")]
    [InlineData("User-Agent: ü")]
    [InlineData("If-None-Match: é")]
    public async Task A_header_that_cannot_be_sent_on_is_left_out(string header)
    {
        var answer = await SendAsync("GET /api/cameras", $"Cookie: {Operator.Header}\r\n{header}\r\n", "");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Single(Api.Requests);
    }

    [Theory]
    [InlineData("PUT", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("PATCH", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("TRACE", "", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "?handler=Nothing", HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", "", HttpStatusCode.OK)] // as the framework has it: by the handler of GET
    [InlineData("GET", "?handler=Nothing", HttpStatusCode.OK)]
    [InlineData("HEAD", "", HttpStatusCode.OK)]
    public async Task A_page_of_a_person_answers_unknown_methods_and_handlers_without_an_error(string method, string query, HttpStatusCode expected)
    {
        await TestPeople.AddKnownAsync(Web.Services, Cancel);
        using var visit = new Visit(Web.Address) { Cookie = Operator.Value };
        var token = SignIn.TokenIn((await visit.GetAsync("/people/new")).Text);
        foreach (var page in (string[])[$"/people/{TestPeople.Known}", $"/people/{TestPeople.Known}/capture"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), page + query);
            request.Headers.Add("RequestVerificationToken", token);
            using var response = await visit.Client.SendAsync(request, Cancel);

            Assert.True(expected == response.StatusCode, $"{method} {page}{query}: {response.StatusCode}");
        }

        AssertNoError();
    }

    /// <summary>The framework binds a form's field before the path, even in a request that should have no form.</summary>
    [Theory]
    [InlineData("/cameras/demo", "")]
    [InlineData("/people/{person}", "")]
    [InlineData("/people/{person}", "00000000-0000-4000-8000-0000000000ff")]
    [InlineData("/people/{person}/edit", "00000000-0000-4000-8000-0000000000ff")]
    [InlineData("/people/{person}/capture", "")]
    public async Task A_form_does_not_replace_what_the_path_names(string page, string id)
    {
        await TestPeople.AddKnownAsync(Web.Services, Cancel);
        using var visit = new Visit(Web.Address) { Cookie = Operator.Value };
        using var request = new HttpRequestMessage(HttpMethod.Get, page.Replace("{person}", TestPeople.Known.ToString(), StringComparison.Ordinal)) { Content = new FormUrlEncodedContent([new("id", id)]) };

        using var response = await visit.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        AssertNoError();
    }

    [Fact]
    public async Task A_request_for_the_page_of_an_outage_is_not_found()
    {
        using var response = await Visitor.GetAsync(new Uri("/trouble/503", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("evil.test")]
    [InlineData("evil.test:80")]
    public async Task A_host_that_is_not_ours_is_in_no_redirection(string host)
    {
        var answer = await SendAsync("GET /people", "", "", host);

        Assert.Contains("\nLocation: /sign-in?return=%2Fpeople\r", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_no_page_asks_for_is_kept_nowhere()
    {
        var before = Directory.GetFiles(Path.GetTempPath(), "ASPNETCORE_*").Length;
        using var visit = new Visit(Web.Address);
        using var form = new MultipartFormDataContent { { new ByteArrayContent(new byte[3_000_000]), "file", "file.bin" } };
        form.Add(new StringContent(SignIn.TokenIn((await visit.GetAsync("/sign-in")).Text)), "__RequestVerificationToken");

        using var response = await visit.Client.PostAsync(new Uri("/sign-in", UriKind.Relative), form, Cancel);

        Assert.InRange((int)response.StatusCode, 400, 499);
        Assert.Equal(before, Directory.GetFiles(Path.GetTempPath(), "ASPNETCORE_*").Length);
        AssertNoError();
    }

    [Fact]
    public async Task A_body_for_camera_api_is_read_into_memory_and_no_further_than_it_may_be_long()
    {
        var context = new DefaultHttpContext { Request = { Body = new BufferedStream(new MemoryStream(new byte[JsonBody.MaxLength])) } };
        await JsonBody.KeepAsync(context.Request, Cancel);
        var kept = Assert.IsType<MemoryStream>(context.Request.Body, exactMatch: false);
        Assert.Equal(JsonBody.MaxLength, kept.Length);
        await JsonBody.KeepAsync(context.Request, Cancel);
        Assert.Same(kept, context.Request.Body);

        context.Request.Body = new MemoryStream(new byte[JsonBody.MaxLength + 1]);
        var refused = await Assert.ThrowsAsync<BadHttpRequestException>(() => JsonBody.KeepAsync(context.Request, Cancel));
        Assert.Equal(StatusCodes.Status413PayloadTooLarge, refused.StatusCode);
    }

    private void AssertNoError() => Assert.DoesNotContain(Web.Logs.GetSnapshot(), record => record.Level >= LogLevel.Error);

    private async Task<string> SendAsync(string request, string headers, string body, string host = "127.0.0.1")
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Web.Address.Port, Cancel);
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n{body}"), Cancel);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
    }
}
