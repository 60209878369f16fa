namespace Attendance.Tests.Browser;

/// <summary>A page as where a firewall blocks UDP: neither side is told where the other one is, so nothing passes by WebRTC.</summary>
internal static class BlockedUdp
{
    /// <summary>To be run before the page's own scripts.</summary>
    public const string Script = """
        {
            const without = description => description && { type: description.type, sdp: description.sdp.replace(/^a=candidate:.*\r\n/gm, '') };
            const { localDescription } = Object.getOwnPropertyDescriptors(RTCPeerConnection.prototype);
            const { setRemoteDescription } = RTCPeerConnection.prototype;
            Object.defineProperty(RTCPeerConnection.prototype, 'localDescription', { get() { return without(localDescription.get.call(this)); } });
            RTCPeerConnection.prototype.setRemoteDescription = function (description) { return setRemoteDescription.call(this, without(description)); };
        }
        """;
}
