// @ts-check
import { asProblem } from './api.js';
import { BrowserSource } from './browser-source.js';
import { HeldLease } from './held-lease.js';
import { leaseOptionsOf, requestLease } from './lease-request.js';
import { log } from './log.js';
import { PageSession } from './page-session.js';
import { ServerSource } from './server-source.js';
import { SessionState } from './session-state.js';
import { Trace } from './trace.js';

/**
 * @typedef {import('./api.js').Problem} Problem
 * @typedef {import('./states.js').State} State
 * @typedef {import('./states.js').Cause} Cause
 * @typedef {import('./states.js').StateChange} StateChange
 * @typedef {import('./states.js').PictureState} PictureState
 * @typedef {import('./states.js').PictureChange} PictureChange
 * @typedef {import('./states.js').Move} Move
 */

/** How long to retry while this page's own former lease is still ending. */
const comeBackPatienceMs = 3000;
/** How long to wait for what the page still does under the lease. */
const beforeReleaseMs = 3000;

/**
 * Borrows one camera for this page, one of the server's or one of this device. Gives it back on request, when the page is left, or
 * when the server ends the lease.
 *
 * Events: `statechange` ({@link StateChange}), `picturechange` ({@link PictureChange}), `stopping` (detail: the reason),
 * `resize` (detail: `{ width, height }`), `camera-moved` ({@link Move}), `frame`. The session owns the lease and the picture;
 * {@link dispose} gives back everything.
 */
export class CameraSession extends EventTarget {
    #source;
    #name;
    #leaseOptions;
    #beforeRelease;
    #page;
    /** Covers one borrowing, from the request for the lease to its end. */
    #run = new AbortController();
    /** Covers the picture only: it stops when the page is hidden, while the lease stays. */
    #showing = new AbortController();
    #state;
    /** @type {HeldLease | null} */
    #held = null;
    #resumeOnShow = false;
    #disposed = false;
    /** @type {import('./page-session.js').Member} */
    #member;

