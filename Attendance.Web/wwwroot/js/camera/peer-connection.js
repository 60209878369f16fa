// @ts-check
import { request } from './api.js';
import { delay } from './timing.js';

const answerWithinMs = 10_000;
const gatherMs = 1000;
const lookMs = 1000;

/**
 * Offers a connection to the server, by WHIP or WHEP, and takes its answer.
 * @param {RTCPeerConnection} connection
 * @param {string} url
 * @param {string} leaseId
 * @param {AbortSignal} signal
 * @returns {Promise<Response>} the answer, which has been read
 * @throws {import('./api.js').Problem} when the offer is refused
 */
export async function connect(connection, url, leaseId, signal) {
    await connection.setLocalDescription();
    await gathered(connection);
    signal.throwIfAborted();
    const response = await request(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${leaseId}` },
        body: connection.localDescription?.sdp,
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    await connection.setRemoteDescription({ type: 'answer', sdp: await response.text() });
    return response;
}

/**
 * Waits until the connection has failed, or has been silent for too long, or is no longer wanted.
 * @param {RTCPeerConnection} connection
 * @param {number} silentMs how long it may be silent
 * @param {AbortSignal} signal
 */
export async function over(connection, silentMs, signal) {
    let received = -1;
    for (let heardAt = performance.now(); !['failed', 'closed'].includes(connection.connectionState); await delay(lookMs, signal)) {
        const now = await receivedBy(connection);
        if (now !== received) {
            [received, heardAt] = [now, performance.now()];
        } else if (performance.now() - heardAt > silentMs) {
            return;
        }
    }
}

/** Waits until it is known where this device can be reached, or long enough. @param {RTCPeerConnection} connection */
function gathered(connection) {
    return new Promise(resolve => {
        const look = () => connection.iceGatheringState === 'complete' && resolve(undefined);
        connection.addEventListener('icegatheringstatechange', look);
        setTimeout(resolve, gatherMs);
        look();
    });
}

/** Returns how many bytes the other side has sent. @param {RTCPeerConnection} connection */
async function receivedBy(connection) {
    let bytes = 0;
    for (const report of (await connection.getStats()).values()) {
        bytes += report.type === 'transport' ? report.bytesReceived ?? 0 : 0;
    }
    return bytes;
}
