using System.Globalization;

namespace Attendance.CameraWorker.Sources;

internal enum FaultPoint
{
    Open,
    Read,
    Close,
}

internal enum FaultKind
{
    Hang,
    Crash,
    Fail,
    Slow,
    Garbage,
    GarbageProtocol,
    IgnoreSigTerm,
    KeepPipe,
    Missing,
}

/// <param name="Point">When the fault occurs, or null if it occurs whenever the file is read next.</param>
internal sealed record Fault(FaultKind Kind, FaultPoint? Point, int Milliseconds = 0);

/// <summary>
/// The control file in which a test tells a fault camera how to fail, one fault per line: <c>hang</c> or <c>crash</c> with <c>open</c>,
/// <c>read</c> or <c>close</c>; <c>fail</c> with <c>open</c> or <c>read</c>; <c>slow 200</c> (waits 200 ms before each frame);
/// <c>garbage</c> (sends frames that are not JPEG); <c>garbage protocol</c> (sends bytes that are not a record); <c>missing</c> (the device
/// is unplugged as long as the line is there); <c>ignore SIGTERM</c>; <c>keep pipe</c> (a child outlives the worker and keeps its standard
/// error open). A line that begins with <c>once</c> is removed by the worker that it affects.
/// </summary>
internal static class FaultFile
{
    private const string Once = "once ";

    /// <summary>Returns the faults that must occur now. A missing file asks for none.</summary>
    /// <exception cref="CaptureException">A line is not a valid fault.</exception>
    public static List<Fault> Take(string path, FaultPoint point, string cameraId)
    {
        var lines = ReadLines(path);
        var faults = new List<Fault>();
        var kept = new List<string>();
        foreach (var line in lines)
        {
            var fault = Parse(line.StartsWith(Once, StringComparison.Ordinal) ? line[Once.Length..] : line)
                ?? throw new CaptureException(CaptureFailureCode.OpenFailed, $"Camera '{cameraId}': its control file asks for '{line}', which is not a known fault.");
            var strikes = fault.Point is null || fault.Point == point;
            if (strikes)
            {
                faults.Add(fault);
            }

            if (!strikes || !line.StartsWith(Once, StringComparison.Ordinal))
            {
                kept.Add(line);
            }
        }

        if (kept.Count < lines.Count)
        {
            // The file is replaced in one step, so that nobody reads half a file.
            File.WriteAllLines(path + ".new", kept);
            File.Move(path + ".new", path, overwrite: true);
        }

        return faults;
    }

    internal static Fault? Parse(string line) => line.Split(' ') switch
    {
        ["hang", var point] when At(point) is { } at => new(FaultKind.Hang, at),
        ["crash", var point] when At(point) is { } at => new(FaultKind.Crash, at),
        ["fail", "open"] => new(FaultKind.Fail, FaultPoint.Open),
        ["fail", "read"] => new(FaultKind.Fail, FaultPoint.Read),
        ["slow", var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) =>
            new(FaultKind.Slow, FaultPoint.Read, milliseconds),
        ["garbage"] => new(FaultKind.Garbage, FaultPoint.Read),
        ["garbage", "protocol"] => new(FaultKind.GarbageProtocol, FaultPoint.Read),
        ["missing"] => new(FaultKind.Missing, null),
        ["ignore", "SIGTERM"] => new(FaultKind.IgnoreSigTerm, null),
        ["keep", "pipe"] => new(FaultKind.KeepPipe, null),
        _ => null,
    };

    private static FaultPoint? At(string point) => point switch
    {
        "open" => FaultPoint.Open,
        "read" => FaultPoint.Read,
        "close" => FaultPoint.Close,
        _ => null,
    };

    private static List<string> ReadLines(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }
}
