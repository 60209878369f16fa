using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.PhoneCameras;

/// <summary>A Web, an operator at its page of cameras, and phones. The camera API is away.</summary>
internal sealed partial class PairingSite : IAsyncDisposable
{
    private readonly List<Visit> _visits = [];

    public PairingSite(params (string Key, string? Value)[] settings) => Site = new(new Uri("http://127.0.0.1:1"), [("Accounts:AttemptsPerMinute", "1000"), .. settings]);

    public AttendanceSite Site { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Somebody who is signed in, with a token against forged requests.</summary>
    public async Task<(Visit Visit, string Token)> OperatorAsync()
    {
        var visit = Open((await Site.Web.SignInAsync()).Value);
        return (visit, JsonDocument.Parse((await visit.GetAsync("/api/phone-pairings/token")).Text).RootElement.GetProperty("request_token").GetString()!);
    }

    /// <summary>A browser in which nobody is signed in.</summary>
    public Visit Phone() => Open(null);

    public static async Task<(Guid Id, string Code)> MakeAsync((Visit Visit, string Token) by)
    {
        var made = await SendAsync(by, HttpMethod.Post, "/api/phone-pairings");
        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        var body = JsonDocument.Parse(made.Text).RootElement;
        return (body.GetProperty("pairing_id").GetGuid(), body.GetProperty("code").GetString()!);
    }

    public static async Task<Answer> SendAsync((Visit Visit, string Token) by, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("RequestVerificationToken", by.Token);
        using var response = await by.Visit.Client.SendAsync(request, Cancel);
        return await Answer.OfAsync(response);
    }

    public static Task<Answer> EnterAsync(Visit phone, string code) => phone.PostAsync("/phone/setup", new() { ["Code"] = code });

    /// <summary>A phone that has used the code of a pairing just made.</summary>
    public async Task<(Visit Phone, Guid Id, string CameraId)> PairAsync((Visit Visit, string Token) by)
    {
        var (id, code) = await MakeAsync(by);
        var phone = Phone();
        (await EnterAsync(phone, code)).Leads("/phone");
        return (phone, id, CameraOfPage().Match((await phone.GetAsync("/phone")).Text).Groups[1].Value);
    }

    /// <summary>What the phone is told: nothing while it is paired, and why not when it is not any more.</summary>
    public static async Task<string?> EndAsync(Visit phone)
    {
        var told = await phone.GetAsync("/api/phone-camera");
        if (told.Status == HttpStatusCode.OK)
        {
            return null;
        }

        Assert.Equal(HttpStatusCode.Unauthorized, told.Status);
        return JsonDocument.Parse(told.Text).RootElement.GetProperty("reason").GetString();
    }

    public async ValueTask DisposeAsync()
    {
        _visits.ForEach(visit => visit.Dispose());
        await Site.DisposeAsync();
    }

    private Visit Open(string? cookie)
    {
        Site.Web.StartServer();
        var visit = new Visit(Site.Web.Address);
        if (cookie is not null)
        {
            visit.Cookie = cookie;
        }

        _visits.Add(visit);
        return visit;
    }

    [GeneratedRegex("data-camera=\"([^\"]+)\"")]
    private static partial Regex CameraOfPage();
}
