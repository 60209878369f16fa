using System.Net;
using Attendance.Tests.Hosts;
using Xunit;

namespace Attendance.Tests.Live;

/// <summary>The pictures of a camera that somebody publishes.</summary>
internal static class ShownPicture
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Waits for two different pictures, the right half of which is brighter.</summary>
    public static async Task DeliversAsync(NodeProcess node, Lease lease)
    {
        byte[]? first = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await node.Http.GetAsync(lease.SnapshotUrl, Cancel);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    return false;
                }

                var picture = await response.Content.ReadAsByteArrayAsync(Cancel);
                first ??= picture;
                return !picture.AsSpan().SequenceEqual(first);
            },
            s_patience, "there are new pictures");
        using var decoded = OpenCvSharp.Cv2.ImDecode(first!, OpenCvSharp.ImreadModes.Grayscale);
        var (left, right) = (decoded.At<byte>(decoded.Height / 2, decoded.Width / 4), decoded.At<byte>(decoded.Height / 2, decoded.Width * 3 / 4));
        Assert.True(right > left + 50, $"Left {left}, right {right}.");
    }
}
