namespace Attendance.CameraApi.Leases;

/// <summary>Whether a lease keeps everybody else from its camera. A lease keeps its mode for as long as it lasts.</summary>
internal enum LeaseMode
{
    Exclusive,

    /// <summary>Others may hold the camera too, as long as they share it as well.</summary>
    Shared,
}

internal static class LeaseModes
{
    private static readonly string[] s_names = EnumNames.Of<LeaseMode>();

    public static string Name(this LeaseMode mode) => s_names[(int)mode];

    public static LeaseMode? Parse(string? name) => Array.IndexOf(s_names, name) is >= 0 and var index ? (LeaseMode)index : null;
}
