using Microsoft.Extensions.Configuration;

/// <summary>
/// <c>--Demo=true</c>: Web makes a class of invented people and a film of them, and the camera <c>door</c> of the first node plays it.
/// </summary>
internal static class Demo
{
    private const string Camera = "Cameras:door";

    public static bool IsWanted(IConfiguration configuration) => configuration.Switch("Demo", unset: false);

    /// <param name="data">The AppHost's data folder, in which the film lies.</param>
    public static void Add(IResourceBuilder<ProjectResource> cameraApi, IResourceBuilder<ProjectResource> web, string data)
    {
        var builder = web.ApplicationBuilder;
        if (builder.Configuration.GetSection(Camera).Exists())
        {
            throw new DistributedApplicationException($"The demo needs the camera 'door' for itself: give the one of {Camera}:Source another id, or leave out --Demo=true.");
        }

        var film = Path.Combine(data, "demo", "door.avi");
        var removal = film + ".removed"; // Web writes it, so that the demo does not come back when only Web starts again
        if (File.Exists(removal))
        {
            File.Delete(removal);
        }

        cameraApi.WithEnvironment("Cameras__door__Source", $"file:{film}").WithEnvironment("Cameras__door__Name", "Demo door");
        web.WithEnvironment("Demo__Film", film).WithEnvironment("Demo__Samples", Path.GetFullPath("../Attendance.Web/node_modules", builder.AppHostDirectory));
    }
}
