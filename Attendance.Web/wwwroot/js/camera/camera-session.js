// @ts-check
import { Problem, request, sayGoodbye, send } from './api.js';
import { Picture } from './picture.js';
import { claimSessionId } from './session-id.js';

/**
 * @typedef {import('./api.js').Lease} Lease
 * @typedef {'idle' | 'acquiring' | 'live' | 'paused' | 'released' | 'lost'} State
 * @typedef {'none' | 'opening' | 'showing' | 'interrupted'} PictureState
 *
 * Why the session is where it is.
 * @typedef {object} Cause
 * @property {string} [reason] a release reason of the contract: `client`, `manual`, `page_hide`, `takeover`, `expired`, …
 * @property {Problem} [problem] why there is no camera
 * @property {boolean} [confirmed] with `released`: the server has said that the camera is free
 *
 * @typedef {{ from: State, to: State, cause: Cause }} StateChange detail of the `statechange` event
 */

/** @type {Record<State, readonly State[]>} */
const transitions = {
    idle: ['acquiring'],
    acquiring: ['live', 'paused', 'idle', 'released'],
    live: ['paused', 'released', 'lost'],
    paused: ['live', 'released', 'lost'],
    released: ['acquiring'],
    lost: ['acquiring'],
};

const renewalRetryMs = 2000;
const firstReopenMs = 250;
const slowestReopenMs = 5000;
const inUseRetryMs = 400;
const releaseTimeoutMs = 10_000;

/**
 * Borrows one camera for this page and gives it back: on request, when the page goes, when the server says so.
 *
 * Events: `statechange` ({@link StateChange}), `picturechange` (detail: {@link PictureState}), `frame`.
 * Owns the lease and the picture; {@link dispose} gives back everything.
 */
export class CameraSession extends EventTarget {
    #cameraId;
    #picture;
    /** Everything that lives as long as this object. */
    #life = new AbortController();
    /** Everything that lives as long as one borrowing, from the asking on. */
    #run = new AbortController();
    /** The picture alone: it goes when the page is hidden, and the lease stays. */
    #showing = new AbortController();
    /** Holds the claim on the session id while the page is not cached. */
    #claim = new AbortController();
    /** @type {Promise<string> | null} */
    #sessionId = null;
    /** @type {string | null} */
    #knownSessionId = null;
    /** @type {State} */
    #state = 'idle';
    /** @type {PictureState} */
    #pictureState = 'none';
    /** @type {Lease | null} */
    #lease = null;
    /** Moves on with every confirmed renewal; on the monotonic clock. */
    #deadline = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #renewal;
    /** @type {Promise<void> | null} */
    #renewing = null;
    #resumeOnShow = false;