    /** @param {import('./states.js').Options} options */
    constructor(options) {
        super();
        this.#source = options.kind === 'browser' ? new BrowserSource(options, options.video, options.cameraId) : new ServerSource(options.cameraId, options.canvas, options.webRtc);
        this.#name = options.kind === 'browser' ? 'browser camera' : options.cameraId;
        this.#leaseOptions = leaseOptionsOf(options);
        this.#beforeRelease = options.beforeRelease;
        const state = this.#state = new SessionState(this, this.#name);
        this.#member = {
            get holds() { return state.holds; },
            gone: reason => this.#onGone(reason),
            back: () => this.#onBack(),
            visibility: hidden => this.#onVisibility(hidden),
            stopKey: () => {
                if (options.shortcut === false) {
                    return false;
                }
                void this.release('manual');
                return true;
            },
        };
        this.#page = PageSession.join(this.#member);
    }

    /** @returns {State} */
    get state() {
        return this.#state.state;
    }

    /** @returns {PictureState} */
    get pictureState() {
        return this.#state.pictureState;
    }

    /** The problem that keeps the picture away while the camera is held, or null. */
    get trouble() {
        return this.#state.trouble;
    }

    /** What is safe to show of the lease, unlike the lease itself. @returns {{ ref: string, cameraId: string, fencingToken: number, isShared: boolean } | null} */
    get lease() {
        const lease = this.#held?.lease;
        return lease ? { ref: lease.lease_ref, cameraId: lease.camera_id, fencingToken: lease.fencing_token, isShared: lease.mode === 'shared' } : null;
    }

    /**
     * The proof that a write is made by the camera's holder; null when no camera is held. The lease's id is a secret: send it to the
     * server only.
     * @returns {{ cameraId: string, leaseId: string, fencingToken: number } | null}
     */
    get claim() {
        return this.#held?.claim ?? null;
    }

    /** The stream of this device's camera while it is held; null otherwise, and always for a camera of the server. @returns {MediaStream | null} */
    get stream() {
        return this.#source.stream;
    }

    /** The side of a phone that the camera faces: `user` or `environment`, or null if unknown. */
    get facing() {
        return this.#source.facing;
    }

    /** Whether the camera has a light that can be switched. */
    get hasTorch() {
        return this.#source.hasTorch;
    }

    /** @returns {{ drawn: number, dropped: number, refused: number }} */
    get frames() {
        return this.#source.frames;
    }

    /**
     * Asks for the camera. Ends in `live` (or `paused` if the page is hidden), or in `idle` with the problem as the cause.
     * @param {object} [options]
     * @param {boolean} [options.takeover] whether to end another session's lease to get the camera
     * @param {number} [options.patienceMs] how long to retry while the camera is in use; just after a reload, for example, this
     *   page's own former lease may still be ending
     */
    async start({ takeover = false, patienceMs = 0 } = {}) {
        if (!this.#state.canEnter('acquiring') || this.#disposed) {
            return;
        }
        const run = this.#run = new AbortController();
        this.#state.enter('acquiring');
        try {
            await this.#acquire(takeover, performance.now() + patienceMs, run.signal);
            run.signal.throwIfAborted();
            await this.#source.open(run.signal, this.#reportDelay);
            run.signal.throwIfAborted();
            if (document.visibilityState === 'hidden') {
                this.#source.pause();
                this.#state.enter('paused');
            } else {
                this.#state.enter('live');
                void this.#show();
            }
        } catch (error) {
            if (!run.signal.aborted) {
                const held = this.#held;
                this.#endRun();
                void held?.giveBack('open_failed');
                this.#state.enter('idle', { problem: asProblem(error) });
            }
        }
    }

    /**
     * Stops the picture at once, waits for `beforeRelease`, gives the camera back, and ends in `released` when the server has
     * confirmed the release or cannot be reached.
     * @param {string} [reason]
     */
    async release(reason = 'client') {
        if (!this.#state.holds) {
            return;
        }
        const held = this.#held;
        const run = this.#run;
        if (run.signal.aborted) {
            return; // already being released
        }
        if (!held) {
            this.leave(reason); // a lease may have been granted just now, but only the session's id is known here
            return;
        }
        run.abort();
        this.#state.announce('stopping', reason);
        this.#endRun();
        if (this.#beforeRelease) {
            await Promise.race([this.#beforeRelease(), new Promise(late => setTimeout(late, beforeReleaseMs))]).catch(() => {});
        }
        const confirmed = await held.giveBack(reason);
        if (!confirmed) {
            this.#page.sayGoodbyeIfLast(this.#member, reason);
        }
        if (this.#run === run && this.#state.holds) {
            this.#state.enter('released', { reason, confirmed });
        }
    }

    /**
     * Gives the camera back without waiting for an answer. When this returns, everything local has ended, and the server is told in one
     * request that outlives the page.
     * @param {string} reason
     */
    leave(reason) {
        if (!this.#state.holds) {
            return;
        }
        const held = this.#held;
        this.#endRun();
        if (this.#page.sayGoodbyeIfLast(this.#member, reason)) {
            held?.forget();
        } else {
            void held?.giveBack(reason);
        }
        this.#state.enter('released', { reason, confirmed: false });
    }

    /** @param {boolean} on whether the light beside a phone's camera is on; use only if {@link hasTorch} */
    async setTorch(on) {
        await this.#source.setTorch(on);
    }

    /** Gives back everything, listeners included. The session cannot be started again. */
    dispose() {
        this.#disposed = true;
        this.leave('client');
        this.#page.leave(this.#member);
    }

    /** Reports a problem that delays the opening of the camera and may pass. @param {Problem} problem */
    #reportDelay = problem => {
        if (this.state === 'acquiring') {
            this.#state.enterPicture('opening', problem);
        }
    };

    /**
     * @param {boolean} takeover
     * @param {number} patientUntil
     * @param {AbortSignal} signal
     */
    async #acquire(takeover, patientUntil, signal) {
        const trace = new Trace(); // covers the borrowing from its start to its end
        const camera_id = await this.#source.cameraId(signal, this.#reportDelay);
        const options = { camera_id, ...(takeover ? { takeover } : {}), ...this.#leaseOptions };
        const { lease, asked } = await requestLease(this.#page, options, patientUntil, signal, trace);
        this.#held = new HeldLease(
            lease, asked, this.#page, trace,
            (reason, detail) => this.#onLost({ reason, detail }),
            (from, to) => this.#onMoved(from, to));
        this.#held.watch();
    }

    /** Keeps the picture coming until the borrowing ends or the page is hidden. */
    async #show() {
        const held = this.#held;
        if (!held) {
            return;
        }
        this.#showing.abort();
        const showing = this.#showing = new AbortController();
        const signal = AbortSignal.any([showing.signal, this.#run.signal]);
        try {
            await this.#source.show(held.lease, {
                picture: (state, trouble = null) => signal.aborted || this.#state.enterPicture(state, trouble),
                frame: () => signal.aborted || this.dispatchEvent(new Event('frame')),
                size: (width, height) => this.#state.resize(width, height),
                renew: () => held.renew(),
            }, signal);
        } catch (error) {
            if (!signal.aborted) {
                const problem = asProblem(error);
                this.#onLost({ problem });
                void held.giveBack(problem.code);
            }
        }
    }

    /**
     * Announces that the lease moved to another camera. Everything shown or claimed under the former camera is stale from here on.
     * @param {string} from
     * @param {string} to
     */
    #onMoved(from, to) {
        log(`${this.#name}: moved from ${from} to ${to}`);
        /** @type {Move} */
        const detail = { from, to };
        this.#state.announce('camera-moved', detail);
        if (this.state === 'live') {
            void this.#show();
        }
    }

    /** @param {Cause} cause */
    #onLost(cause) {
        if (!this.#state.holds) {
            return;
        }
        this.#endRun();
        this.#state.enter('lost', cause);
        if (cause.reason === 'page_hide' || cause.reason === 'page_unload') {
            // The goodbye that this page sent before its reload arrived after the new request and ended the new lease too.
            void this.start();
        }
    }

    /** Ends everything local before it returns. The caller sets the state. */
    #endRun() {
        this.#run.abort();
        this.#showing.abort();
        this.#source.close();
        this.#held?.stop();
        this.#held = null;
        this.#state.enterPicture('none');
    }

    /** @param {boolean} hidden */
    #onVisibility(hidden) {
        if (hidden && this.state === 'live' && this.#held) {
            this.#showing.abort();
            this.#source.pause();
            this.#state.enterPicture('none');
            this.#state.enter('paused');
        } else if (!hidden && this.state === 'paused' && this.#held) {
            this.#state.enter('live');
            void this.#held.renew(); // browsers slow down the timers of hidden pages, so the lease may have ended in the meantime
            void this.#show();
        } else if (!hidden) {
            this.#onBack();
        }
    }

    /** @param {string} reason */
    #onGone(reason) {
        if (this.#state.holds) {
            this.#resumeOnShow ||= !this.#run.signal.aborted; // do not resume a camera that was already being given back
            const held = this.#held;
            this.#endRun();
            held?.forget();
            this.#state.enter('released', { reason, confirmed: false });
        }
    }

    /** Starts again, but only when the page is visible: a hidden page would hold a camera that others may want. */
    #onBack() {
        if (this.#resumeOnShow && document.visibilityState === 'visible') {
            this.#resumeOnShow = false;
            void this.start({ patienceMs: comeBackPatienceMs });
        }
    }
}
