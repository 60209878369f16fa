using System.Net;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>A browser without a window: it keeps its cookies, and shows where it is sent instead of going there.</summary>
internal sealed class Visit : IDisposable
{
    private readonly SocketsHttpHandler _handler = new() { AllowAutoRedirect = false, UseProxy = false };

    public Visit(Uri web) => Client = new(_handler) { BaseAddress = web, Timeout = TimeSpan.FromSeconds(40) };

    public HttpClient Client { get; }

    /// <summary>Null when nobody is signed in here.</summary>
    public string? Cookie
    {
        get => _handler.CookieContainer.GetCookies(Client.BaseAddress!)[SignIn.CookieName]?.Value;
        set => _handler.CookieContainer.Add(Client.BaseAddress!, new Cookie(SignIn.CookieName, value) { Path = "/" });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task<Answer> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
        return await Answer.OfAsync(response);
    }

    /// <param name="page">Where the form is; null where it is sent to.</param>
    public async Task<Answer> PostAsync(string path, Dictionary<string, string> values, string? page = null)
    {
        using var response = await SignIn.PostFormAsync(Client, path, values, Cancel, page);
        return await Answer.OfAsync(response);
    }

    /// <summary>Without the token of a page.</summary>
    public async Task<Answer> PostBareAsync(string path, Dictionary<string, string> values)
    {
        using var form = new FormUrlEncodedContent(values);
        using var response = await Client.PostAsync(new Uri(path, UriKind.Relative), form, Cancel);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> SignInAsync(string userName, string password, string page = "/sign-in") =>
        PostAsync(page, new() { ["UserName"] = userName, ["Password"] = password });

    public Task<Answer> ChangePasswordAsync(string current, string chosen, string? again = null) =>
        PostAsync("/account/password", new() { ["Current"] = current, ["New"] = chosen, ["Again"] = again ?? chosen });

    public void Dispose()
    {
        Client.Dispose();
        _handler.Dispose();
    }
}

/// <summary>What a page or a program is told.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Location, string Text, HttpResponseMessage Response)
{
    public static async Task<Answer> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Headers.Location?.ToString(),
        WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)),
        response);

    /// <summary>With this status, and these words on the page.</summary>
    public void Says(HttpStatusCode status, string words)
    {
        Assert.True(status == Status, $"{Status} {Location}: {Text}");
        Assert.Contains(words, Text, StringComparison.Ordinal);
    }

    public void Leads(string to)
    {
        Assert.True(Status == HttpStatusCode.Redirect, $"{Status}: {Text}");
        Assert.Equal(to, Location);
    }
}
