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
/** The delay before a renewal by HTTP when the socket is cut. The server waits two seconds, so a new socket gets a chance first. */
const withinGraceMs = 600;
const giveBackTimeoutMs = 10_000;

/**
 * A lease that this page holds until `onLost` is called, at most once. While the page has a presence socket, the server renews the
 * lease and reports that. Otherwise this class renews it by HTTP.
 */
export class HeldLease {
    #page;
    #trace;
    #onLost;
    #onMoved;
    /** When the lease ends on the monotonic clock; every confirmed renewal moves it on. */
    #deadline;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;
    #life = new AbortController();
    /** @type {Promise<void> | null} */
    #renewing = null;

    /**
     * @param {Lease} lease
     * @param {number} asked when the lease was requested, on the monotonic clock; the lease's time to live did not start before that
     * @param {PageSession} page
     * @param {import('./trace.js').Trace} trace the trace in which the lease was requested and is given back
     * @param {(reason: string, detail: string | null) => void} onLost called when the lease is lost; nothing may use the lease after it returns
     * @param {(from: string, to: string) => void} onMoved called when the lease has moved to another camera, with a new token and a new stream
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

    /** The proof that a write is made by the camera's holder. */
    get claim() {
        return { cameraId: this.lease.camera_id, leaseId: this.lease.lease_id, fencingToken: this.lease.fencing_token };
    }

    /** Starts to watch the lease. This is not in the constructor, because a lease that has already ended is reported at once. */
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

    /** Renews the lease and so learns whether it still exists. Concurrent calls share one request. */
    renew() {
        return this.#renewing ??= this.#renewOnce().finally(() => this.#renewing = null);
    }

    /** Stops renewing: the lease is no longer used. The presence goes on watching it, to confirm its end. */
    stop() {
        this.#life.abort();
        clearTimeout(this.#timer);
    }

    /**
     * Gives the lease back after {@link stop}.
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

    /** Stops and no longer watches the lease. The server already knows of the end, or is told separately. */
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
            ? this.#deadline - performance.now() - ttl_seconds * 1000 / 3 // a third of its life is left: the server missed a renewal
            : Math.min(renew_after_seconds * 1000, slowestRenewalMs));
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#onTimer(inMs), Math.max(0, wait));
    }

    /** @param {number | undefined} inMs */
    #onTimer(inMs) {
        if (this.#page.presence?.isOpen) {
            if (inMs !== undefined) {
                this.#schedule(); // the socket was open again first
                return;
            }
            this.#page.presence.distrust();
        }
        void this.renew();
    }

    async #renewOnce() {
        const { signal } = this.#life;
        const asked = performance.now();
        // A network that is cut never answers. A lease that is not confirmed by its deadline is lost, with or without an answer.
        const patience = AbortSignal.timeout(Math.min(Math.max(this.#deadline - asked, leastPatienceMs), renewalTimeoutMs));
        try {
            const current = /** @type {Partial<CurrentLease>} */ (
                await send(`/api/leases/${this.lease.lease_id}`, 'PUT', undefined, AbortSignal.any([signal, patience]), Trace.unsampled));
            if (!signal.aborted) {
                this.#follow(current); // the renewal may be the first to report a move, for example without a socket
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
     * Follows the lease to another camera. The same news may come twice and out of order, so the highest token counts.
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
            this.#lose('expired', null); // no renewal was confirmed before the deadline: the lease is lost
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
