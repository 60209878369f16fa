// @ts-check
import { Problem, asProblem } from './api.js';
import { browserCameraId, knownDevice, openDevice, permissionStatus, rememberDevice, stopTracks } from './device.js';
import { log } from './log.js';
import { delay, jittered } from './timing.js';
import { watchTrack } from './track-watch.js';

/**
 * @typedef {import('./device.js').DeviceWish} DeviceWish
 * @typedef {import('./source.js').Lease} Lease
 * @typedef {import('./source.js').Viewer} Viewer
 */

const firstReopenMs = 250;
const slowestReopenMs = 4000;
/** How long the lease is kept while the camera is unplugged or another program has taken it. */
const patienceMs = 60_000;
/** How long to wait for another program that is just releasing the camera. */
const takenPatienceMs = 5000;
/** Problems that may pass by themselves. */
const transientCodes = ['device_busy', 'device_failed'];
/** Problems for which a retry does not help, because the user or the system decided or the browser cannot use a camera. */
const final = ['permission_denied', 'permission_dismissed', 'permission_denied_by_system', 'permission_revoked', 'insecure_origin', 'not_supported'];

/** A camera of this device, opened with `getUserMedia`. @implements {Source} @typedef {import('./source.js').Source} Source */
export class BrowserSource {
    frames = { drawn: 0, dropped: 0, refused: 0 };
    #video;
    #wish;
    /** The id under which any device is lent here, or null if each has its own. @type {string | null} */
    #lentAs;
    /** The device that the lease is for; no other device may be opened under it. @type {string | null} */
    #deviceId = null;
    /** @type {MediaStream | null} */
    #stream = null;
    /** @type {MediaStream | null} */
    #watched = null;

    /**
     * @param {DeviceWish} wish
     * @param {HTMLVideoElement} [video]
     * @param {string} [lentAs] the id under which the camera is lent, whichever device it is
     */
    constructor(wish, video, lentAs) {
        this.#wish = wish;
        this.#lentAs = lentAs ?? null;
        this.#video = video ?? null;
    }

    /** @type {MediaStream | null} */
    get stream() {
        return this.#stream;
    }

