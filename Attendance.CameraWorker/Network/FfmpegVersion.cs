using System.Globalization;
using System.Text.RegularExpressions;

namespace Attendance.CameraWorker.Network;

/// <summary>
/// The version of the installed ffmpeg. Its abilities are derived from the version of its library, because builds choose their own names.
/// </summary>
/// <param name="Name">The program's version as text, for messages.</param>
internal sealed partial record FfmpegVersion(string Name, int Major, int Minor)
{
    /// <summary>The oldest version that can do everything that is needed.</summary>
    public const string OldestName = "4.0";

    private const int OldestMajor = 56;

    public bool IsSufficient => Major >= OldestMajor;

    /// <summary>Whether ffmpeg knows the option <c>-fps_mode</c>. It does from 5.1 on; before that the option has another name.</summary>
    public bool KnowsFpsMode => Major > 57 || (Major == 57 && Minor >= 28);

    /// <param name="text">The output of <c>ffmpeg -version</c>.</param>
    /// <returns>The version, or null if the text does not look like such output.</returns>
    public static FfmpegVersion? Parse(string text) =>
        Program().Match(text) is { Success: true } program && Library().Match(text) is { Success: true } library
            ? new(program.Groups[1].Value, Number(library.Groups[1]), Number(library.Groups[2]))
            : null;

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^ffmpeg version ([\w.~:+-]{1,60})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Program();

    [GeneratedRegex(@"libavutil\s+(\d{1,4})\.\s*(\d{1,4})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Library();
}
