using System.Reflection;

namespace Attendance.ServiceDefaults;

/// <summary>The version of Attendance, from Directory.Build.props.</summary>
public static class ProductVersion
{
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
