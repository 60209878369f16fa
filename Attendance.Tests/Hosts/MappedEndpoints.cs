using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Hosts;

/// <summary>Every endpoint that Web maps, for tests that ask them all: so those that are added later are asked as well.</summary>
internal static class MappedEndpoints
{
    /// <summary>The id in addresses, which is nobody's.</summary>
    public const string SomeId = "7d6e2b8a-0000-4000-8000-000000000000";

    public static IEnumerable<RouteEndpoint> Of(WebServer web) =>
        web.Services.GetRequiredService<EndpointDataSource>().Endpoints.Select(endpoint => Assert.IsType<RouteEndpoint>(endpoint));

    /// <summary>Returns what an endpoint is called in lists: each method, or * for a page, and its route.</summary>
    public static IEnumerable<string> Names(RouteEndpoint endpoint) =>
        (MethodsOf(endpoint) ?? ["*"]).Select(method => $"{method} {endpoint.RoutePattern.RawText!.TrimStart('/')}");

    /// <summary>Returns the methods of an endpoint, or null for a page.</summary>
    public static IReadOnlyList<string>? MethodsOf(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods ? [.. methods.Where(method => method != "CONNECT")] : null;

    /// <summary>Returns an address that matches the endpoint's route.</summary>
    public static string AddressOf(RouteEndpoint endpoint)
    {
        var path = string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => Value(parameter.Name, string.Join(' ', parameter.ParameterPolicies.Select(policy => policy.Content))),
            _ => throw new InvalidOperationException(endpoint.DisplayName),
        }))));
        return "/" + path;

        static string Value(string name, string policies) => policies switch
        {
            "guid" => SomeId,
            "int" => 404.ToString(CultureInfo.InvariantCulture),
            _ => name switch { "sessionId" => "camera_123456789_abc123", "alertId" => "0badcafe", "pose" => "front", "rest" => "nothing", _ => "demo" },
        };
    }
}
