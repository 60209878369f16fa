// A client that is no browser: it watches a camera by WHEP, with the libwebrtc beside the camera API.
// Each line of its input is a wish {folder, url, key, lease}, or {look}; it says in a line what became of it, or what it sees.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** @type {any} */
let connection;
const seen = { pictures: 0, width: 0, height: 0, left: 0, right: 0 };

createInterface({ input: process.stdin })
    .on('line', line => void obey(JSON.parse(line)))
    .on('close', () => process.exit(0));

async function obey(wish) {
    console.log(JSON.stringify(wish.look ? { state: connection?.connectionState ?? 'new', ...seen } : await watch(wish)));
}

async function watch({ folder, url, key, lease }) {
    const { RTCPeerConnection, nonstandard: { RTCVideoSink } } = createRequire(`${folder}/package.json`)('@roamhq/wrtc');
    connection?.close();
    connection = new RTCPeerConnection();
    Object.assign(seen, { pictures: 0, width: 0, height: 0, left: 0, right: 0 });
    const { receiver } = connection.addTransceiver('video', { direction: 'recvonly' });
    new RTCVideoSink(receiver.track).onframe = ({ frame: { width, height, data } }) => {
        const middle = width * Math.floor(height / 2);
        Object.assign(seen, { pictures: seen.pictures + 1, width, height, left: data[middle + width / 4], right: data[middle + width * 3 / 4] });
    };
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
    }
    return { status: answer.status, location: answer.headers.get('location'), type: answer.headers.get('content-type'), text };
}
