using System.Text.Json;

namespace Attendance.CameraApi;

/// <summary>Provides the external names of enum values, as used in JSON, the store, logs and metrics.</summary>
internal static class EnumNames
{
    /// <summary>Returns the names in the order of the values, which must be 0, 1, 2 and so on.</summary>
    public static string[] Of<T>() where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
}
