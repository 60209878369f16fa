using System.Globalization;

namespace Attendance.LocalHosting.ApplicationModel;

/// <summary>An endpoint by name. Its address exists once the application has started.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider
{
    public IResourceWithEndpoints Resource => owner;

    public string EndpointName => endpointName;

    public bool Exists => Find() is not null;

    public bool IsAllocated => Find()?.AllocatedPort is not null;

    public string Host { get; } = "localhost";

    public int Port => Annotation.AllocatedPort
        ?? throw new InvalidOperationException(
            $"Endpoint '{endpointName}' of resource '{owner.Name}' has no port yet; it gets one when the application starts.");

    public string Scheme => Annotation.Scheme;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"{Scheme}://{Host}:{Port}");

    private EndpointAnnotation Annotation => Find()
        ?? throw new InvalidOperationException($"Resource '{owner.Name}' has no endpoint '{endpointName}'.");

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Url);

    private EndpointAnnotation? Find() =>
        owner.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(endpoint => endpoint.Name == endpointName);
}
