namespace Attendance.CameraApi.Live;

/// <summary>Checks an offer before anything is done with it. What is inside of its lines is libwebrtc's to understand, in a process of its own.</summary>
internal static class SdpOffer
{
    public const string MediaType = "application/sdp";
    public const int MostLines = 2000;
    public const int MostMedia = 4;
    public const int MostCandidates = 64;
    private const int LongestLine = 2048;

    /// <returns>What is wrong with the offer as one to publish a camera, to be read after its name; null if nothing is.</returns>
    public static string? FaultToPublish(string offer) => Fault(offer, "sent", "a=recvonly");

    /// <returns>What is wrong with the offer as one to watch a camera, to be read after its name; null if nothing is.</returns>
    public static string? FaultToWatch(string offer) => Fault(offer, "received", "a=sendonly");

    private static string? Fault(string offer, string wanted, string opposite)
    {
        var (lines, media, candidates, videos) = (0, 0, 0, 0);
        var (isVideo, isWrongWay, hasFingerprint, hasPassword) = (false, false, false, false);
        foreach (var line in offer.AsSpan().EnumerateLines())
        {
            if (++lines > MostLines || line.Length > LongestLine)
            {
                return $"must have at most {MostLines} lines of {LongestLine} characters.";
            }

            if (lines == 1 && !line.SequenceEqual("v=0"))
            {
                return "must be an SDP offer.";
            }

            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                media++;
                isVideo = line.StartsWith("m=video ", StringComparison.Ordinal) && !line.StartsWith("m=video 0 ", StringComparison.Ordinal);
                videos += isVideo ? 1 : 0;
            }
            else if (line.StartsWith("a=candidate:", StringComparison.Ordinal))
            {
                candidates++;
            }
            else if (isVideo && (line.SequenceEqual(opposite) || line.SequenceEqual("a=inactive")))
            {
                isWrongWay = true;
            }

            hasFingerprint |= line.StartsWith("a=fingerprint:", StringComparison.Ordinal);
            hasPassword |= line.StartsWith("a=ice-pwd:", StringComparison.Ordinal);
        }

        return media > MostMedia ? $"must have at most {MostMedia} media."
            : candidates > MostCandidates ? $"must have at most {MostCandidates} candidates."
            : videos != 1 || isWrongWay ? $"must have one video that is {wanted}."
            : !hasFingerprint || !hasPassword ? "must have a fingerprint and an ICE password."
            : null;
    }
}
