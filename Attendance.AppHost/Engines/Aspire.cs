/// <summary>Which engine runs the app model. Compiled when the build uses Aspire.</summary>
internal static class Engine
{
    public const string Announcement =
        "Attendance on Aspire. For the stand-in without Aspire's packages and containers, build with -p:UseAspire=false.";
}