    /**
     * @param {object} options
     * @param {string} options.cameraId
     * @param {HTMLCanvasElement} [options.canvas] where the live picture goes; without it only the lease is held
     */
    constructor({ cameraId, canvas }) {
        super();
        this.#cameraId = cameraId;
        this.#picture = canvas ? new Picture(canvas) : null;
        const { signal } = this.#life;
        // pagehide, not beforeunload: that one is unreliable on phones and keeps pages out of the back/forward cache.
        addEventListener('pagehide', () => this.#onGone(), { signal });
        addEventListener('pageshow', event => event.persisted && this.#onBack(), { signal });
        document.addEventListener('freeze', () => this.#onGone(), { signal });
        document.addEventListener('resume', () => this.#onBack(), { signal });
        document.addEventListener('visibilitychange', () => this.#onVisibility(), { signal });
    }

    get state() {
        return this.#state;
    }

    get pictureState() {
        return this.#pictureState;
    }

    /** Safe to show, unlike the lease itself. @returns {{ ref: string, cameraId: string } | null} */
    get lease() {
        return this.#lease && { ref: this.#lease.lease_ref, cameraId: this.#lease.camera_id };
    }

    /** @returns {{ drawn: number, dropped: number, refused: number }} */
    get frames() {
        const { drawn = 0, dropped = 0, refused = 0 } = this.#picture ?? {};
        return { drawn, dropped, refused };
    }

    /**
     * Asks for the camera. Ends in `live` (or `paused`, when the page is hidden), or in `idle` with the problem as cause.
     * @param {object} [options]
     * @param {boolean} [options.takeover] end somebody else's lease for it
     * @param {number} [options.patienceMs] how long to go on asking while the camera is in use, as it is for a moment
     *   after a reload, while this page's own former lease is still ending
     */
    async start({ takeover = false, patienceMs = 0 } = {}) {
        if (!transitions[this.#state].includes('acquiring') || this.#life.signal.aborted) {
            return;
        }
        const run = this.#run = new AbortController();
        this.#enter('acquiring');
        try {
            const lease = await this.#acquire(takeover, performance.now() + patienceMs, run.signal);
            this.#lease = lease;
            this.#deadline = performance.now() + lease.ttl_seconds * 1000;
            this.#scheduleRenewal(lease.renew_after_seconds * 1000);
            if (document.visibilityState === 'hidden') {
                this.#enter('paused');
            } else {
                this.#enter('live');
                void this.#show();
            }
        } catch (error) {
            if (!run.signal.aborted) {
                this.#endRun();
                this.#enter('idle', { problem: asProblem(error) });
            }
        }
    }

    /**
     * Stops the picture at once, gives the camera back, and ends in `released` when the server has confirmed it or
     * cannot be asked.
     * @param {string} [reason]
     */
    async release(reason = 'client') {
        if (this.#state !== 'acquiring' && this.#state !== 'live' && this.#state !== 'paused') {
            return;
        }
        const lease = this.#lease;
        const run = this.#run;
        if (!lease && this.#state === 'acquiring') {
            this.leave(reason); // it may have been granted just now: only the session is known here
            return;
        }
        if (!lease) {
            return; // already being released
        }
        this.#endRun();
        let confirmed = true;
        try {
            await request(`/api/leases/${lease.lease_id}?reason=${encodeURIComponent(reason)}`, {
                method: 'DELETE',
                keepalive: true,
                signal: AbortSignal.timeout(releaseTimeoutMs),
            });
        } catch {
            confirmed = false;
            sayGoodbye(await this.#session(), reason);
        }
        if (this.#run === run && this.#holdsStill()) {
            this.#enter('released', { reason, confirmed });
        }
    }

    /**
     * Gives the camera back without waiting for an answer: everything here is over when this returns, and the server
     * is told in one request that outlives the page.
     * @param {string} reason
     */
    leave(reason) {
        if (!this.#holdsStill()) {
            return;
        }
        this.#endRun();
        if (this.#knownSessionId) {
            sayGoodbye(this.#knownSessionId, reason);
        }
        this.#enter('released', { reason, confirmed: false });
    }

    /** Gives back everything, listeners included. The session cannot be started again. */
    dispose() {
        this.leave('client');
        this.#claim.abort();
        this.#life.abort();
    }

    #holdsStill() {
        return this.#state === 'acquiring' || this.#state === 'live' || this.#state === 'paused';
    }

    /** @returns {Promise<string>} */
    #session() {
        return this.#sessionId ??= claimSessionId(this.#claim.signal).then(id => this.#knownSessionId = id);
    }

    /**
     * @param {boolean} takeover
     * @param {number} patientUntil
     * @param {AbortSignal} signal
     * @returns {Promise<Lease>}
     */
    async #acquire(takeover, patientUntil, signal) {
        const session_id = await this.#session();
        for (;;) {
            signal.throwIfAborted();
            try {
                const body = { session_id, camera_id: this.#cameraId, ...(takeover ? { takeover } : {}) };
                const lease = /** @type {Lease} */ (await send('/api/leases', 'POST', body, signal));
                signal.throwIfAborted();
                return lease;
            } catch (error) {
                const again = error instanceof Problem && error.status === 409 && performance.now() < patientUntil;
                if (!again) {
                    throw error;
                }
                await delay(inUseRetryMs, signal);
            }
        }
    }

    /** @param {number} inMs */
    #scheduleRenewal(inMs) {
        clearTimeout(this.#renewal);
        this.#renewal = setTimeout(() => void this.#renew(), inMs);
    }

    /** Asks whether the lease still lives, and so extends it. One at a time, whoever wants to know. */
    #renew() {
        return this.#renewing ??= this.#renewOnce().finally(() => this.#renewing = null);
    }

    async #renewOnce() {
        const { signal } = this.#run;
        const lease = this.#lease;
        if (!lease) {
            return;
        }
        const asked = performance.now();
        try {
            await send(`/api/leases/${lease.lease_id}`, 'PUT', undefined, signal);
            if (!signal.aborted) {
                this.#deadline = asked + lease.ttl_seconds * 1000; // from the asking: the server's clock started no earlier
                this.#scheduleRenewal(lease.renew_after_seconds * 1000);
            }
        } catch (error) {
            if (signal.aborted) {
                return;
            }
            const problem = asProblem(error);
            if (problem.status === 410 || problem.status === 404) {
                this.#lose(problem.reason ?? 'unknown');
            } else if (performance.now() >= this.#deadline) {
                this.#lose('expired'); // nobody has confirmed it for its whole life: it is not ours any more
            } else {
                log(`renewal failed (${problem.code}), asking again`);
                this.#scheduleRenewal(Math.min(renewalRetryMs, Math.max(0, this.#deadline - performance.now())));
            }
        }
    }

    /** Keeps the picture coming until the borrowing ends or the page is hidden. */
    async #show() {
        const lease = this.#lease;
        if (!this.#picture || !lease) {
            return;
        }
        this.#showing.abort();
        const showing = this.#showing = new AbortController();
        const signal = AbortSignal.any([showing.signal, this.#run.signal]);
        let wait = firstReopenMs;
        this.#enterPicture('opening');
        while (!signal.aborted) {
            try {
                await this.#picture.show(lease.stream_url, lease.fencing_token, signal, () => {
                    wait = firstReopenMs;
                    this.#enterPicture('showing');
                    this.dispatchEvent(new Event('frame'));
                });
            } catch (error) {
                if (!signal.aborted) {
                    log(`stream failed (${asProblem(error).code})`);
                }
            }
            if (signal.aborted) {
                return;
            }
            this.#enterPicture('interrupted');
            await this.#renew(); // a stream ends with its lease; only the lease knows why
            if (signal.aborted) {
                return;
            }
            await delay(wait * (0.75 + Math.random() / 2), signal).catch(() => {});
            wait = Math.min(wait * 2, slowestReopenMs);
        }
    }

    /** @param {string} reason */
    #lose(reason) {
        this.#endRun();
        this.#enter('lost', { reason });
        if (reason === 'page_hide' || reason === 'page_unload') {
            // The goodbye of this page before its reload came after our asking and took the new lease with it.
            void this.start();
        }
    }

    /** Everything local is over when this returns. The state is left to the caller. */
    #endRun() {
        this.#run.abort();
        this.#showing.abort();
        clearTimeout(this.#renewal);
        this.#lease = null;
        this.#picture?.clear();
        this.#enterPicture('none');
    }

    #onVisibility() {
        const hidden = document.visibilityState === 'hidden';
        if (hidden && this.#state === 'live' && this.#lease) {
            this.#showing.abort();
            this.#enterPicture('none');
            this.#enter('paused');
        } else if (!hidden && this.#state === 'paused' && this.#lease) {
            this.#enter('live');
            void this.#renew(); // timers of hidden pages are slowed down: it may have ended meanwhile
            void this.#show();
        }
    }

    #onGone() {
        this.#resumeOnShow ||= this.#holdsStill();
        this.leave('page_hide');
        this.#claim.abort();
        this.#claim = new AbortController();
        this.#sessionId = null;
        this.#knownSessionId = null;
    }

