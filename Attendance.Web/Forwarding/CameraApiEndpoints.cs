using Attendance.Web.Accounts;
using Attendance.Web.Http;
using Attendance.Web.Rights;

namespace Attendance.Web.Forwarding;

internal static class CameraApiEndpoints
{
    private const string Listed = "cameras that may not be watched are left out", GivesBack = "whoever holds something may give it back";

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
        builder.Services.AddSingleton<AccountSessions>();
        builder.Services.AddSingleton<RightsWatch>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RightsWatch>());
        builder.Services.AddSingleton<LeaseRights>();
        builder.Services.AddSingleton<VisibleCameras>();
    }

    /// <summary>
    /// Maps only the endpoints that a page needs, for users who are signed in. What administrators may do besides (release cameras of others,
    /// read the history, handle alerts) is in <c>Operations</c>, because the API key that is added on the way must never give an operator an
    /// administrator's rights. Giving a camera back needs no sign-in: to know the id of a session or lease is the right to end it, and
    /// a page whose sign-in has expired must also be able to give its camera back. Each endpoint states which right it needs.
    /// </summary>
    public static void MapCameraApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api");
        api.MapMethods("/camera/status", s_get, ForwardListAsync).ChecksRights(Listed);
        api.MapPost("/camera/cleanup", CleanupAsync).AllowAnonymous().NeedsNoRight(GivesBack);
        api.MapMethods("/cameras", s_get, ForwardListAsync).ChecksRights(Listed);
        api.MapMethods("/cameras/{cameraId:name}", s_get, ForwardAsync).NeedsRight(CameraRight.Watch);
        api.MapMethods("/cameras/{cameraId:name}/stream", s_get, ForwardStreamAsync).NeedsRight(CameraRight.Watch).RequireRateLimiting(Quotas.Open).RequireAuthorization(KioskSignIn.CameraUsers);
        api.MapMethods("/cameras/{cameraId:name}/snapshot", s_get, ForwardAsync).NeedsRight(CameraRight.Watch).RequireAuthorization(KioskSignIn.CameraUsers);
        api.MapPost("/cameras/{cameraId:name}/whip", PublishAsync).NeedsRight(CameraRight.Publish).RequireRateLimiting(Quotas.Waiting).RequireAuthorization(PhoneCameraSignIn.Publishers);
        api.MapMethods("/cameras/{cameraId:name}/whip/{peer:name}", s_delete, ForwardAsync).NeedsNoRight(GivesBack);
        api.MapMethods("/cameras/{cameraId:name}/publish", s_connect, PublishPicturesAsync).NeedsRight(CameraRight.Publish).RequireRateLimiting(Quotas.Open).RequireAuthorization(PhoneCameraSignIn.Publishers);
        api.MapPost("/cameras/{cameraId:name}/whep", ForwardAsync).NeedsRight(CameraRight.Watch).RequireRateLimiting(Quotas.Waiting);
        api.MapMethods("/cameras/{cameraId:name}/whep/{peer:name}", s_delete, ForwardAsync).NeedsNoRight(GivesBack);
        api.MapPost("/leases", AcquireAsync).ChecksRights("a shared lease needs the right to watch, any other the right to borrow").RequireRateLimiting(Quotas.Waiting).RequireAuthorization(PhoneCameraSignIn.Lessees);
        api.MapMethods("/leases/{leaseId:lease}", s_put, RenewAsync).ChecksRights("what the lease needs by its mode").RequireAuthorization(PhoneCameraSignIn.Lessees);
        api.MapMethods("/leases/{leaseId:lease}", s_delete, ForwardAsync).AllowAnonymous().NeedsNoRight(GivesBack);
        api.MapMethods("/sessions/{sessionId:session}/presence", s_connect, ForwardSocketAsync).ChecksRights("the leases of the session are ended when their rights are lost").RequireRateLimiting(Quotas.Open).RequireAuthorization(PhoneCameraSignIn.Lessees);
        api.Map("/{**rest}", ApiProblems.NotFound);
    }

    private static Task ForwardAsync(HttpContext context, CameraApiForwarder forwarder) => forwarder.ForwardAsync(context);

    private static Task ForwardListAsync(HttpContext context, VisibleCameras cameras) => cameras.AnswerAsync(context);

    /// <summary>
    /// Refuses to open a stream as a page. Each part of a stream has its own content type, which a browser may then apply to the page.
    /// Pages show a stream as an image, or read it themselves.
    /// </summary>
    private static Task ForwardStreamAsync(HttpContext context, CameraApiForwarder forwarder) =>
        context.Request.Headers["Sec-Fetch-Dest"].ToString() is "document" or "iframe" or "frame" or "embed" or "object"
            ? ApiProblems.NotAPage().ExecuteAsync(context)
            : forwarder.ForwardAsync(context);

    private static Task ForwardSocketAsync(string sessionId, HttpContext context, LeaseRights leases) => leases.ForwardSocketAsync(context, sessionId);

    private static Task RenewAsync(string leaseId, HttpContext context, LeaseRights leases) => leases.RenewAsync(context, leaseId);

    private static async Task AcquireAsync(HttpContext context, LeaseRights leases, BrowserCameraQuota quota)
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
            await leases.AcquireAsync(context);
        }
    }

    private static Task PublishAsync(string cameraId, HttpContext context, CameraApiForwarder forwarder) => WhoPublishesAsync(cameraId, context, forwarder.ForwardAsync);

    private static Task PublishPicturesAsync(string cameraId, HttpContext context, CameraApiForwarder forwarder) => WhoPublishesAsync(cameraId, context, forwarder.ForwardSocketAsync);

    /// <summary>Only a camera of a browser can be published, by whoever holds it.</summary>
    private static Task WhoPublishesAsync(string cameraId, HttpContext context, Func<HttpContext, Task> forwardAsync) =>
        !IdFormats.IsBrowserCamera(cameraId) ? ApiProblems.NotFound().ExecuteAsync(context)
        : !context.User.MayLend(cameraId) ? ApiProblems.NotAllowed().ExecuteAsync(context)
        : forwardAsync(context);

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
