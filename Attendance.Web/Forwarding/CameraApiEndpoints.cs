using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.Http;

namespace Attendance.Web.Forwarding;

internal static class CameraApiEndpoints
{
    // Only ids of these forms are accepted, so that no unintended address reaches camera-api.
    public const string Camera = @"{cameraId:regex(^[A-Za-z0-9][A-Za-z0-9._-]{{0,127}}$)}";
    private const string Lease = @"{leaseId:regex(^[A-Za-z0-9_-]{{1,128}}$)}";

    private const string Session = @"{sessionId:regex(^[A-Za-z0-9_-]{{8,128}}$)}";

    private const string BrowserPrefix = "browser-";

    private static readonly string[] s_connect = [HttpMethods.Get, HttpMethods.Connect]; // a WebSocket over HTTP/1.1, and over HTTP/2
    private static readonly string[] s_get = [HttpMethods.Get];
    private static readonly string[] s_put = [HttpMethods.Put];
    private static readonly string[] s_delete = [HttpMethods.Delete];

    public static void AddCameraApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpForwarder();
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Error); // CameraApiReach logs failures instead, and not every request with its stack trace
        builder.Services.AddSingleton<CameraApiClient>();
        builder.Services.AddSingleton<CameraApiReach>();
        builder.Services.AddSingleton<CameraApiTransformer>();
        builder.Services.AddSingleton<CameraApiForwarder>();
    }

    /// <summary>
    /// Maps only the endpoints that a page needs, for users who are signed in. What administrators may do besides (release cameras of others,
    /// read the history, handle alerts) is in <c>Operations</c>, because the API key that is added on the way must never give an operator an
    /// administrator's rights. Giving a camera back needs no sign-in: to know the id of a session or lease is the right to end it, and
    /// a page whose sign-in has expired must also be able to give its camera back.
    /// </summary>
    public static void MapCameraApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapMethods("/camera/status", s_get, ForwardListAsync);
        api.MapPost("/camera/cleanup", CleanupAsync).AllowAnonymous();
        api.MapMethods("/cameras", s_get, ForwardListAsync);
        api.MapMethods($"/cameras/{Camera}", s_get, ForwardAsync);
        api.MapMethods($"/cameras/{Camera}/stream", s_get, ForwardStreamAsync).RequireRateLimiting(Quotas.Open);
        api.MapMethods($"/cameras/{Camera}/snapshot", s_get, ForwardAsync);
        api.MapPost("/leases", AcquireAsync).RequireRateLimiting(Quotas.Waiting);
        api.MapMethods($"/leases/{Lease}", s_put, ForwardAsync);
        api.MapMethods($"/leases/{Lease}", s_delete, ForwardAsync).AllowAnonymous();
        api.MapMethods($"/sessions/{Session}/presence", s_connect, ForwardSocketAsync).RequireRateLimiting(Quotas.Open);
        api.Map("/{**rest}", ApiProblems.NotFound);
    }

    private static Task ForwardAsync(HttpContext context, CameraApiForwarder forwarder) => forwarder.ForwardAsync(context);

    /// <summary>Leaves out other users' browser cameras, because anybody who knows the id of one could take over its lease.</summary>
    private static Task ForwardListAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        context.Request.QueryString = new QueryString("?browsers=false");
        return forwarder.ForwardAsync(context);
    }

    /// <summary>
    /// Refuses to open a stream as a page. Each part of a stream has its own content type, which a browser may then apply to the page.
    /// Pages show a stream as an image, or read it themselves.
    /// </summary>
    private static Task ForwardStreamAsync(HttpContext context, CameraApiForwarder forwarder) =>
        context.Request.Headers["Sec-Fetch-Dest"].ToString() is "document" or "iframe" or "frame" or "embed" or "object"
            ? ApiProblems.NotAPage().ExecuteAsync(context)
            : forwarder.ForwardAsync(context);

    private static Task ForwardSocketAsync(HttpContext context, CameraApiForwarder forwarder) => forwarder.ForwardSocketAsync(context);

    private static async Task AcquireAsync(HttpContext context, CameraApiForwarder forwarder, BrowserCameraQuota quota)
    {
        if (await BoundedBody.ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            await ApiProblems.TooLarge().ExecuteAsync(context);
        }
        else if (BrowserCameraOf(body) is { } cameraId && !quota.TryAdd(context.User.AccountId(), cameraId))
        {
            await ApiProblems.TooMany().ExecuteAsync(context);
        }
        else
        {
            BoundedBody.Replace(context.Request, body);
            await forwarder.ForwardAsync(context);
        }
    }

    /// <returns>
    /// The camera's id, or null if the body does not ask for a browser camera or cannot be read. In that case camera-api reports the error.
    /// </returns>
    private static string? BrowserCameraOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("camera_id", out var camera) && camera.ValueKind == JsonValueKind.String
                && camera.GetString() is { } cameraId && cameraId.StartsWith(BrowserPrefix, StringComparison.Ordinal)
                    ? cameraId
                    : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // InvalidOperationException: an unpaired surrogate
        {
            return null;
        }
    }

    private static async Task CleanupAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        var (cleanup, problem) = await SessionCleanup.ReadAsync(context.Request, context.RequestAborted);
        if (cleanup is null)
        {
            await problem!.ExecuteAsync(context);
            return;
        }

        cleanup.WriteTo(context.Request);
        await forwarder.ForwardAsync(context);
    }
}
