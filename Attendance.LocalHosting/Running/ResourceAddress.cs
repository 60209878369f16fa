using System.Globalization;
using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting.Running;

/// <param name="Text">What the app model calls it, if it does.</param>
/// <param name="IsExternal">It is there for people, not only for other resources.</param>
internal sealed record ResourceAddress(string Url, string? Text, bool IsExternal)
{
    /// <summary>Of those endpoints that have their port.</summary>
    public static IEnumerable<ResourceAddress> Of(IResource resource)
    {
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.AllocatedPort is not null))
        {
            var url = new ResourceUrlAnnotation
            {
                Url = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Scheme}://localhost:{endpoint.AllocatedPort}"),
            };
            foreach (var named in resource.Annotations.OfType<UrlAnnotation>().Where(named => named.EndpointName == endpoint.Name))
            {
                named.Callback(url);
            }

            yield return new ResourceAddress(url.Url, url.DisplayText, endpoint.IsExternal);
        }
    }
}
