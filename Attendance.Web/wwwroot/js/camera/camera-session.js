// @ts-check
import { Problem, asProblem } from './api.js';
import { BrowserSource } from './browser-source.js';
import { HeldLease } from './held-lease.js';
import { log } from './log.js';
import { PageSession } from './page-session.js';
import { ServerSource } from './server-source.js';
import { transitions } from './states.js';
import { delay } from './timing.js';
import { Trace } from './trace.js';

/**
 * @typedef {import('./states.js').State} State
 * @typedef {import('./states.js').Cause} Cause
 * @typedef {import('./states.js').StateChange} StateChange
 * @typedef {import('./states.js').PictureState} PictureState
 * @typedef {import('./states.js').PictureChange} PictureChange
 * @typedef {import('./states.js').Move} Move
 */

const firstInUseRetryMs = 50;
const slowestInUseRetryMs = 400;
/** How long to retry while this page's own former lease is still ending. */
const comeBackPatienceMs = 3000;

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
    #failover;
    #requirements;
    #page;
    #name;
    /** Covers one borrowing, from the request for the lease to its end. */
    #run = new AbortController();
    /** Covers the picture only: it stops when the page is hidden, while the lease stays. */
    #showing = new AbortController();
    /** @type {State} */
    #state = 'idle';
    /** @type {PictureState} */
    #pictureState = 'none';
    /** @type {Problem | null} */
    #trouble = null;
    /** @type {HeldLease | null} */
    #held = null;
    #size = { width: 0, height: 0 };
    #resumeOnShow = false;
    #disposed = false;
    /** @type {import('./page-session.js').Member} */
    #member;

    /** @param {import('./states.js').Options} options */
    constructor(options) {
        super();
        this.#source = options.kind === 'browser' ? new BrowserSource(options, options.video) : new ServerSource(options.cameraId, options.canvas);
        this.#failover = options.kind !== 'browser' && options.failover === true;
        this.#requirements = options.kind === 'browser' ? undefined : options.requirements;
        this.#name = options.kind === 'browser' ? 'browser camera' : options.cameraId;
        const session = this;
        this.#member = {
            get holds() { return session.#holds; },
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

    get state() {
        return this.#state;
    }

    get pictureState() {
        return this.#pictureState;
    }

    /** The problem that keeps the picture away while the camera is held, or null. */
    get trouble() {
        return this.#trouble;
    }

    /** What is safe to show of the lease, unlike the lease itself. @returns {{ ref: string, cameraId: string, fencingToken: number } | null} */
    get lease() {
        const lease = this.#held?.lease;
        return lease ? { ref: lease.lease_ref, cameraId: lease.camera_id, fencingToken: lease.fencing_token } : null;
    }

    /**
     * The proof that a write is made by the camera's holder; null when no camera is held. The lease's id is a secret: send it to the
     * server only.
     * @returns {{ cameraId: string, leaseId: string, fencingToken: number } | null}
     */
    get claim() {
        const lease = this.#held?.lease;
        return lease ? { cameraId: lease.camera_id, leaseId: lease.lease_id, fencingToken: lease.fencing_token } : null;
    }

    /** The stream of this device's camera while it is held; null otherwise, and always for a camera of the server. @returns {MediaStream | null} */
    get stream() {
        return this.#source instanceof BrowserSource ? this.#source.stream : null;
    }

    /** The side of a phone that the camera faces: `user` or `environment`, or null if unknown. */
    get facing() {
        return this.#source instanceof BrowserSource ? this.#source.facing : null;
    }

    /** Whether the camera has a light that can be switched. */
    get hasTorch() {
        return this.#source instanceof BrowserSource && this.#source.torch;
    }

    /** @returns {{ drawn: number, dropped: number, refused: number }} */
    get frames() {
        return this.#source instanceof ServerSource ? this.#source.frames : { drawn: 0, dropped: 0, refused: 0 };
    }

    /**
     * Asks for the camera. Ends in `live` (or `paused` if the page is hidden), or in `idle` with the problem as the cause.
     * @param {object} [options]
     * @param {boolean} [options.takeover] whether to end another session's lease to get the camera
     * @param {number} [options.patienceMs] how long to retry while the camera is in use; just after a reload, for example, this
     *   page's own former lease may still be ending
     */
    async start({ takeover = false, patienceMs = 0 } = {}) {
        if (!transitions[this.#state].includes('acquiring') || this.#disposed) {
            return;
        }
        const run = this.#run = new AbortController();
        this.#enter('acquiring');
        try {
            await this.#acquire(takeover, performance.now() + patienceMs, run.signal);
            run.signal.throwIfAborted();
            await this.#source.open(run.signal, this.#tell);
            run.signal.throwIfAborted();
            if (document.visibilityState === 'hidden') {
                this.#source.pause();
                this.#enter('paused');
            } else {
                this.#enter('live');
                void this.#show();
            }
        } catch (error) {
            if (!run.signal.aborted) {
                const held = this.#held;
                this.#endRun();
                void held?.giveBack('open_failed');
                this.#enter('idle', { problem: asProblem(error) });
            }
        }
    }

    /**
     * Stops the picture at once, gives the camera back, and ends in `released` when the server has confirmed the
     * release or cannot be reached.
     * @param {string} [reason]
     */
    async release(reason = 'client') {
        if (!this.#holds) {
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
        this.dispatchEvent(new CustomEvent('stopping', { detail: reason }));
        this.#endRun();
        const confirmed = await held.giveBack(reason);
        if (!confirmed) {
            this.#page.leaveAlone(this.#member, reason);
        }
        if (this.#run === run && this.#holds) {
            this.#enter('released', { reason, confirmed });
        }
    }

    /**
     * Gives the camera back without waiting for an answer. When this returns, everything local has ended, and the server is told in one
     * request that outlives the page.
     * @param {string} reason
     */
    leave(reason) {
        if (!this.#holds) {
            return;
        }
        const held = this.#held;
        this.#endRun();
        if (this.#page.leaveAlone(this.#member, reason)) {
            held?.forget();
        } else {
            void held?.giveBack(reason);
        }
        this.#enter('released', { reason, confirmed: false });
    }

    /** @param {boolean} on whether the light beside a phone's camera is on; use only if {@link hasTorch} */
    async setTorch(on) {
        if (this.#source instanceof BrowserSource) {
            await this.#source.setTorch(on);
        }
    }

    /** Gives back everything, listeners included. The session cannot be started again. */
    dispose() {
        this.#disposed = true;
        this.leave('client');
        this.#page.part(this.#member);
    }

    /** Reports a problem that delays the opening of the camera and may pass. @param {Problem} problem */
    #tell = problem => {
        if (this.#state === 'acquiring') {
            this.#enterPicture('opening', problem);
        }
    };

    get #holds() {
        return this.#state === 'acquiring' || this.#state === 'live' || this.#state === 'paused';
    }

    /**
     * @param {boolean} takeover
     * @param {number} patientUntil
     * @param {AbortSignal} signal
     */
    async #acquire(takeover, patientUntil, signal) {
        const trace = new Trace(); // covers the borrowing from its start to its end
        const camera_id = await this.#source.cameraId(signal, this.#tell);
        for (let wait = firstInUseRetryMs; ; wait = Math.min(wait * 2, slowestInUseRetryMs)) {
            signal.throwIfAborted();
            try {
                const asked = performance.now();
                const lease = await this.#page.acquire({
                    camera_id,
                    ...(takeover ? { takeover } : {}),
                    ...(this.#failover ? { failover: true } : {}),
                    ...(this.#requirements ? { requirements: this.#requirements } : {}),
                }, signal, trace);
                this.#held = new HeldLease(
                    lease, asked, this.#page, trace,
                    (reason, detail) => this.#lose({ reason, detail }),
                    (from, to) => this.#move(from, to));
                this.#held.watch();
                return;
            } catch (error) {
                const again = error instanceof Problem && error.status === 409
                    && performance.now() < Math.max(patientUntil, this.#page.goodbyeUntil);
                if (!again) {
                    throw error;
                }
                await delay(wait, signal);
            }
        }
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
                picture: (state, trouble = null) => signal.aborted || this.#enterPicture(state, trouble),
                frame: () => signal.aborted || this.dispatchEvent(new Event('frame')),
                size: (width, height) => this.#resize(width, height),
                renew: () => held.renew(),
            }, signal);
        } catch (error) {
            if (!signal.aborted) {
                const problem = asProblem(error);
                this.#lose({ problem });
                void held.giveBack(problem.code);
            }
        }
    }

    /**
     * Announces that the lease moved to another camera. Everything shown or claimed under the former camera is stale from here on.
     * @param {string} from
     * @param {string} to
     */
    #move(from, to) {
        log(`${this.#name}: moved from ${from} to ${to}`);
        /** @type {Move} */
        const detail = { from, to };
        this.dispatchEvent(new CustomEvent('camera-moved', { detail }));
        if (this.#state === 'live') {
            void this.#show();
        }
    }

    /** @param {Cause} cause */
    #lose(cause) {
        if (!this.#holds) {
            return;
        }
        this.#endRun();
        this.#enter('lost', cause);
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
        this.#enterPicture('none');
    }

    /** @param {boolean} hidden */
    #onVisibility(hidden) {
        if (hidden && this.#state === 'live' && this.#held) {
            this.#showing.abort();
            this.#source.pause();
            this.#enterPicture('none');
            this.#enter('paused');
        } else if (!hidden && this.#state === 'paused' && this.#held) {
            this.#enter('live');
            void this.#held.renew(); // browsers slow down the timers of hidden pages, so the lease may have ended in the meantime
            void this.#show();
        } else if (!hidden) {
            this.#onBack();
        }
    }

    /** @param {string} reason */
    #onGone(reason) {
        if (this.#holds) {
            this.#resumeOnShow ||= !this.#run.signal.aborted; // do not resume a camera that was already being given back
            const held = this.#held;
            this.#endRun();
            held?.forget();
            this.#enter('released', { reason, confirmed: false });
        }
    }

    /** Starts again, but only when the page is visible: a hidden page would hold a camera that others may want. */
    #onBack() {
        if (this.#resumeOnShow && document.visibilityState === 'visible') {
            this.#resumeOnShow = false;
            void this.start({ patienceMs: comeBackPatienceMs });
        }
    }

    /**
     * @param {number} width
     * @param {number} height
     */
    #resize(width, height) {
        if (width !== this.#size.width || height !== this.#size.height) {
            this.#size = { width, height };
            this.dispatchEvent(new CustomEvent('resize', { detail: this.#size }));
        }
    }

    /**
     * @param {State} to
     * @param {Cause} [cause]
     */
    #enter(to, cause = {}) {
        const from = this.#state;
        if (!transitions[from].includes(to)) {
            throw new Error(`A camera session cannot go from ${from} to ${to}.`);
        }
        this.#state = to;
        log(`${this.#name}: ${from} → ${to}`, cause.reason ?? cause.problem?.code ?? '');
        /** @type {StateChange} */
        const detail = { from, to, cause };
        this.dispatchEvent(new CustomEvent('statechange', { detail }));
    }

    /**
     * @param {PictureState} to
     * @param {Problem | null} [trouble]
     */
    #enterPicture(to, trouble = null) {
        if (this.#pictureState === to && this.#trouble?.code === trouble?.code) {
            return;
        }
        log(`${this.#name}: picture ${this.#pictureState} → ${to}`, trouble?.code ?? '');
        this.#pictureState = to;
        this.#trouble = trouble;
        /** @type {PictureChange} */
        const detail = { state: to, trouble };
        this.dispatchEvent(new CustomEvent('picturechange', { detail }));
    }
}
