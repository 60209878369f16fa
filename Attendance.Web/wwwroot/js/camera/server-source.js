// @ts-check
import { asProblem, Problem } from './api.js';
import { LivePicture } from './live-picture.js';
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
/** A picture that is older than this, and than three times the longest time between two, is not live any more. */
const oldMs = 5000;
/** After this many single pictures, the source checks whether a stream place has become free. */
const stillsAtATime = 20;

/**
 * A camera of the server, drawn on a canvas: as Motion JPEG, and by WebRTC while that shows a picture, if it is wanted.
 * @implements {Source} @typedef {import('./source.js').Source} Source
 */
export class ServerSource {
    /** @type {null} */
    stream = null;
    /** @type {null} */
    facing = null;
    hasTorch = false;
    #cameraId;
    #picture;
    #webRtc;

    /**
     * @param {string} cameraId
     * @param {HTMLCanvasElement} [canvas] where the picture is drawn; without it only the lease is held
     * @param {boolean} [webRtc] whether to watch by WebRTC where that is possible
     */
    constructor(cameraId, canvas, webRtc = false) {
        this.#cameraId = cameraId;
        this.#webRtc = webRtc && LivePicture.isPossible;
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
        const picture = this.#picture;
        let wait = firstReopenMs;
        let drawnAt = Infinity;
        let longestMs = 0;
        const isOld = (/** @type {number} */ ageMs) => ageMs > Math.max(oldMs, 3 * longestMs);
        const onDrawn = (/** @type {number} */ width, /** @type {number} */ height) => {
            const passed = performance.now() - drawnAt;
            longestMs = isOld(passed) ? longestMs : Math.max(longestMs, passed);
            drawnAt = performance.now();
            wait = firstReopenMs;
            viewer.size(width, height);
            viewer.picture('showing');
            viewer.frame();
        };
        const live = this.#webRtc ? new LivePicture(lease, signal, video => {
            picture.paint(video, video.videoWidth, video.videoHeight);
            onDrawn(video.videoWidth, video.videoHeight);
        }) : null;
        const look = setInterval(() => {
            if (isOld(performance.now() - drawnAt) && document.visibilityState === 'visible') {
                viewer.picture('interrupted', new Problem(0, 'picture_old'));
            }
        }, 1000);
        signal.addEventListener('abort', () => clearInterval(look));
        viewer.picture('opening');
        for (;;) {
            await live?.over();
            signal.throwIfAborted();
            const turn = live ? AbortSignal.any([signal, live.begins]) : signal;
            log('picture by Motion JPEG');
            try {
                await this.#showMotionJpeg(picture, lease, turn, onDrawn);
            } catch (error) {
                if (!turn.aborted) {
                    log(`stream failed (${asProblem(error).code})`);
                }
            }
            signal.throwIfAborted();
            if (turn.aborted) {
                continue; // it is shown by WebRTC now
            }
            viewer.picture('interrupted');
            await viewer.renew(); // a stream ends with its lease, and only the renewal tells why
            await delay(jittered(wait), turn).catch(() => {});
            wait = Math.min(wait * 2, slowestReopenMs);
        }
    }

    /**
     * Shows the stream until it ends, or single pictures until there is a place for the stream.
     * @param {Picture} picture
     * @param {Lease} lease
     * @param {AbortSignal} signal
     * @param {(width: number, height: number) => void} onDrawn
     */
    async #showMotionJpeg(picture, lease, signal, onDrawn) {
        const done = new AbortController();
        try {
            while (!await takeStreamPlace(AbortSignal.any([signal, done.signal])) && lease.snapshot_url) {
                log('single pictures: other windows have all the streams');
                await picture.showStills(lease.snapshot_url, lease.fencing_token, stillsAtATime, signal, onDrawn);
            }
            await picture.show(/** @type {string} */ (lease.stream_url), lease.fencing_token, signal, onDrawn);
        } finally {
            done.abort(); // gives the place back
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
