// @ts-check
import { asProblem } from './api.js';
import { log } from './log.js';
import { connect, over } from './peer-connection.js';
import { publishPictures } from './picture-publisher.js';
import { delay, jittered } from './timing.js';

/**
 * @typedef {import('./api.js').Problem} Problem
 * @typedef {import('./camera-session.js').CameraSession} CameraSession
 *
 * @typedef {{ cameraId: string | null, trouble: Problem | null }} PublishChange detail of the `publishchange` event: the id under which
 *   others can look at the camera, or null; and why it is not published now, or null
 */

const firstRetryMs = 500;
const slowestRetryMs = 10_000;
/** How long a connection may be silent before it is made anew. The server reports what it receives about once a second. */
const silentMs = 3000;
/** Refusals for which a retry does not help. */
const final = [400, 401, 403, 410];

/**
 * Publishes this device's camera while a session holds it, so that others can look at it as at a camera of the server: by WHIP (RFC 9725), or,
 * where no WebRTC passes, as JPEGs over a WebSocket. When the connection breaks, it is made anew, under the same lease. Event: `publishchange`
 * ({@link PublishChange}).
 */
export class CameraPublisher extends EventTarget {
    #session;
    #life = new AbortController();
    /** Covers the publishing under one lease. */
    #run = new AbortController();
    #leaseId = '';
    /** @type {RTCRtpSender | null} */
    #sender = null;
    /** @type {string | null} */
    #cameraId = null;

    /** @param {CameraSession} session one of this device's camera */
    constructor(session) {
        super();
        this.#session = session;
        const { signal } = this.#life;
        session.addEventListener('statechange', () => this.#follow(), { signal });
        session.addEventListener('picturechange', () => this.#follow(), { signal });
        queueMicrotask(() => this.#follow()); // after the caller has added its listeners
    }

    /** The id under which others can look at the camera; null while it is not published. */
    get cameraId() {
        return this.#cameraId;
    }

    /** Stops publishing. The session keeps its camera. */
    stop() {
        this.#life.abort();
        this.#end();
    }

    get #track() {
        return this.#session.stream?.getVideoTracks()[0] ?? null;
    }

    #follow() {
        const claim = this.#session.claim;
        const track = this.#track;
        if (!claim || this.#life.signal.aborted) {
            this.#end();
        } else if (track && claim.leaseId !== this.#leaseId) {
            this.#end();
            this.#leaseId = claim.leaseId;
            this.#run = new AbortController();
            void this.#keepPublishing(claim, this.#run.signal);
        } else if (track && this.#sender && this.#sender.track !== track) {
            this.#sender.replaceTrack(track).catch(error => log('publisher:', String(error))); // the camera was opened anew
        }
    }

    #end() {
        this.#run.abort();
        this.#leaseId = '';
    }

    /**
     * @param {{ cameraId: string, leaseId: string }} claim
     * @param {AbortSignal} signal
     */
    async #keepPublishing(claim, signal) {
        for (let wait = firstRetryMs; !signal.aborted; wait = Math.min(wait * 2, slowestRetryMs)) {
            try {
                await this.#publish(claim, signal);
                wait = firstRetryMs;
            } catch (error) {
                const problem = asProblem(error);
                if (!signal.aborted) {
                    log(`publisher: ${problem.code}`);
                    this.#tell(null, problem);
                }
                if (final.includes(problem.status)) {
                    return;
                }
            }
            await delay(jittered(wait), signal).catch(() => {});
        }
    }

    /**
     * Publishes until the connection is over.
     * @param {{ cameraId: string, leaseId: string }} claim
     * @param {AbortSignal} signal
     */
    async #publish(claim, signal) {
        try {
            if (!await this.#hasPublishedByWebRtc(claim, signal) && this.#track && !signal.aborted) {
                log('publisher: no WebRTC passes, so pictures go over a WebSocket');
                await publishPictures(claim, () => this.#track, signal, cameraId => this.#tell(cameraId, null));
            }
        } finally {
            if (this.#cameraId !== null) {
                this.#tell(null, null);
            }
        }
    }

    /**
     * Publishes by WebRTC until the connection is over.
     * @param {{ cameraId: string, leaseId: string }} claim
     * @param {AbortSignal} signal
     * @returns {Promise<boolean>} whether there was a connection
     */
    async #hasPublishedByWebRtc(claim, signal) {
        const track = this.#track;
        if (!track || !('RTCPeerConnection' in globalThis)) {
            return false;
        }
        const connection = new RTCPeerConnection();
        let isConnected = false;
        try {
            this.#sender = connection.addTransceiver(track, { direction: 'sendonly' }).sender;
            const response = await connect(connection, `/api/cameras/${claim.cameraId}/whip`, claim.leaseId, signal);
            const look = () => {
                if (!isConnected && connection.connectionState === 'connected') {
                    isConnected = true;
                    log('publisher: by WebRTC');
                    this.#tell(response.headers.get('X-Published-Camera'), null);
                }
            };
            connection.addEventListener('connectionstatechange', look);
            look();
            await over(connection, silentMs, signal);
        } catch (error) {
            if (asProblem(error).code !== 'live_unavailable') {
                throw error;
            }
        } finally {
            connection.close();
            this.#sender = null;
        }
        return isConnected;
    }

    /**
     * @param {string | null} cameraId
     * @param {Problem | null} trouble
     */
    #tell(cameraId, trouble) {
        this.#cameraId = cameraId;
        /** @type {PublishChange} */
        const detail = { cameraId, trouble };
        this.dispatchEvent(new CustomEvent('publishchange', { detail }));
    }
}
