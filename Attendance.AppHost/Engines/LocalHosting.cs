/// <summary>Which engine runs the app model. Compiled when the build uses the stand-in.</summary>
internal static class Engine
{
    public const string Announcement =
        "Attendance on its own engine (Attendance.LocalHosting). For Aspire with its dashboard, build with -p:UseAspire=true.";
}
