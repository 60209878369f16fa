using System.Globalization;
using System.Text.RegularExpressions;
using Attendance.Web.Data;

namespace Attendance.Web.Import.Pictures;

/// <summary>Whose picture a file may be by its name.</summary>
/// <param name="Number">The number that the name says.</param>
/// <param name="Pose">The pose that the name says, or null.</param>
internal sealed record NamedPicture(string Number, Pose? Pose)
{
    public string Key { get; } = Writing.Key(Number);
}

/// <summary>
/// Reads the names of picture files: <c>0012.jpg</c>, <c>0012-left.jpg</c>, <c>0012_2.png</c>, or <c>0012/left.jpg</c>. A number may have
/// these signs itself, so there are several readings, and the people that there are decide.
/// </summary>
internal static partial class PictureName
{
    private static readonly Dictionary<string, Pose> s_poses = new(StringComparer.OrdinalIgnoreCase)
    {
        ["front"] = Pose.Front, ["straight"] = Pose.Front, ["vorne"] = Pose.Front, ["left"] = Pose.Left, ["links"] = Pose.Left, ["right"] = Pose.Right, ["rechts"] = Pose.Right,
        ["up"] = Pose.Up, ["oben"] = Pose.Up, ["down"] = Pose.Down, ["unten"] = Pose.Down,
    };

    /// <returns>The readings. The first that is the number of somebody holds.</returns>
    public static IReadOnlyList<NamedPicture> Readings(string path)
    {
        var parts = path.Split('/');
        var stem = Path.GetFileNameWithoutExtension(parts[^1]).Trim();
        var match = Suffix().Match(stem);
        var pose = s_poses.TryGetValue(stem, out var alone) ? alone : match.Success && s_poses.TryGetValue(match.Groups["last"].Value, out var named) ? named : (Pose?)null;
        var readings = new List<NamedPicture> { new(stem, null) };
        if (match.Success && (pose is not null || int.TryParse(match.Groups["last"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            readings.Add(new(match.Groups["number"].Value.Trim(), pose));
        }

        if (parts.Length > 1)
        {
            readings.Add(new(parts[^2].Trim(), pose));
        }

        return [.. readings.Where(reading => reading.Number.Length is > 0 and <= Person.NumberLength)];
    }

    [GeneratedRegex(@"^(?<number>.+?)[ _-]+(?<last>\p{L}+|\d{1,2})\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Suffix();
}
