using System.Reflection;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Attendance.Tests.Hosts;

/// <summary>
/// The rate limiters of a Web. ASP.NET never disposes of those in its middleware. Their timers go on and keep all of Web in memory, which does not matter to a program that ends, but the
/// tests start a thousand Webs.
/// </summary>
internal static class RateLimiters
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Finds the limiters, which takes a Web that has not ended.</summary>
    public static IReadOnlyList<IDisposable> Of(IServiceProvider web)
    {
        var found = new List<IDisposable>();
        var (seen, next) = (new HashSet<object>(ReferenceEqualityComparer.Instance), new Queue<object>());
        next.Enqueue(web.GetRequiredService<EndpointDataSource>()); // its groups know their application, and that knows its middleware
        while (next.TryDequeue(out var each))
        {
            foreach (var value in ValuesOf(each))
            {
                if (value is PartitionedRateLimiter<HttpContext> limiter)
                {
                    found.Add(limiter);
                }
                else if (IsOfPipeline(value.GetType()) && seen.Add(value))
                {
                    next.Enqueue(value);
                }
            }
        }

        return found.Count > 0 ? found : throw new InvalidOperationException("The rate limiters of Web are not where they were. Without them each Web of the tests stays in memory.");
    }

    private static IEnumerable<object> ValuesOf(object from)
    {
        if (from is Delegate { Target: { } target })
        {
            return [target];
        }

        if (from is IEnumerable<object> several)
        {
            return several;
        }

        var values = new List<object>();
        for (var type = from.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            values.AddRange(type.GetFields(Fields).Where(field => !field.FieldType.IsValueType).Select(field => field.GetValue(from)).OfType<object>());
        }

        return values;
    }

    /// <summary>Application builders, groups of endpoints, middleware, and the delegates and closures between them.</summary>
    private static bool IsOfPipeline(Type type) =>
        type.IsAssignableTo(typeof(RequestDelegate)) || type.IsAssignableTo(typeof(Func<RequestDelegate, RequestDelegate>)) || type.IsAssignableTo(typeof(IEnumerable<Func<RequestDelegate, RequestDelegate>>))
        || type.IsAssignableTo(typeof(IEnumerable<EndpointDataSource>)) || type.IsAssignableTo(typeof(EndpointDataSource)) || type.Namespace is "Microsoft.AspNetCore.Builder"
        || type.FullName is { } name && (name.StartsWith("Microsoft.AspNetCore.Routing.RouteGroupBuilder", StringComparison.Ordinal) || name.EndsWith("Middleware", StringComparison.Ordinal) || name.EndsWith("MiddlewareInternal", StringComparison.Ordinal)
            || name.EndsWith("MiddlewareImpl", StringComparison.Ordinal));
}
