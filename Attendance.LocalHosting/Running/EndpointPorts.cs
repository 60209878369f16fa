using System.Globalization;
using Attendance.LocalHosting.ApplicationModel;

namespace Attendance.LocalHosting.Running;

/// <summary>Gives every endpoint its port before anything starts, so that a taken one stops the application whole, not half.</summary>
internal static class EndpointPorts
{
    public static void Allocate(IEnumerable<IResource> resources, Ports ports, bool random)
    {
        var taken = new List<string>();
        foreach (var resource in resources)
        {
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
            {
                endpoint.AllocatedPort = random || endpoint.Port is null ? ports.Hold() : endpoint.Port;
                if (!Ports.IsFree(endpoint.AllocatedPort.Value))
                {
                    taken.Add(Describe(resource, endpoint));
                }
            }
        }

        if (taken.Count > 0)
        {
            throw new DistributedApplicationException(string.Join(Environment.NewLine, taken));
        }
    }

    /// <summary>The same question again at each start of the resource, when its last run or somebody else may still be there.</summary>
    public static void RequireFree(IResource resource, EndpointAnnotation endpoint)
    {
        if (!Ports.IsFree(endpoint.AllocatedPort!.Value))
        {
            throw new DistributedApplicationException(Describe(resource, endpoint));
        }
    }

    private static string Describe(IResource resource, EndpointAnnotation endpoint)
    {
        var remedy = resource is ProjectResource
            ? "change applicationUrl in its Properties/launchSettings.json"
            : "change it in AppHost.cs";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Port {endpoint.AllocatedPort} of resource '{resource.Name}' is taken by {PortOwner.Describe(endpoint.AllocatedPort!.Value)}; free it or {remedy}.");
    }
}
