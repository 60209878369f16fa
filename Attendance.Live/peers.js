// @ts-check
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import wrtc from '@roamhq/wrtc';
import { FrameServer } from './frame-server.js';
import { announced, startingWith, withoutOrientation } from './sdp.js';

/**
 * The process of a node that speaks WebRTC, for all of its peers. The camera API starts it, writes one command a line to its input, and
 * reads one answer or event a line from its output. It ends when its input ends.
 *
 * @typedef {object} Setup `{"do": "setup"}`, the first command
 * @property {number} min_port the UDP ports that peers are spoken with
 * @property {number} max_port
 * @property {string[]} addresses the addresses to announce instead of this machine's own; empty for its own
 * @property {{ urls: string, username?: string, credential?: string }[]} ice_servers STUN and TURN servers
 *
 * @typedef {object} Publish `{"do": "publish"}`: answers an offer to publish; answered by `answer`, by `refused` if the offer is not
 *   understood, or by `failed`
 * @property {string} peer the name of the peer, which the camera API has made up
 * @property {string} socket the path of the socket on which to offer its pictures
 * @property {string} offer SDP
 */

const { RTCPeerConnection, nonstandard: { RTCVideoSink } } = wrtc;

/** How long to wait for the addresses at which this machine can be reached. Those found by then are announced. */
const gatherMs = 2000;
const startKilobits = 1500;
/** A peer that has sent nothing for this long is gone. A live one sends at least a consent check every 2.5 s (RFC 7675). */
const silenceMs = 10_000;
const lookMs = 1000;

/** @type {Setup} */
let setup = { min_port: 0, max_port: 0, addresses: [], ice_servers: [] };
/** @type {Map<string, { connection: RTCPeerConnection, frames: FrameServer, received: number, heardAt: number }>} */
const peers = new Map();

createInterface({ input: process.stdin }).on('line', line => void obey(JSON.parse(line))).on('close', () => process.exit(0));
setInterval(() => peers.forEach((_, name) => void look(name)), lookMs).unref();

/** @param {Record<string, any>} command */
async function obey(command) {
    switch (command.do) {
        case 'setup':
            setup = /** @type {Setup} */ (/** @type {unknown} */ (command));
            break;
        case 'publish':
            await publish(/** @type {Publish} */ (/** @type {unknown} */ (command)));
            break;
        case 'end':
            end(command.peer);
            break;
    }
}

/** @param {Publish} wish */
async function publish({ peer, socket, offer }) {
    let isUnderstood = false;
    try {
        const connection = new RTCPeerConnection(/** @type {RTCConfiguration} */ ({
            iceServers: setup.ice_servers.map(({ urls, username, credential }) => ({ urls, ...(username ? { username, credential: credential ?? '' } : {}) })), ...(setup.min_port > 0 ? { portRange: { min: setup.min_port, max: setup.max_port } } : {}),
        }));
        const frames = new FrameServer();
        peers.set(peer, { connection, frames, received: 0, heardAt: Date.now() });
        connection.ontrack = ({ track }) => {
            if (track.kind !== 'video') {
                return;
            }
            const sink = new RTCVideoSink(track);
            sink.onframe = (/** @type {{ frame: { width: number, height: number, data: Uint8ClampedArray } }} */ { frame }) => frames.show(frame);
            frames.onClose(() => sink.stop());
        };
        connection.onconnectionstatechange = () => {
            if (['failed', 'closed'].includes(connection.connectionState)) {
                lose(peer);
            }
        };
        await connection.setRemoteDescription({ type: 'offer', sdp: withoutOrientation(offer) });
        isUnderstood = true;
        for (const transceiver of connection.getTransceivers()) {
            if (transceiver.receiver.track.kind !== 'video') {
                transceiver.stop(); // only the picture is wanted
            }
        }
        frames.listen(await listening(socket));
        await connection.setLocalDescription(await connection.createAnswer());
        await gathered(connection);
        say({ peer, answer: startingWith(announced(connection.localDescription?.sdp ?? '', setup.addresses), startKilobits) });
    } catch (error) {
        end(peer);
        say({ peer, [isUnderstood ? 'failed' : 'refused']: String(error instanceof Error ? error.message : error).slice(0, 200) });
    }
}

/** @param {string} path @returns {Promise<import('node:net').Server>} */
function listening(path) {
    rmSync(path, { force: true }); // a process that was killed has left it
    return new Promise((resolve, reject) => {
        const server = createServer().once('error', reject).listen(path, () => resolve(server));
    });
}

/** @param {RTCPeerConnection} connection */
function gathered(connection) {
    return new Promise(resolve => {
        const done = () => connection.iceGatheringState === 'complete' && resolve(undefined);
        connection.onicegatheringstatechange = done;
        setTimeout(resolve, gatherMs).unref();
        done();
    });
}

/** Ends a peer that has fallen silent. @param {string} name */
async function look(name) {
    const known = peers.get(name);
    if (!known) {
        return;
    }
    let received = 0;
    for (const report of (await known.connection.getStats()).values()) {
        received += report.type === 'transport' ? report.bytesReceived ?? 0 : 0;
    }
    if (received !== known.received) {
        known.received = received;
        known.heardAt = Date.now();
    } else if (Date.now() - known.heardAt > silenceMs) {
        lose(name);
    }
}

/** Ends a peer by itself, and says so. @param {string} name */
function lose(name) {
    if (peers.has(name)) {
        end(name);
        say({ peer: name, gone: true });
    }
}

/** @param {string} name */
function end(name) {
    const known = peers.get(name);
    peers.delete(name);
    known?.frames.close();
    known?.connection.close();
}

/** @param {object} what */
function say(what) {
    process.stdout.write(`${JSON.stringify(what)}\n`);
}
