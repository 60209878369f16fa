namespace Attendance.Tests.Live;

/// <summary>Changes what a page tells the other side of its WebRTC connections, and what it is told.</summary>
internal static class ChangedDescriptions
{
    /// <summary>A JavaScript expression of <c>sdp</c> without the candidates, so that the other side is not told where this one is.</summary>
    public const string WithoutCandidates = @"sdp.replace(/^a=candidate:.*\r\n/gm, '')";

    /// <summary>Returns a script, to be run before the page's own.</summary>
    /// <param name="told">The JavaScript expression of <c>sdp</c> that the other side is told.</param>
    /// <param name="heard">The JavaScript expression of <c>sdp</c> that the page is told.</param>
    public static string Script(string told, string heard) => $$"""
        {
            const { localDescription } = Object.getOwnPropertyDescriptors(RTCPeerConnection.prototype);
            const { setRemoteDescription } = RTCPeerConnection.prototype;
            const told = sdp => {{told}};
            const heard = sdp => {{heard}};
            Object.defineProperty(RTCPeerConnection.prototype, 'localDescription', { get() {
                const description = localDescription.get.call(this);
                return description && { type: description.type, sdp: told(description.sdp) };
            } });
            RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
                return setRemoteDescription.call(this, { type, sdp: heard(sdp) });
            };
        }
        """;
}
