using System.Text.Json;
using Attendance.CameraApi.Cameras;
using Microsoft.Extensions.Options;

namespace Attendance.CameraApi.Commands;

/// <summary>What the running API has; where none answers, what one that starts here would have.</summary>
internal static class ListCamerasCommand
{
    public static async Task<int> RunAsync(Uri url, CancellationToken cancellationToken)
    {
        using var services = CommandServices.Build();
        try
        {
            using var api = new ApiClient(url, services.GetRequiredService<IConfiguration>()["Security:ApiKey"]);
            var answer = await api.GetAsync<CamerasResponse>("/api/cameras", cancellationToken);
            Table.Write(
                Console.Out,
                ["CAMERA", "NAME", "KIND", "STATE"],
                answer is not null
                    ? [.. answer.Cameras.Select(camera => Row(camera.CameraId, camera.Name, camera.Kind, Word(camera.State)))]
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

    private static string[] Row(string id, string name, CameraKind kind, string state) => [id, name, Word(kind), state];

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
