using System.Security.Cryptography;

namespace Attendance.Web.Faces;

/// <summary>The files of the models. The build copies them out of npm's packages to a folder beside the assembly.</summary>
internal sealed record ModelFiles
{
    public static ModelFiles Installed { get; } = In(Path.Combine(AppContext.BaseDirectory, "models"));

    /// <summary>Finds faces, from <c>@mediapipe/face_detection</c>.</summary>
    public required string Finder { get; init; }

    /// <summary>Describes <see cref="RecognitionWeights"/>.</summary>
    public required string RecognitionManifest { get; init; }

    /// <summary>Turns faces into numbers, from <c>@vladmandic/face-api</c>.</summary>
    public required string RecognitionWeights { get; init; }

    /// <summary>Finds the lids of eyes, cut out of a file of <c>@mediapipe/face_mesh</c>.</summary>
    public required string Landmarks { get; init; }

    private IEnumerable<(string Path, string Hash)> Expected =>
    [
        (Finder, "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"),
        (RecognitionManifest, "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b"),
        (RecognitionWeights, "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589"),
        (Landmarks, "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1"),
    ];

    public static ModelFiles In(string folder) => new()
    {
        Finder = Path.Combine(folder, "face_detection_short_range.tflite"),
        RecognitionManifest = Path.Combine(folder, "face_recognition_model-weights_manifest.json"),
        RecognitionWeights = Path.Combine(folder, "face_recognition_model.bin"),
        Landmarks = Path.Combine(folder, "face_landmark.tflite"),
    };

    /// <exception cref="InvalidOperationException">A file is missing, or is not the one that was measured. The message says what to do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, hash) in Expected)
        {
            if (await HashAsync(path, cancellationToken) is var found && found != hash)
            {
                throw new InvalidOperationException(
                    $"{path} {(found is null ? "cannot be read" : $"was altered: its SHA-256 is {found} instead of {hash}")}. It is a model that people are recognized with. "
                    + "It comes with the npm packages: run 'npm ci' in Attendance.Web and build again, or install Web again where it was installed.");
            }
        }
    }

    private static async Task<string?> HashAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>
/// Refuses to start with a model that is missing or altered. Without this, an altered model would let in whomever it was made to let in.
/// </summary>
internal sealed class ModelFilesCheck(ModelFiles files) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => files.CheckAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
