/// <summary>
/// Bypasses proxies for requests to this machine, for this process and everything that it starts (the orchestrator, the dashboard, the
/// services and their telemetry exporters). Requests carry keys, which a proxy must not see.
/// </summary>
internal static class LoopbackProxy
{
    private static readonly string[] s_loopback = ["localhost", "127.0.0.1", "[::1]", "::1"];

    /// <summary>Adds the loopback addresses to <c>NO_PROXY</c>. Call it before anything is started or requested.</summary>
    public static void Bypass()
    {
        foreach (var name in (string[])["NO_PROXY", "no_proxy"])
        {
            var hosts = (Environment.GetEnvironmentVariable(name) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            Environment.SetEnvironmentVariable(name, string.Join(',', hosts.Union(s_loopback)));
        }
    }
}
