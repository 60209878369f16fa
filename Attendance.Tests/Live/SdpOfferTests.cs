using Attendance.CameraApi.Live;
using Xunit;

namespace Attendance.Tests.Live;

public sealed class SdpOfferTests
{
    private static readonly string s_offer = File.ReadAllText(Repository.PathOf("Attendance.Fuzz", "corpus", "offer", "video"));

    [Fact]
    public void An_offer_of_one_video_is_good_also_beside_audio()
    {
        Assert.Null(SdpOffer.FaultToPublish(s_offer));
        Assert.Null(SdpOffer.FaultToPublish(s_offer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendonly\r\n"));
        Assert.Null(SdpOffer.FaultToPublish(s_offer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly\r\n"));
        Assert.Null(SdpOffer.FaultToPublish(s_offer.Replace("\r\n", "\n", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("v=0", "v=1", "must be an SDP offer.")]
    [InlineData("a=sendonly", "a=recvonly", "must have one video that is sent.")]
    [InlineData("a=sendonly", "a=inactive", "must have one video that is sent.")]
    [InlineData("m=video 9", "m=video 0", "must have one video that is sent.")]
    [InlineData("m=video", "m=audio", "must have one video that is sent.")]
    [InlineData("a=fingerprint:", "a=finger:", "must have a fingerprint and an ICE password.")]
    [InlineData("a=ice-pwd:", "a=ice:", "must have a fingerprint and an ICE password.")]
    public void An_offer_of_something_else_is_not(string has, string insteadOf, string fault) =>
        Assert.Equal(fault, SdpOffer.FaultToPublish(s_offer.Replace(has, insteadOf, StringComparison.Ordinal)));

    [Theory]
    [InlineData("a=recvonly", null)]
    [InlineData("a=sendrecv", null)]
    [InlineData("a=sendonly", "must have one video that is received.")]
    [InlineData("a=inactive", "must have one video that is received.")]
    public void An_offer_to_watch_is_one_of_a_video_that_is_received(string direction, string? fault) =>
        Assert.Equal(fault, SdpOffer.FaultToWatch(s_offer.Replace("a=sendonly", direction, StringComparison.Ordinal)));

    [Fact]
    public void An_offer_has_a_size()
    {
        Assert.Equal("must have one video that is sent.", SdpOffer.FaultToPublish(s_offer + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"));
        Assert.Contains("media", SdpOffer.FaultToPublish(s_offer + Lines("m=audio 9 x 1", SdpOffer.MostMedia)), StringComparison.Ordinal);
        Assert.Contains("candidates", SdpOffer.FaultToPublish(s_offer + Lines("a=candidate:1 1 udp 1 127.0.0.1 9 typ host", SdpOffer.MostCandidates)), StringComparison.Ordinal);
        Assert.Contains("lines", SdpOffer.FaultToPublish(s_offer + Lines("a=x", SdpOffer.MostLines)), StringComparison.Ordinal);
        Assert.Contains("characters", SdpOffer.FaultToPublish(s_offer + new string('a', 4000)), StringComparison.Ordinal);

        static string Lines(string line, int count) => string.Concat(Enumerable.Repeat(line + "\r\n", count));
    }
}
