using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.Http;

namespace Attendance.Web.Forwarding;

internal static class CameraApiEndpoints
{
    // Ids of these shapes only, so that no address reaches camera-api that was not meant here.
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
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Error); // CameraApiReach tells, and not of each request with its stack
        builder.Services.AddSingleton<CameraApiClient>();
        builder.Services.AddSingleton<CameraApiReach>();
        builder.Services.AddSingleton<CameraApiTransformer>();
        builder.Services.AddSingleton<CameraApiForwarder>();
    }

    /// <summary>
    /// Just what a page needs, for those who are signed in. What ops may do besides (releasing what others hold, history, alerts)
    /// is in <c>Operations</c>: the key that is added on the way must never turn an operator into an administrator. Giving back needs no
    /// sign-in: whoever knows a session or a lease holds it, and a camera must come back also from a page whose sign-in is over.
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

    /// <summary>Who knows the id of a browser's camera could take its lease over, so visitors are not shown those of others.</summary>
    private static Task ForwardListAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        context.Request.QueryString = new QueryString("?browsers=false");
        return forwarder.ForwardAsync(context);
    }

    /// <summary>
    /// Each part of a stream has a content type of its own, which a browser that opens the stream as a page may follow. Pages show
    /// a stream as an image or read it themselves.
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

    /// <returns>Null where the body does not ask for one, or cannot be read: then camera-api says what is wrong with it.</returns>
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
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair
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
