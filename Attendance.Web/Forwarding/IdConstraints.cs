using Microsoft.AspNetCore.Routing.Constraints;

namespace Attendance.Web.Forwarding;

/// <summary>
/// The constraints <c>name</c>, <c>session</c> and <c>lease</c> on parameters of routes. Only ids of their formats are accepted, so that no
/// unintended address reaches camera-api.
/// </summary>
internal static class IdConstraints
{
    public static void AddIdConstraints(this IServiceCollection services) => services.Configure<RouteOptions>(routes =>
    {
        routes.SetParameterPolicy<NameConstraint>("name");
        routes.SetParameterPolicy<SessionConstraint>("session");
        routes.SetParameterPolicy<LeaseConstraint>("lease");
    });

    private sealed class NameConstraint() : RegexRouteConstraint(IdFormats.Name());

    private sealed class SessionConstraint() : RegexRouteConstraint(IdFormats.Session());

    private sealed class LeaseConstraint() : RegexRouteConstraint(IdFormats.Lease());
}
