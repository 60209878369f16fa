using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraApi.Live;

/// <summary>The folder for the sockets between the process for WebRTC and the capture workers. Only this user may enter it.</summary>
internal sealed class SocketFolder : IDisposable
{
    private const string Prefix = "attendance-live-";
    private const int NameLength = 32;
    private readonly DirectoryInfo _folder = Create();

    /// <summary>Returns the path of a camera's socket for a purpose. The name is a hash, because the path of a socket may have about 100 characters only.</summary>
    public string PathOf(string purpose, string cameraId) =>
        Path.Combine(_folder.FullName, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}:{cameraId}")))[..NameLength]);

    public void Dispose() => TryDelete(_folder.FullName);

    /// <summary>Creates the folder, and deletes those of processes that were killed.</summary>
    private static DirectoryInfo Create()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(folder)[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && !IsAlive(owner))
            {
                TryDelete(folder);
            }
        }

        return Directory.CreateTempSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-"));
    }

    private static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is another user's, or in use after all. It holds no pictures.
        }
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
