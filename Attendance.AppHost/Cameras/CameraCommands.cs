using System.Net.Http.Json;

/// <summary>Adds the dashboard's commands for cameras. The console at <c>/ops</c> can do more.</summary>
internal static class CameraCommands
{
    private const string Why = "By a command of the dashboard.";

    /// <param name="apiKey">The API key that is sent with each request.</param>
    public static IResourceBuilder<ProjectResource> WithCameraCommands(this IResourceBuilder<ProjectResource> cameraApi, ParameterResource apiKey)
    {
        return cameraApi
            .WithHttpCommand("/api/cameras", "List cameras", commandName: "list-cameras", commandOptions: new()
            {
                Method = HttpMethod.Get,
                Description = "Shows every camera, its state, and since when it is held.",
                IconName = "List",
                UpdateState = WhileRunning,
                PrepareRequest = context => PrepareAsync(context, body: null),
                GetCommandResult = CommandResult.OfListAsync,
            })
            .WithHttpCommand("/api/camera/cleanup/", "Release stale cameras", commandName: "release-stale", commandOptions: new()
            {
                Description = "Gives back every camera whose holder is gone.",
                IconName = "Broom",
                UpdateState = WhileRunning,
                PrepareRequest = context => PrepareAsync(context, new CleanupRequest { By = "dashboard", Why = Why }),
                GetCommandResult = CommandResult.OfCleanupAsync,
            })
            .WithHttpCommand("/api/camera/cleanup/", "Release all cameras", commandName: "force-release-all", commandOptions: new()
            {
                Description = "Takes every camera back, also from those who are using it.",
                ConfirmationMessage = "Take every camera back, also from those who are using it now?",
                IconName = "PlugDisconnected",
                UpdateState = WhileRunning,
                PrepareRequest = context => PrepareAsync(context, new CleanupRequest { Force = true, By = "dashboard", Why = Why }),
                GetCommandResult = CommandResult.OfCleanupAsync,
            });

        async Task PrepareAsync(HttpCommandRequestContext context, CleanupRequest? body)
        {
            context.Request.Headers.Add(WireHeaders.ApiKey, await apiKey.GetValueAsync(context.CancellationToken));
            context.Request.Content = body is null ? null : JsonContent.Create(body, options: WireJson.Requests);
        }
    }

    /// <summary>
    /// Enables a command whenever the API runs, even if a camera makes it unhealthy, because that is when the commands are needed.
    /// </summary>
    private static ResourceCommandState WhileRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
}
