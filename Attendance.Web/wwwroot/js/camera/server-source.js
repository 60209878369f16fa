// @ts-check
import { asProblem } from './api.js';
import { log } from './log.js';
import { Picture } from './picture.js';
import { takeStreamPlace } from './stream-places.js';
import { delay, jittered } from './timing.js';

/**
 * @typedef {import('./source.js').Lease} Lease
 * @typedef {import('./source.js').Viewer} Viewer
 */

const firstReopenMs = 250;
const slowestReopenMs = 5000;
/** After this many single pictures, the source checks whether a stream place has become free. */
const stillsAtATime = 20;

/** A camera of the server. Its stream is drawn on a canvas. @implements {Source} @typedef {import('./source.js').Source} Source */
export class ServerSource {
    /** @type {null} */
    stream = null;
    /** @type {null} */
    facing = null;
    hasTorch = false;
    #cameraId;
    #picture;

    /**
     * @param {string} cameraId
     * @param {HTMLCanvasElement} [canvas] where the picture is drawn; without it only the lease is held
     */
    constructor(cameraId, canvas) {
        this.#cameraId = cameraId;
        this.#picture = canvas ? new Picture(canvas) : null;
    }

    /** @returns {{ drawn: number, dropped: number, refused: number }} */
    get frames() {
        const { drawn = 0, dropped = 0, refused = 0 } = this.#picture ?? {};
        return { drawn, dropped, refused };
    }

    async cameraId() {
        return this.#cameraId;
    }

    async open() {
        // The server opens the camera before it grants the lease.
    }

    /**
     * @param {Lease} lease
     * @param {Viewer} viewer
     * @param {AbortSignal} signal
     */
    async show(lease, viewer, signal) {
        if (!this.#picture || !lease.stream_url) {
            return;
        }
        let wait = firstReopenMs;
        const onDrawn = (/** @type {number} */ width, /** @type {number} */ height) => {
            wait = firstReopenMs;
            viewer.size(width, height);
            viewer.picture('showing');
            viewer.frame();
        };
        let hasPlace = await takeStreamPlace(signal);
        viewer.picture('opening');
        for (;;) {
            try {
                if (hasPlace || !lease.snapshot_url) {
                    await this.#picture.show(lease.stream_url, lease.fencing_token, signal, onDrawn);
                } else {
                    log('single pictures: other windows have all the streams');
                    await this.#picture.showStills(lease.snapshot_url, lease.fencing_token, stillsAtATime, signal, onDrawn);
                    hasPlace = await takeStreamPlace(signal);
                    continue;
                }
            } catch (error) {
                if (!signal.aborted) {
                    log(`stream failed (${asProblem(error).code})`);
                }
            }
            signal.throwIfAborted();
            viewer.picture('interrupted');
            await viewer.renew(); // a stream ends with its lease, and only the renewal tells why
            await delay(jittered(wait), signal);
            wait = Math.min(wait * 2, slowestReopenMs);
        }
    }

    pause() {
        // Only the stream is open, and it ends with show().
    }

    close() {
        this.#picture?.clear();
    }

    async setTorch() {
        // A camera of the server has no light that can be switched.
    }
}
