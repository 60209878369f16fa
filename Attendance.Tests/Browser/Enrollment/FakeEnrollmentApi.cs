using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Attendance.Tests.Enrollment;
using Attendance.Tests.Web;
using Attendance.Web.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Attendance.Tests.Browser.Enrollment;

/// <summary>A shot as the page has sent it.</summary>
internal sealed record SentShot(string Pose, string CameraId, string LeaseId, long Token, bool Manual, byte[] Picture, string? RequestToken);

/// <summary>
/// The enrollment API as its contract has it, as far as the capture page uses it: one person, no database, no judgement, all
/// recorded. A window's requests are led here, so that what the page sends arrives as it would at Web.
/// </summary>
internal sealed class FakeEnrollmentApi : IAsyncDisposable
{
    public const string PersonName = "Ada Lovelace";
    public static readonly Guid Person = new("0a1b2c3d-0000-4000-8000-000000000001");

    private readonly ConcurrentQueue<SentShot> _sent = new();
    private readonly ConcurrentDictionary<string, JsonObject> _kept = new();
    private readonly ConcurrentDictionary<string, byte[]> _pictures = new();
    private readonly ConcurrentQueue<Answer> _answers = new();
    private WebApplication? _app;
    private volatile bool _isAway;

    public bool Consent { get; set; } = true;

    /// <summary>Whether there is no way to it.</summary>
    public bool IsAway { get => _isAway; set => _isAway = value; }

    /// <summary>What asking for the shots is answered with instead.</summary>
    public Answer? Refusal { get; set; }

    /// <summary>All that were sent, whether or not they were taken.</summary>
    public IReadOnlyList<SentShot> Sent => [.. _sent];

    public IReadOnlyCollection<string> Kept => [.. _kept.Keys];

    private Uri Address => new(_app!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<FakeEnrollmentApi> StartAsync(CancellationToken cancellationToken)
    {
        var api = new FakeEnrollmentApi();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        api._app = builder.Build();
        api._app.MapGet("/api/people/{id}/shots", api.List);
        api._app.MapPost("/api/people/{id}/shots", (Delegate)api.TakeAsync);
        api._app.MapGet("/api/people/{id}/shots/{pose}/picture", (string pose) =>
            api._pictures.TryGetValue(pose, out var picture) ? Results.Bytes(picture, "image/jpeg") : Results.NotFound());
        await api._app.StartAsync(cancellationToken);
        return api;
    }

    /// <summary>The page itself comes from Web, which has to know the person.</summary>
    public static async Task AddPersonAsync(WebServer web, CancellationToken cancellationToken)
    {
        await using var scope = web.Services.CreateAsyncScope();
        await TestPeople.AddAsync(scope.ServiceProvider, Person, PersonName, cancellationToken);
    }

    public Task LeadHereAsync(IBrowserContext window) => window.RouteAsync("**/api/people/**", route => IsAway
        ? route.AbortAsync()
        : route.ContinueAsync(new() { Url = new Uri(Address, new Uri(route.Request.Url).PathAndQuery).ToString() }));

    /// <summary>The next shots are answered so, one after the other; all after them are taken.</summary>
    public void AnswerNext(params Answer[] answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }
    }

    /// <summary>It was taken on another day.</summary>
    public void Keep(Pose pose, byte[] picture) => Keep(NameOf(pose), picture, manual: false);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private static string NameOf(Pose pose) => pose.ToString().ToLowerInvariant();

    private static IResult Problem(Answer answer)
    {
        var body = new JsonObject { ["title"] = answer.Code, ["status"] = answer.Status, ["code"] = answer.Code };
        if (answer.Reasons.Length > 0)
        {
            body["reasons"] = new JsonArray([.. answer.Reasons.Select(reason => (JsonNode)reason)]);
        }

        return Results.Text(body.ToJsonString(), "application/problem+json", Encoding.UTF8, answer.Status);
    }

    private IResult List() => Refusal is { } refusal ? Problem(refusal) : Results.Text(
        new JsonObject
        {
            ["person_id"] = Person,
            ["consent"] = Consent,
            ["poses"] = new JsonArray([.. Enum.GetValues<Pose>().Select(pose => (JsonNode)NameOf(pose))]),
            ["shots"] = new JsonArray([.. _kept.Values.Select(shot => shot.DeepClone())]),
        }.ToJsonString(), "application/json");

    private async Task<IResult> TakeAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        using var picture = new MemoryStream();
        await form.Files.GetFile("picture")!.CopyToAsync(picture, context.RequestAborted);
        var shot = new SentShot(
            form["pose"]!, form["camera_id"]!, form["lease_id"]!, long.Parse(form["fencing_token"]!, System.Globalization.CultureInfo.InvariantCulture),
            bool.Parse(form["manual"]!), picture.ToArray(), context.Request.Headers["RequestVerificationToken"]);
        _sent.Enqueue(shot);
        return _answers.TryDequeue(out var answer)
            ? Problem(answer)
            : Results.Text(Keep(shot.Pose, shot.Picture, shot.Manual).ToJsonString(), "application/json", Encoding.UTF8, 201);
    }

    private JsonObject Keep(string pose, byte[] picture, bool manual)
    {
        _pictures[pose] = picture;
        return _kept[pose] = new JsonObject
        {
            ["shot_id"] = Guid.NewGuid(), ["pose"] = pose, ["taken_at"] = DateTimeOffset.UnixEpoch, ["width"] = 640, ["height"] = 480,
            ["sharpness"] = 100, ["brightness"] = 120, ["size"] = 0.2, ["yaw"] = 0, ["pitch"] = 0.45, ["manual"] = manual,
            ["picture_url"] = $"/api/people/{Person}/shots/{pose}/picture?shot={Guid.NewGuid():N}",
        };
    }

    internal sealed record Answer(int Status, string Code, params string[] Reasons);
}
