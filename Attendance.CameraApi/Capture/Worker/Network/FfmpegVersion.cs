using System.Globalization;
using System.Text.RegularExpressions;

namespace Attendance.CameraApi.Capture.Worker.Network;

/// <summary>Which ffmpeg is installed. What it can do goes by the version of its library: builds name themselves as they like.</summary>
/// <param name="Name">For messages.</param>
internal sealed partial record FfmpegVersion(string Name, int Major, int Minor)
{
    /// <summary>The first that can do what is asked of it.</summary>
    public const string OldestName = "4.0";

    private const int OldestMajor = 56;

    public bool IsSufficient => Major >= OldestMajor;

    /// <summary>From 5.1 on; before that the option has another name.</summary>
    public bool KnowsFpsMode => Major > 57 || (Major == 57 && Minor >= 28);

    /// <param name="text">What <c>ffmpeg -version</c> prints.</param>
    /// <returns>Null where that is nothing like it.</returns>
    public static FfmpegVersion? Parse(string text) =>
        Program().Match(text) is { Success: true } program && Library().Match(text) is { Success: true } library
            ? new(program.Groups[1].Value, Number(library.Groups[1]), Number(library.Groups[2]))
            : null;

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ffmpeg version ([\w.~:+-]{1,60})")]
    private static partial Regex Program();

    [GeneratedRegex(@"libavutil\s+(\d{1,4})\.\s*(\d{1,4})")]
    private static partial Regex Library();
}
