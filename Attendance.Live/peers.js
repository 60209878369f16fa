// @ts-check
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import wrtc from '@roamhq/wrtc';
import { FrameServer } from './frame-server.js';
import { listening } from './listening.js';
import { announced, startingWith, withoutOrientation } from './sdp.js';
import { WatchedCamera } from './watched-camera.js';

/**
 * The process of a node that speaks WebRTC, with all who publish or watch. The camera API starts it, writes one command a line to its input, and
 * reads one answer or event a line from its output. It ends when its input ends.
 *
 * @typedef {object} Setup `{"do": "setup"}`, the first command
 * @property {number} min_port the UDP ports that peers are spoken with
 * @property {number} max_port
 * @property {string[]} addresses the addresses to announce instead of this machine's own; empty for its own
 * @property {{ urls: string, username?: string, credential?: string }[]} ice_servers STUN and TURN servers
 *
 * @typedef {object} Offer `{"do": "publish"}` or `{"do": "watch"}`; answered by `answer`, by `refused` if the offer is not understood, or by
 *   `failed`
 * @property {string} peer the name of the peer, which the camera API has made up
 * @property {string} socket the path of the socket on which to offer what the peer publishes, or on which to listen for what it watches
 * @property {string} offer SDP
 *
 * @typedef {object} Peer
 * @property {RTCPeerConnection} connection
 * @property {() => void} close ends what belongs to the connection
 * @property {number} received in bytes
 * @property {number} heardAt
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
/** @type {Map<string, Peer>} */
const peers = new Map();
/** By their sockets. @type {Map<string, WatchedCamera>} */
const watched = new Map();

setPriority(constants.priority.PRIORITY_BELOW_NORMAL); // encoding never keeps a camera from being given back

createInterface({ input: process.stdin }).on('line', line => void obey(JSON.parse(line))).on('close', () => process.exit(0));
setInterval(() => peers.forEach((_, name) => void look(name)), lookMs).unref();

/** @param {Record<string, any>} command */
async function obey(command) {
    switch (command.do) {
        case 'setup':
            setup = /** @type {Setup} */ (/** @type {unknown} */ (command));
            break;
        case 'publish':
            await answer(/** @type {Offer} */ (/** @type {unknown} */ (command)), publish);
            break;
        case 'watch':
            await answer(/** @type {Offer} */ (/** @type {unknown} */ (command)), watch);
            break;
        case 'end':
            end(command.peer);
            break;
    }
}

/**
 * Answers an offer.
 * @param {Offer} wish
 * @param {(wish: Offer, connection: RTCPeerConnection) => { offer: string, close: () => void, prepare: () => Promise<string> }} take what the
 *   offer becomes, what to close when the connection does, and what to do once the offer is understood; that returns the answer
 */
async function answer(wish, take) {
    const { peer } = wish;
    let isUnderstood = false;
    try {
        const connection = new RTCPeerConnection(/** @type {RTCConfiguration} */ ({
            iceServers: setup.ice_servers.map(({ urls, username, credential }) => ({ urls, ...(username ? { username, credential: credential ?? '' } : {}) })),
            ...(setup.min_port > 0 ? { portRange: { min: setup.min_port, max: setup.max_port } } : {}),
        }));
        const { offer, close, prepare } = take(wish, connection);
        peers.set(peer, { connection, close, received: 0, heardAt: Date.now() });
        connection.addEventListener('connectionstatechange', () => {
            if (['failed', 'closed'].includes(connection.connectionState)) {
                lose(peer);
            }
        });
        await connection.setRemoteDescription({ type: 'offer', sdp: offer });
        isUnderstood = true;
        say({ peer, answer: announced(await prepare(), setup.addresses) });
    } catch (error) {
        end(peer);
        say({ peer, [isUnderstood ? 'failed' : 'refused']: String(error instanceof Error ? error.message : error).slice(0, 200) });
    }
}

/** @param {Offer} wish @param {RTCPeerConnection} connection */
function publish({ socket, offer }, connection) {
    const frames = new FrameServer();
    connection.ontrack = ({ track }) => {
        if (track.kind !== 'video') {
            return;
        }
        const sink = new RTCVideoSink(track);
        sink.onframe = (/** @type {{ frame: { width: number, height: number, data: Uint8ClampedArray } }} */ { frame }) => frames.show(frame);
        frames.onClose(() => sink.stop());
    };
    return {
        offer: withoutOrientation(offer),
        close: () => frames.close(),
        prepare: async () => {
            for (const transceiver of connection.getTransceivers()) {
                if (transceiver.receiver.track.kind !== 'video') {
                    transceiver.stop(); // only the picture is wanted
                }
            }
            frames.listen(await listening(socket));
            return startingWith(await described(connection), startKilobits);
        },
    };
}

/** @param {Offer} wish @param {RTCPeerConnection} connection */
function watch({ peer, socket, offer }, connection) {
    const camera = watched.get(socket) ?? new WatchedCamera(socket);
    watched.set(socket, camera);
    camera.viewers.add(peer);
    const track = camera.track();
    return {
        offer: startingWith(offer, startKilobits),
        close: () => {
            track.stop();
            camera.viewers.delete(peer);
            if (camera.viewers.size === 0) {
                watched.delete(socket);
                camera.close();
            }
        },
        prepare: async () => {
            connection.addTrack(track);
            connection.addEventListener('connectionstatechange', () => connection.connectionState === 'connected' && camera.showAgain());
            await camera.ready;
            return described(connection);
        },
    };
}

/** Answers an offer that was set. @param {RTCPeerConnection} connection */
async function described(connection) {
    await connection.setLocalDescription(await connection.createAnswer());
    await gathered(connection);
    return connection.localDescription?.sdp ?? '';
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
    known?.close();
    known?.connection.close();
}

/** @param {object} what */
function say(what) {
    process.stdout.write(`${JSON.stringify(what)}\n`);
}
