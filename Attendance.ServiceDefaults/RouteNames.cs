using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Attendance.ServiceDefaults;

public static class RouteNames
{
    /// <summary>
    /// Names the endpoints that are mapped on the result by their routes without constraints, in spans and in metrics. For example,
    /// <c>/api/cameras/{cameraId}</c> is the name whatever the constraint on the camera's id.
    /// </summary>
    public static RouteGroupBuilder MapNamed(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("");
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern: var pattern })
            {
                endpoint.Metadata.Add(new Name(Plain(pattern)));
            }
        });
        return group;
    }

    internal static string Plain(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Plain))));

    private static string Plain(RoutePatternPart part) => part switch
    {
        RoutePatternParameterPart parameter =>
            $"{{{(parameter.IsCatchAll ? "*" : "")}{parameter.Name}{(parameter.IsOptional ? "?" : "")}}}",
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    };

    private sealed record Name(string Route) : IRouteDiagnosticsMetadata;
}
