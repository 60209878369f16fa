// @ts-check
import { Problem, asProblem, giveBack, send } from './api.js';
import { log } from './log.js';
import { Trace } from './trace.js';

/**
 * @typedef {import('./api.js').Lease} Lease
 * @typedef {import('./api.js').CurrentLease} CurrentLease
 * @typedef {import('./page-session.js').PageSession} PageSession
 */

const renewalRetryMs = 2000;
const renewalTimeoutMs = 5000;
const leastPatienceMs = 100;
const slowestRenewalMs = 10_000;
/** The server waits for two seconds when a socket is gone: time for a new socket first, then for a renewal by HTTP. */
const withinGraceMs = 600;
const giveBackTimeoutMs = 10_000;

/**
 * A lease that is ours until it says otherwise, once. While the page has a presence socket the server renews it and says
 * so; otherwise it is renewed by HTTP.
 */
export class HeldLease {
    #page;
    #trace;
    #onLost;
    #onMoved;
    /** Moves on with every confirmed renewal; on the monotonic clock. */
    #deadline;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;
    #life = new AbortController();
    /** @type {Promise<void> | null} */
    #renewing = null;

    /**
     * @param {Lease} lease
     * @param {number} asked when it was asked for: the server's clock started no earlier
     * @param {PageSession} page
     * @param {import('./trace.js').Trace} trace the one in which it was asked for, and is given back
     * @param {(reason: string, detail: string | null) => void} onLost nothing may use the lease when this returns
     * @param {(from: string, to: string) => void} onMoved it is that of another camera now, with another token and another stream
     */
    constructor(lease, asked, page, trace, onLost, onMoved) {
        this.lease = lease;
        this.#page = page;
        this.#trace = trace;
        this.#onLost = onLost;
        this.#onMoved = onMoved;
        this.#deadline = asked + lease.ttl_seconds * 1000;
        this.#schedule();
    }

    /** Not in the constructor: the lease may have ended already, and that is said at once. */
    watch() {
        this.#page.presence?.watch(this.lease.lease_id, {
            renewed: ttlSeconds => {
                this.#deadline = performance.now() + ttlSeconds * 1000;
                this.#schedule();
            },
            moved: current => this.#follow(current),
            ended: (reason, detail) => this.#lose(reason, detail),
            connected: () => this.#schedule(),
            cut: () => this.#schedule(withinGraceMs),
            doubtful: () => void this.renew(),
        });
    }

    /** Asks whether the lease still lives, and so extends it. One at a time, whoever wants to know. */
    renew() {
        return this.#renewing ??= this.#renewOnce().finally(() => this.#renewing = null);
    }

    /** It is not used any more, and nobody renews it from here on. The presence stays, to confirm the end. */
    stop() {
        this.#life.abort();
        clearTimeout(this.#timer);
    }

    /**
     * Gives it back after {@link stop}.
     * @param {string} reason
     * @returns {Promise<boolean>} whether the server has said that the camera is free
     */
    async giveBack(reason) {
        try {
            await giveBack(this.lease.lease_id, reason, giveBackTimeoutMs, this.#trace);
            return true;
        } catch (error) {
            log(`${this.lease.camera_id}: not confirmed (${asProblem(error).code})`);
            return false;
        } finally {
            this.forget();
        }
    }

    /** The server is told by somebody else. */
    forget() {
        this.stop();
        this.#page.presence?.unwatch(this.lease.lease_id);
    }

    /** @param {number} [inMs] */
    #schedule(inMs) {
        if (this.#life.signal.aborted) {
            return;
        }
        const { ttl_seconds, renew_after_seconds } = this.lease;
        const wait = inMs ?? (this.#page.presence?.isOpen
            ? this.#deadline - performance.now() - ttl_seconds * 1000 / 3 // the server has left out a round: is it still there?
            : Math.min(renew_after_seconds * 1000, slowestRenewalMs));
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#onTimer(inMs), Math.max(0, wait));
    }

    /** @param {number | undefined} inMs */
    #onTimer(inMs) {
        if (this.#page.presence?.isOpen) {
            if (inMs !== undefined) {
                this.#schedule(); // the socket was faster
                return;
            }
            this.#page.presence.distrust();
        }
        void this.renew();
    }

    async #renewOnce() {
        const { signal } = this.#life;
        const asked = performance.now();
        // A network that is cut answers nothing at all: what nobody confirms by its deadline is not ours, answer or not.
        const patience = AbortSignal.timeout(Math.min(Math.max(this.#deadline - asked, leastPatienceMs), renewalTimeoutMs));
        try {
            const current = /** @type {Partial<CurrentLease>} */ (
                await send(`/api/leases/${this.lease.lease_id}`, 'PUT', undefined, AbortSignal.any([signal, patience]), Trace.unsampled));
            if (!signal.aborted) {
                this.#follow(current); // without a socket, or faster than it
                this.#deadline = asked + this.lease.ttl_seconds * 1000;
                this.#schedule();
            }
        } catch (error) {
            if (!signal.aborted) {
                this.#onRefused(asProblem(error));
            }
        }
    }

    /**
     * The same lease, wherever it is by now. News may come twice, and out of order: the newest token counts.
     * @param {Partial<CurrentLease>} current
     */
    #follow({ camera_id, fencing_token, stream_url = null, snapshot_url = null }) {
        const { camera_id: from, fencing_token: before } = this.lease;
        if (!camera_id || !fencing_token || camera_id === from || fencing_token <= before || this.#life.signal.aborted) {
            return;
        }
        this.lease = { ...this.lease, camera_id, fencing_token, stream_url, snapshot_url };
        this.#onMoved(from, camera_id);
    }

    /** @param {Problem} problem */
    #onRefused(problem) {
        const left = this.#deadline - performance.now();
        if (problem.status === 410 || problem.status === 404) {
            this.#lose(problem.reason ?? 'unknown', problem.detail);
        } else if (left <= 0) {
            this.#lose('expired', null); // nobody has confirmed it for its whole life: it is not ours any more
        } else {
            log(`renewal failed (${problem.code}), asking again`);
            this.#schedule(Math.min(renewalRetryMs, left));
        }
    }

    /**
     * @param {string} reason
     * @param {string | null} detail
     */
    #lose(reason, detail) {
        if (!this.#life.signal.aborted) {
            this.stop();
            this.#onLost(reason, detail);
            this.forget();
        }
    }
}
