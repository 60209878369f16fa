/// <summary>
/// Whatever proxy the environment names, what runs on this machine is asked directly: by this process, and by everything that it starts (the
/// orchestrator, the dashboard, our services and what they send their telemetry with). A proxy is somebody else, and requests carry keys.
/// </summary>
internal static class LoopbackProxy
{
    private static readonly string[] s_loopback = ["localhost", "127.0.0.1", "[::1]", "::1"];

    /// <summary>Before anything is started or asked.</summary>
    public static void Bypass()
    {
        foreach (var name in (string[])["NO_PROXY", "no_proxy"])
        {
            var hosts = (Environment.GetEnvironmentVariable(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            Environment.SetEnvironmentVariable(name, string.Join(',', hosts.Union(s_loopback)));
        }
    }
}
