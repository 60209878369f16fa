using System.Runtime.InteropServices;
using OpenCvSharp;

namespace Attendance.CameraWorker.Pictures;

/// <summary>Finds OpenCV's native library beside the program, where a program that is compiled ahead of time does not look by itself.</summary>
internal static class OpenCvLibrary
{
    /// <summary>Call it before OpenCV is used. It does not load the library.</summary>
    public static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(Cv2).Assembly,
        (name, assembly, _) => NativeLibrary.TryLoad(name, assembly, DllImportSearchPath.AssemblyDirectory, out var library) ? library : 0);
}
