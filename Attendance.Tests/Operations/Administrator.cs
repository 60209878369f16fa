using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;
using Attendance.Tests.Accounts;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Xunit;

namespace Attendance.Tests.Operations;

/// <summary>A browser without a window that has loaded the console, with the token of that page. The caller disposes of it.</summary>
internal sealed partial class Administrator(Visit visit, string token, string id) : IDisposable
{
    public HttpClient Client => visit.Client;

    public string Id => id;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Administrator> AtAsync(WebServer web)
    {
        var account = await AccountSite.AddAsync(web, AccountRole.Admin);
        var visit = new Visit(web.Address) { Cookie = (await web.SignInAsync(account)).Value };
        var page = await visit.GetAsync("/ops");
        return new Administrator(visit, Token().Match(page.Text).Groups[1].Value, account.Id);
    }

    public Task<HttpResponseMessage> PostAsync(string target, object body) => SendAsync(target, JsonContent.Create(body));

    public Task<HttpResponseMessage> PostTextAsync(string target, string body, string type = "application/json") =>
        SendAsync(target, new StringContent(body, Encoding.UTF8, type));

    public void Dispose() => visit.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string target, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = body };
        request.Headers.Add("RequestVerificationToken", token);
        return await visit.Client.SendAsync(request, Cancel);
    }

    [GeneratedRegex("<meta name=\"request-token\" content=\"([^\"]+)\"")]
    private static partial Regex Token();
}
