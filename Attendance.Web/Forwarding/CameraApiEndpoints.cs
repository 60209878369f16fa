using Attendance.Web.Accounts;
using Attendance.Web.Http;

namespace Attendance.Web.Forwarding;

internal static class CameraApiEndpoints
{
    private static readonly string[] s_connect = [HttpMethods.Get, HttpMethods.Connect]; // a WebSocket over HTTP/1.1, and over HTTP/2
    private static readonly string[] s_get = [HttpMethods.Get];
    private static readonly string[] s_put = [HttpMethods.Put];
    private static readonly string[] s_delete = [HttpMethods.Delete];

    public static void AddCameraApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddIdConstraints();
        builder.Services.AddHttpForwarder();
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.Error); // CameraApiReach logs failures instead, and not every request with its stack trace
        builder.Services.AddSingleton<CameraApiClient>();
        builder.Services.AddSingleton<CameraApiReach>();
        builder.Services.AddSingleton<CameraApiTransformer>();
        builder.Services.AddSingleton<CameraApiForwarder>();
        builder.Services.AddSingleton<LeaseChecks>();
        builder.Services.AddSingleton<CameraBorrower>();
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
        api.MapMethods("/cameras/{cameraId:name}", s_get, ForwardAsync);
        api.MapMethods("/cameras/{cameraId:name}/stream", s_get, ForwardStreamAsync).RequireRateLimiting(Quotas.Open).RequireAuthorization(KioskSignIn.CameraUsers);
        api.MapMethods("/cameras/{cameraId:name}/snapshot", s_get, ForwardAsync).RequireAuthorization(KioskSignIn.CameraUsers);
        api.MapPost("/cameras/{cameraId:name}/whip", PublishAsync).RequireRateLimiting(Quotas.Waiting).RequireAuthorization(PhoneCameraSignIn.Publishers);
        api.MapMethods("/cameras/{cameraId:name}/whip/{peer:name}", s_delete, ForwardAsync);
        api.MapPost("/leases", AcquireAsync).RequireRateLimiting(Quotas.Waiting).RequireAuthorization(PhoneCameraSignIn.Lessees);
        api.MapMethods("/leases/{leaseId:lease}", s_put, ForwardAsync).RequireAuthorization(PhoneCameraSignIn.Lessees);
        api.MapMethods("/leases/{leaseId:lease}", s_delete, ForwardAsync).AllowAnonymous();
        api.MapMethods("/sessions/{sessionId:session}/presence", s_connect, ForwardSocketAsync).RequireRateLimiting(Quotas.Open).RequireAuthorization(PhoneCameraSignIn.Lessees);
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
        await PageBody.KeepAsync(context.Request);
        var wanted = JsonBody.FindText(context.Request, "camera_id");
        if (!context.User.MayBorrow(wanted) || !context.User.MayLend(wanted))
        {
            await ApiProblems.NotAllowed().ExecuteAsync(context);
        }
        else if (wanted is { } cameraId && IdFormats.IsBrowserCamera(cameraId) && !quota.TryAdd(context.User.AccountId(), cameraId))
        {
            await ApiProblems.TooMany().ExecuteAsync(context);
        }
        else
        {
            await forwarder.ForwardAsync(context);
        }
    }

    /// <summary>Only a camera of a browser can be published, by whoever holds it.</summary>
    private static Task PublishAsync(string cameraId, HttpContext context, CameraApiForwarder forwarder) =>
        !IdFormats.IsBrowserCamera(cameraId) ? ApiProblems.NotFound().ExecuteAsync(context)
        : !context.User.MayLend(cameraId) ? ApiProblems.NotAllowed().ExecuteAsync(context)
        : forwarder.ForwardAsync(context);

    private static async Task CleanupAsync(HttpContext context, CameraApiForwarder forwarder)
    {
        var cleanup = await PageBody.ReadAsync<CleanupRequest>(context.Request, acceptsText: true); // navigator.sendBeacon sends text/plain
        if (cleanup.Force is not null || cleanup.AllSessions().Count == 0)
        {
            await ApiProblems.SignInRequired().ExecuteAsync(context);
            return;
        }

        if (cleanup is { By: not null } or { Why: not null })
        {
            throw new RequestException(cleanup.By is null ? "why" : "by", "is for administrators.");
        }

        cleanup.Validate();
        PageBody.Replace(context.Request, cleanup);
        await forwarder.ForwardAsync(context);
    }
}
