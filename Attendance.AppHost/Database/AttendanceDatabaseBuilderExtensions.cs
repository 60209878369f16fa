using Microsoft.Extensions.Configuration;

/// <summary>Adds the database of people, pictures and accounts. Only Web uses it.</summary>
internal static class AttendanceDatabaseBuilderExtensions
{
    public const string Name = "attendance-db";

    private const string ServerKey = "Database:Server";
    private const string Sqlite = "sqlite", Container = "container";

    /// <summary>
    /// Gives Web its database, in one of three ways:
    /// <list type="bullet">
    /// <item><c>ConnectionStrings:attendance-db</c> is set: the PostgreSQL server that it names is used.</item>
    /// <item><c>Database:Server=container</c>: PostgreSQL runs in a container, which needs a container engine. A manifest uses this too.</item>
    /// <item>Otherwise (<c>sqlite</c>): a file in <paramref name="folder"/>.</item>
    /// </list>
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithAttendanceDatabase(this IResourceBuilder<ProjectResource> web, string folder)
    {
        var builder = web.ApplicationBuilder;
        if (builder.Configuration.GetConnectionString(Name) is { Length: > 0 })
        {
            return web.WithReference(builder.AddConnectionString(Name)).WithEnvironment("Data__Folder", folder);
        }

        var server = builder.Configuration[ServerKey] is { Length: > 0 } configured ? configured : Sqlite;
        if (server == Container || builder.ExecutionContext.IsPublishMode)
        {
            var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase(Name);
            return web.WithReference(database).WaitFor(database);
        }

        return server == Sqlite
            ? web.WithEnvironment("Data__Folder", folder)
            : throw new DistributedApplicationException($"{ServerKey} is '{server}'; it must be '{Sqlite}' or '{Container}'. For a server that runs already set ConnectionStrings:{Name}.");
    }
}
