using System.Reflection;

namespace Attendance.ServiceDefaults;

/// <summary>The version of Attendance, as Directory.Build.props has it.</summary>
public static class ProductVersion
{
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
