// @ts-check
import { CameraSession } from '../camera/camera-session.js';

/** @typedef {import('../camera/api.js').Problem} Problem */

const firstPauseMs = 1000;
const longestPauseMs = 10_000;

/**
 * Keeps the camera of a kiosk on for as long as the page is open. Whatever ends the lease, it is asked for again, less and less often
 * while that fails.
 */
export class KioskCamera {
    #session;
    #troubled;
    #pauseMs = firstPauseMs;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;

    /**
     * @param {string} cameraId a camera of the server, or nothing for the camera of this device
     * @param {HTMLCanvasElement} canvas
     * @param {HTMLVideoElement} video
     * @param {(problem: Problem | null, reason: string | undefined) => void} troubled called when there is no picture, and with nothing when there is one again
     */
    constructor(cameraId, canvas, video, troubled) {
        const isOwn = cameraId === '';
        canvas.hidden = isOwn;
        video.hidden = !isOwn;
        this.source = isOwn ? video : canvas;
        this.#troubled = troubled;
        this.#session = new CameraSession(isOwn ? { kind: 'browser', video, shortcut: false } : { cameraId, canvas, shortcut: false });
        this.#session.addEventListener('statechange', event => {
            const { to, cause } = /** @type {CustomEvent<import('../camera/states.js').StateChange>} */ (event).detail;
            if (to === 'live') {
                this.#pauseMs = firstPauseMs;
            } else if (to === 'idle' || to === 'lost' || to === 'released') {
                this.#troubled(cause.problem ?? null, cause.reason ?? 'lost');
                this.#again();
            }
        });
        this.#session.addEventListener('picturechange', () => {
            if (this.#session.pictureState === 'showing') {
                this.#troubled(null, undefined);
            } else if (this.#session.pictureState === 'interrupted') {
                this.#troubled(this.#session.trouble, 'interrupted');
            }
        });
        document.addEventListener('visibilitychange', () => this.#again(0));
    }

    get session() {
        return this.#session;
    }

    start() {
        void this.#session.start({ patienceMs: 3000 });
    }

    /** @param {number} [afterMs] */
    #again(afterMs = this.#pauseMs) {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
            if (document.visibilityState === 'visible' && ['idle', 'lost', 'released'].includes(this.#session.state)) {
                this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
                this.start();
            }
        }, afterMs);
    }
}
