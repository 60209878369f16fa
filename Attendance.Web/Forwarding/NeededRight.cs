using Attendance.Web.Rights;

namespace Attendance.Web.Forwarding;

/// <summary>States of an endpoint that forwards to camera-api which right it needs. Without it, nothing is forwarded.</summary>
/// <param name="Right">The right on the camera that the address names; null if there is another check, or none.</param>
/// <param name="Because">What is checked instead, or why nothing is; null if <paramref name="Right"/> is checked.</param>
internal sealed record NeededRight(CameraRight? Right, string? Because);

internal static class NeededRights
{
    /// <summary>Forwards only requests of users who have this right on the camera that the address names, and no longer than they have it.</summary>
    public static T NeedsRight<T>(this T endpoint, CameraRight right) where T : IEndpointConventionBuilder => endpoint
        .WithMetadata(new NeededRight(right, null))
        .AddEndpointFilter((context, next) => CheckAsync(right, context, next));

    /// <summary>States that the endpoint checks rights by itself.</summary>
    /// <param name="how">What it checks.</param>
    public static T ChecksRights<T>(this T endpoint, string how) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new NeededRight(null, how));

    public static T NeedsNoRight<T>(this T endpoint, string because) where T : IEndpointConventionBuilder => endpoint.WithMetadata(new NeededRight(null, because));

    private static async ValueTask<object?> CheckAsync(CameraRight right, EndpointFilterInvocationContext filtered, EndpointFilterDelegate next)
    {
        var context = filtered.HttpContext;
        var named = (string)context.Request.RouteValues["cameraId"]!;
        var cameraId = right == CameraRight.Publish ? PublishedCamera.IdOf(named) : named;
        var book = await context.RequestServices.GetRequiredService<CurrentRights>().ReadAsync(context.RequestAborted);
        var refusal = RightProblems.Missing(right, cameraId);
        var user = context.User;
        if (!book.May(user, right, cameraId))
        {
            return refusal;
        }

        using var guarded = context.RequestServices.GetRequiredService<RightsWatch>().Guard(now => now.May(user, right, cameraId), refusal);
        context.Features.Set(guarded);
        return await next(filtered);
    }
}
