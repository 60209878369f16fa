// A client that is no browser: it publishes drawn pictures by WHIP, with the libwebrtc beside the camera API.
// Each line of its input is a wish {folder, url, key, lease, width, height}; it says in a line what became of it, and goes on sending.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** @type {any} */
let connection;

createInterface({ input: process.stdin }).on('line', line => void publish(JSON.parse(line))).on('close', () => process.exit(0));

async function publish({ folder, url, key, lease, width, height }) {
    const { RTCPeerConnection, nonstandard: { RTCVideoSource } } = createRequire(`${folder}/package.json`)('@roamhq/wrtc');
    connection?.close();
    connection = new RTCPeerConnection();
    const source = new RTCVideoSource();
    connection.addTransceiver(source.createTrack(), { direction: 'sendonly' });
    connection.addTransceiver('audio');
    await connection.setLocalDescription(await connection.createOffer());
    await new Promise(resolve => {
        connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve(undefined);
        setTimeout(resolve, 1000);
    });
    const answer = await fetch(url, {
        method: 'POST', body: connection.localDescription.sdp,
        headers: { 'content-type': 'application/sdp', 'x-api-key': key, authorization: `Bearer ${lease}` },
    });
    const text = await answer.text();
    if (answer.status === 201) {
        await connection.setRemoteDescription({ type: 'answer', sdp: text });
        draw(connection, source, width, height);
    }
    console.log(JSON.stringify({
        status: answer.status, camera: answer.headers.get('x-published-camera'), location: answer.headers.get('location'), type: answer.headers.get('content-type'), text,
    }));
}

/** Brightness that grows with time, and one half brighter than the other. */
function draw(to, source, width, height) {
    const data = new Uint8ClampedArray(width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2)).fill(128);
    let count = 0;
    const timer = setInterval(() => {
        if (to.connectionState === 'closed') {
            clearInterval(timer);
            return;
        }
        for (let y = 0; y < height; y++) {
            data.fill(60 + count % 60, y * width, y * width + width / 2);
            data.fill(140 + count % 60, y * width + width / 2, (y + 1) * width);
        }
        count++;
        source.onFrame({ width, height, data });
    }, 33);
}
