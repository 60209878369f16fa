namespace Attendance.LocalHosting.ApplicationModel;

/// <summary>One part of the app model. What is known of it beyond its name are its annotations.</summary>
public interface IResource
{
    string Name { get; }

    IList<object> Annotations { get; }
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithWaitSupport : IResource;

public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

public interface IResourceWithConnectionString : IResource
{
    /// <summary>What a client needs to connect. It can hold a password: never log it.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default);

    /// <summary>The environment variable that it is given in; null for <c>ConnectionStrings__name</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;
}

public abstract class Resource(string name) : IResource
{
    public string Name => name;

    public IList<object> Annotations { get; } = [];
}

public interface IResourceBuilder<out T> where T : IResource
{
    T Resource { get; }

    IDistributedApplicationBuilder ApplicationBuilder { get; }
}

/// <summary>Anything whose text is only known when the application runs: a port, a generated password.</summary>
public interface IValueProvider
{
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);
}
