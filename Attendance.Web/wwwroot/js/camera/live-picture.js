// @ts-check
import { asProblem, Problem } from './api.js';
import { log } from './log.js';
import { connect, over } from './peer-connection.js';
import { delay, jittered } from './timing.js';

const firstRetryMs = 1000;
const slowestRetryMs = 300_000;
/** Without a picture for this long, something on the way takes no UDP or loses too much of it, or the server cannot show the camera so. */
const noPictureMs = 8000;
/** The shortest time for which Motion JPEG shows the camera after WebRTC stood still. */
const afterStillSeconds = 30;
const lookMs = 1000;
/** How long a connection may be silent before it is made anew. Both sides check at least every 2.5 s that the other is there. */
const silentMs = 6000;
/** Refusals for which a retry does not help. */
const final = [400, 401, 403, 404, 410];

/**
 * A camera of the server by WebRTC (WHEP), for as long as its lease is shown. It comes and goes: the server has encoders for a few viewers
 * only, and not every network takes UDP. While it does not show, the caller shows Motion JPEG.
 */
export class LivePicture {
    #lease;
    #signal;
    #onPicture;
    #begins = new AbortController();
    /** @type {Promise<void>} */
    #over = Promise.resolve();

    /**
     * @param {import('./api.js').Lease} lease
     * @param {AbortSignal} signal
     * @param {(video: HTMLVideoElement) => void} onPicture called for each picture
     */
    constructor(lease, signal, onPicture) {
        this.#lease = lease;
        this.#signal = signal;
        this.#onPicture = onPicture;
        void this.#keepWatching();
    }

    /** Whether this browser can do it. */
    static get isPossible() {
        return 'RTCPeerConnection' in globalThis && 'requestVideoFrameCallback' in HTMLVideoElement.prototype;
    }

    /** Aborts when it shows the next time. */
    get begins() {
        return this.#begins.signal;
    }

    /** Waits while it shows. */
    over() {
        return this.#over;
    }

    async #keepWatching() {
        let isFinal = false;
        for (let wait = firstRetryMs; !isFinal && !this.#signal.aborted;) {
            let pause = wait;
            let end = () => {};
            const begin = () => {
                log('picture by WebRTC');
                wait = pause = firstRetryMs;
                this.#over = new Promise(resolve => end = resolve);
                this.#begins.abort();
            };
            try {
                await this.#watch(begin);
            } catch (error) {
                const problem = asProblem(error);
                if (!this.#signal.aborted) {
                    log(`no picture by WebRTC (${problem.code})`);
                }
                isFinal = final.includes(problem.status);
                pause = Math.max(pause, (problem.retryAfterSeconds ?? 0) * 1000);
            }
            if (this.#begins.signal.aborted) {
                this.#begins = new AbortController();
                end();
            }
            wait = Math.min(wait * 4, slowestRetryMs);
            await delay(jittered(pause), this.#signal).catch(() => {});
        }
    }

    /**
     * Watches until the connection is over.
     * @param {() => void} begin called with the first picture
     */
    async #watch(begin) {
        const connection = new RTCPeerConnection();
        const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
        let isShowing = false;
        let isStill = false;
        let shownAt = performance.now();
        const next = () => video.requestVideoFrameCallback(() => {
            if (this.#signal.aborted || connection.connectionState === 'closed') { // its end shows a black picture
                return;
            }
            shownAt = performance.now();
            if (!isShowing) {
                isShowing = true;
                begin();
            }
            this.#onPicture(video);
            next();
        });
        const look = setInterval(() => {
            if (isShowing && document.visibilityState !== 'visible') {
                shownAt = performance.now(); // a hidden page is shown none
            } else if (performance.now() - shownAt > noPictureMs) {
                isStill = isShowing;
                connection.close();
            }
        }, lookMs);
        try {
            const { receiver } = connection.addTransceiver('video', { direction: 'recvonly' });
            if ('jitterBufferTarget' in receiver) {
                receiver.jitterBufferTarget = 0; // a picture is shown when it comes
            }
            video.srcObject = new MediaStream([receiver.track]);
            next();
            void video.play().catch(() => {}); // ends with the connection
            const answer = await connect(connection, `/api/cameras/${encodeURIComponent(this.#lease.camera_id)}/whep`, this.#lease.lease_id, this.#signal);
            if (Number(answer.headers.get('X-Fencing-Token') ?? NaN) < this.#lease.fencing_token) {
                log('pictures by WebRTC are refused: they belong to an earlier holder');
                return;
            }
            await over(connection, silentMs, this.#signal);
            if (isStill) {
                throw new Problem(0, 'picture_old', {}, afterStillSeconds);
            }
            log(isShowing ? 'the connection by WebRTC is over' : 'no picture by WebRTC in time');
        } finally {
            clearInterval(look);
            connection.close();
            video.srcObject = null;
        }
    }
}
