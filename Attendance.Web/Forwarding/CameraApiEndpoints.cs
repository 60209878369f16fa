namespace Attendance.Web.Forwarding;

internal static class CameraApiEndpoints
{
    // Ids of these shapes only, so that no address reaches camera-api that was not meant here.
    public const string Camera = @"{cameraId:regex(^[A-Za-z0-9][A-Za-z0-9._-]{{0,127}}$)}";
    private const string Lease = @"{leaseId:regex(^[A-Za-z0-9_-]{{1,128}}$)}";

    private const string Session = @"{sessionId:regex(^[A-Za-z0-9_-]{{8,128}}$)}";

    private static readonly string[] s_connect = [HttpMethods.Get, HttpMethods.Connect]; // a WebSocket over HTTP/1.1, and over HTTP/2
    private static readonly string[] s_get = [HttpMethods.Get];
    private static readonly string[] s_put = [HttpMethods.Put];
    private static readonly string[] s_delete = [HttpMethods.Delete];

    public static void AddCameraApi(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHttpForwarder();
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
        api.MapMethods($"/cameras/{Camera}/stream", s_get, ForwardStreamAsync);
        api.MapMethods($"/cameras/{Camera}/snapshot", s_get, ForwardAsync);
        api.MapPost("/leases", ForwardWithBodyAsync);
        api.MapMethods($"/leases/{Lease}", s_put, ForwardWithBodyAsync);
        api.MapMethods($"/leases/{Lease}", s_delete, ForwardWithBodyAsync).AllowAnonymous();
        api.MapMethods($"/sessions/{Session}/presence", s_connect, ForwardSocketAsync);
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

    private static Task ForwardWithBodyAsync(HttpContext context, CameraApiForwarder forwarder) =>
        forwarder.ForwardWithBodyAsync(context);

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
