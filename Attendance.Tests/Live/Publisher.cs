using System.Diagnostics;
using System.Net;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>What a node said to an offer.</summary>
internal sealed record Published(HttpStatusCode Status, string? Camera, string? Location, string? Type, string Text);

/// <summary>A client that publishes drawn pictures by WHIP, and is no browser. It is a process of its own, which can be killed.</summary>
internal sealed class Publisher : LiveClient
{
    private const string Python = "/usr/bin/python3";

    public Publisher()
        : base("publisher.mjs")
    {
    }

    private Publisher(string script, string program)
        : base(script, program)
    {
    }

    /// <summary>One with another implementation of WebRTC than the server's.</summary>
    public static async Task<Publisher> OfAiortcAsync()
    {
        using var look = File.Exists(Python) ? Process.Start(new ProcessStartInfo(Python, ["-c", "import aiortc"]) { RedirectStandardError = true }) : null;
        await (look?.WaitForExitAsync() ?? Task.CompletedTask);
        Assert.SkipUnless(look?.ExitCode == 0, "aiortc is not installed (Debian: apt-get install python3-aiortc).");
        return new Publisher("publisher.py", Python);
    }

    public Task<Published> PublishAsync(NodeProcess node, string browserCameraId, Lease lease, int width = 640, int height = 480) =>
        AskAsync<Published>(new { folder = Folder, url = new Uri(node.Address, $"/api/cameras/{browserCameraId}/whip"), key = TestSecrets.ApiKey, lease = lease.Id, width, height });
}