    #onBack() {
        if (this.#resumeOnShow) {
            this.#resumeOnShow = false;
            void this.start({ patienceMs: 3000 });
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
        log(`${this.#cameraId}: ${from} → ${to}`, cause.reason ?? cause.problem?.code ?? '');
        /** @type {StateChange} */
        const detail = { from, to, cause };
        this.dispatchEvent(new CustomEvent('statechange', { detail }));
    }

    /** @param {PictureState} to */
    #enterPicture(to) {
        if (this.#pictureState === to) {
            return;
        }
        log(`${this.#cameraId}: picture ${this.#pictureState} → ${to}`);
        this.#pictureState = to;
        this.dispatchEvent(new CustomEvent('picturechange', { detail: to }));
    }
}

/**
 * @param {unknown} error
 * @returns {Problem}
 */
function asProblem(error) {
    return error instanceof Problem ? error : new Problem(0, 'unexpected', { detail: String(error) });
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>} rejects when aborted
 */
function delay(ms, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(signal.reason);
        }, { once: true });
    });
}

/** @param {unknown[]} words */
function log(...words) {
    try {
        if (localStorage.getItem('camera_debug') === 'true') {
            console.info('[camera]', new Date().toISOString(), ...words);
        }
    } catch {
        // Storage is switched off, and with it the log.
    }
}
