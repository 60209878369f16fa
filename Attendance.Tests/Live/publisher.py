# A client that is no browser and does not use libwebrtc: it publishes drawn pictures by WHIP, with aiortc (Debian: python3-aiortc).
# Each line of its input is a wish {url, key, lease, width, height}; it says in a line what became of it, and goes on sending.
import asyncio
import json
import sys
import urllib.error
import urllib.request

import aioice.ice
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from av import VideoFrame

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class Drawing(VideoStreamTrack):
    """Brightness that grows with time, and one half brighter than the other."""

    def __init__(self, width, height):
        super().__init__()
        self.size, self.count = (width, height), 0

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        width, height = self.size
        frame = VideoFrame(width, height, "yuv420p")
        for index, plane in enumerate(frame.planes):
            if index > 0:
                row = bytes([128]) * plane.line_size
            else:
                row = bytes([60 + self.count % 60]) * (width // 2) + bytes([140 + self.count % 60]) * (plane.line_size - width // 2)
            plane.update(row * (plane.buffer_size // plane.line_size))
        self.count += 1
        frame.pts, frame.time_base = pts, time_base
        return frame


def post(wish, sdp):
    request = urllib.request.Request(wish["url"], sdp.encode(), {
        "content-type": "application/sdp", "x-api-key": wish["key"], "authorization": "Bearer " + wish["lease"]})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


async def publish(wish):
    connection = RTCPeerConnection()
    connection.addTrack(Drawing(wish["width"], wish["height"]))
    await connection.setLocalDescription(await connection.createOffer())
    status, headers, text = await asyncio.get_running_loop().run_in_executor(None, post, wish, connection.localDescription.sdp)
    if status == 201:
        await connection.setRemoteDescription(RTCSessionDescription(text, "answer"))
    print(json.dumps({"status": status, "camera": headers["x-published-camera"], "location": headers["location"], "type": headers["content-type"], "text": text}), flush=True)
    return connection


async def main():
    connection = None
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        if connection:
            await connection.close()
        connection = await publish(json.loads(line))


asyncio.run(main())
