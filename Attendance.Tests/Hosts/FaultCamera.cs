namespace Attendance.Tests.Hosts;

/// <summary>A <c>fault:</c> camera and the file that tells it what goes wrong.</summary>
public sealed class FaultCamera : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-fault-");

    public FaultCamera(string id)
    {
        Id = id;
        Set();
    }

    public string Id { get; }

    public string Source => "fault:" + File;

    /// <summary>For the AppHost's command line.</summary>
    public string Setting => $"--Cameras:{Id}:Source={Source}";

    private string File => Path.Combine(_folder.FullName, "faults");

    /// <summary>What goes wrong from now on; nothing, when nothing is said.</summary>
    public void Set(params string[] faults)
    {
        System.IO.File.WriteAllLines(File + ".test", faults);
        System.IO.File.Move(File + ".test", File, overwrite: true);
    }

    /// <summary>Waits until a worker has taken the faults, each of which must begin with <c>once</c>.</summary>
    public Task StrikeAsync(string[] faults, CancellationToken cancellationToken)
    {
        Set(faults);
        return Eventually.TrueAsync(
            () => System.IO.File.ReadAllText(File).Length == 0, TimeSpan.FromSeconds(20), $"'{string.Join(", ", faults)}' has struck");
    }

    public Task StrikeAsync(string fault, CancellationToken cancellationToken) => StrikeAsync([fault], cancellationToken);

    /// <summary>What waits for the file to change ends when it is gone.</summary>
    public void Dispose() => _folder.Delete(recursive: true);
}