    get #track() {
        return this.#stream?.getVideoTracks()[0] ?? null;
    }

    /**
     * Returns the id to ask a lease for. If the camera is known, it is opened only after the lease is granted. Before the user has permitted
     * a camera, it must be opened first to learn which one it is.
     */
    async cameraId(/** @type {AbortSignal} */ signal, /** @type {(problem: Problem) => void} */ tell) {
        this.#deviceId = await knownDevice(this.#wish);
        if (this.#lentAs !== null) {
            return this.#lentAs;
        }
        if (this.#deviceId === null) {
            this.#stream = await this.#openPatiently(this.#wish, signal, tell);
            this.#deviceId = this.#track?.getSettings().deviceId ?? '';
        }
        if (!crypto.subtle) {
            throw new Problem(0, 'insecure_origin');
        }
        return browserCameraId(this.#deviceId);
    }

    /**
     * @param {AbortSignal} signal
     * @param {(problem: Problem) => void} [tell] reports problems that may pass while opening is retried; without it, there is one try and
     *   the caller retries
     */
    async open(signal, tell) {
        if (this.#track?.readyState !== 'live') {
            stopTracks(this.#stream);
            this.#stream = null;
            const wish = { ...this.#wish, deviceId: this.#deviceId ?? undefined };
            this.#stream = await (tell ? this.#openPatiently(wish, signal, tell) : openDevice(wish, signal));
            this.#deviceId ??= this.#track?.getSettings().deviceId ?? null;
        }
        rememberDevice(this.#wish, this.#deviceId ?? '');
    }

    /**
     * @param {Lease} _lease
     * @param {Viewer} viewer
     * @param {AbortSignal} signal
     */
    async show(_lease, viewer, signal) {
        viewer.picture('opening');
        if (this.#track?.readyState !== 'live') {
            await this.#reopen(viewer, signal, 'ended');
        }
        for (;;) {
            const stream = /** @type {MediaStream} */ (this.#stream);
            if (this.#video) {
                this.#video.muted = true; // browsers start only muted videos by themselves
                this.#video.playsInline = true;
                this.#video.srcObject = stream;
                this.#video.play().catch(error => log('video:', String(error)));
            }
            const isNew = stream !== this.#watched;
            this.#watched = stream;
            const trouble = await watchTrack(stream, this.#video, viewer, isNew, signal);
            log(`track: ${trouble}`);
            await this.#reopen(viewer, signal, trouble);
        }
    }

    /** Stops the playback only. The camera stays open, so that the picture is back at once when the page becomes visible again. */
    pause() {
        this.#video?.pause();
    }

    close() {
        stopTracks(this.#stream);
        this.#stream = null;
        this.#watched = null;
        if (this.#video?.srcObject) {
            this.#video.pause();
            this.#video.srcObject = null;
            this.#video.load(); // clears the last picture
        }
    }

    get hasTorch() {
        const can = this.#track?.getCapabilities?.();
        return can !== undefined && 'torch' in can && Boolean(can.torch);
    }

    /** The side of a phone that the camera faces; null if the browser does not tell. @returns {string | null} */
    get facing() {
        return this.#track?.getSettings().facingMode ?? null;
    }

    /** @param {boolean} on */
    async setTorch(on) {
        await this.#track?.applyConstraints({ advanced: [/** @type {MediaTrackConstraintSet} */ ({ torch: on })] });
    }

    /**
     * @param {DeviceWish} wish
     * @param {AbortSignal} signal
     * @param {(problem: Problem) => void} tell
     */
    async #openPatiently(wish, signal, tell) {
        const until = performance.now() + takenPatienceMs;
        for (let wait = firstReopenMs; ; wait = Math.min(wait * 2, slowestReopenMs)) {
            try {
                return await openDevice(wish, signal);
            } catch (error) {
                signal.throwIfAborted();
                const problem = asProblem(error);
                if (!transientCodes.includes(problem.code) || performance.now() + wait > until) {
                    throw problem;
                }
                tell(problem);
                await delay(jittered(wait), signal);
            }
        }
    }

    /**
     * Opens the same camera again, under the same lease.
     * @param {Viewer} viewer
     * @param {AbortSignal} signal
     * @param {string} trouble
     */
    async #reopen(viewer, signal, trouble) {
        signal.throwIfAborted();
        if ((await permissionStatus())?.state === 'denied') {
            throw new Problem(0, 'permission_revoked');
        }
        const until = performance.now() + patienceMs;
        let wait = firstReopenMs;
        viewer.picture('interrupted', new Problem(0, `device_${trouble}`));
        for (;;) {
            signal.throwIfAborted();
            stopTracks(this.#stream);
            this.#stream = null;
            try {
                await this.open(signal);
                return;
            } catch (error) {
                signal.throwIfAborted();
                let problem = asProblem(error);
                if (problem.code === 'overconstrained' || problem.code === 'no_camera') {
                    problem = new Problem(0, 'device_unplugged'); // it was there before, and no other camera can have its id
                }
                if (final.includes(problem.code) || performance.now() > until) {
                    throw problem;
                }
                viewer.picture('interrupted', problem);
                await this.#nextTry(jittered(wait), signal);
                wait = Math.min(wait * 2, slowestReopenMs);
            }
        }
    }

    /**
     * Waits for the given time, or until a camera is plugged in or unplugged.
     * @param {number} ms
     * @param {AbortSignal} signal
     */
    async #nextTry(ms, signal) {
        const plugged = new AbortController();
        navigator.mediaDevices.addEventListener('devicechange', () => plugged.abort(), { signal: AbortSignal.any([signal, plugged.signal]) });
        await delay(ms, AbortSignal.any([signal, plugged.signal])).catch(() => signal.throwIfAborted());
        plugged.abort();
    }
}
