using System.Text.Json;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Views;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Commands;

/// <summary>Lists the cameras of the running API, or, if none answers, those that an API started here would have.</summary>
internal static class ListCamerasCommand
{
    public static async Task<int> RunAsync(Uri url, CancellationToken cancellationToken)
    {
        await using var services = CommandServices.Build();
        try
        {
            using var api = new ApiClient(url, services.GetRequiredService<IConfiguration>()["Security:ApiKey"]);
            var answer = await ListAsync(api, cancellationToken);
            var ofSeveral = answer?.DistinctBy(camera => camera.Node).Count() > 1;
            Table.Write(
                Console.Out,
                ["CAMERA", "NAME", "KIND", "STATE", .. ofSeveral ? ["NODE"] : Array.Empty<string>()],
                answer is not null
                    ? [.. answer.Select(camera => (string[])
                    [
                        .. Row(camera.CameraId, camera.Name, camera.Kind, Word(camera.State)), .. ofSeveral ? [camera.Node] : Array.Empty<string>(),
                    ])]
                    : [.. services.GetRequiredService<CameraCatalog>().List().Select(entry =>
                        Row(entry.Camera.Id, entry.Camera.Name, entry.Camera.Source.Kind, entry.IsPresent ? "present" : "missing"))]);
            if (answer is null)
            {
                Console.Error.WriteLine($"No API answers at {url}; this is what one started here would have.");
            }

            return 0;
        }
        catch (CommandException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
        catch (OptionsValidationException exception)
        {
            Console.Error.WriteLine(string.Join(Environment.NewLine, exception.Failures));
            return 1;
        }
    }

    /// <returns>The cameras; null if no API answers.</returns>
    private static async Task<IReadOnlyList<CameraView>?> ListAsync(ApiClient api, CancellationToken cancellationToken)
    {
        var all = new List<CameraView>();
        for (string? next = ""; next is not null;)
        {
            if (await api.GetAsync<CamerasResponse>("/api/cameras" + (next.Length > 0 ? "?after=" + Uri.EscapeDataString(next) : ""), cancellationToken) is not { } page)
            {
                return null;
            }

            all.AddRange(page.Cameras);
            next = page.Next;
        }

        return all;
    }

    private static string[] Row(string id, string name, CameraKind kind, string state) => [id, name, Word(kind), state];

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
