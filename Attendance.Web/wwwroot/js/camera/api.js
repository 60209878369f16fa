// @ts-check
import { hearTime, serverNow } from './server-clock.js';

/** @typedef {import('./trace.js').Trace} Trace */

/**
 * The answers of camera-api, as its HTTP contract defines them.
 *
 * @typedef {object} Lease
 * @property {string} lease_id A secret: anyone who knows it can renew and release the lease.
 * @property {string} lease_ref Safe to show.
 * @property {string} camera_id
 * @property {'exclusive' | 'shared'} mode
 * @property {number} fencing_token
 * @property {string} expires_at
 * @property {number} ttl_seconds
 * @property {number} renew_after_seconds
 * @property {string | null} stream_url null for a camera of the browser itself
 * @property {string | null} snapshot_url
 *
 * The current state of a lease, as every renewal returns it. Everything but the expiry changes only when the lease moves to another camera.
 * @typedef {Pick<Lease, 'camera_id' | 'fencing_token' | 'stream_url' | 'snapshot_url' | 'expires_at'>} CurrentLease
 *
 * @typedef {object} Camera
 * @property {string} camera_id
 * @property {string} [name]
 * @property {string} [kind]
 * @property {string} state
 * @property {string} [node]
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [frame_rate]
 * @property {string[]} [tags]
 * @property {string | null} [lease_ref]
 * @property {string | null} [held_since]
 * @property {'exclusive' | 'shared' | null} [mode] whether it is held by one or shared; null if nobody holds it
 * @property {string | null} [detail]
 *
 * A camera in Web's list, with what the account may do with it (`watch`, `borrow`); without `may`, everything.
 * @typedef {Camera & { may?: string[] }} ListedCamera
 */

/**
 * A failed request: either a refusal of the server as an RFC 9457 problem, or `status` 0. Status 0 means that the server does not
 * answer (`unreachable`), or that this device's own camera failed (`permission_denied`, `device_busy`, …).
 */
export class Problem extends Error {
    /**
     * @param {number} status
     * @param {string} code
     * @param {Record<string, unknown>} [body]
     * @param {number | null} [retryAfterSeconds]
     */
    constructor(status, code, body = {}, retryAfterSeconds = null) {
        super(typeof body.title === 'string' ? body.title : code);
        this.name = 'Problem';
        this.status = status;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
        /** The reason why the lease ended; set with `lease_ended`. @type {string | null} */
        this.reason = typeof body.reason === 'string' ? body.reason : null;
        /** The reasons why a shot is not good, the most important first; set with `shot_not_good`. @type {string[]} */
        this.reasons = Array.isArray(body.reasons) ? body.reasons.filter(reason => typeof reason === 'string') : [];
        /** When the other lease ends if it is not renewed; set with `camera_in_use`. @type {Date | null} */
        this.expiresAt = typeof body.expires_at === 'string' ? new Date(body.expires_at) : null;
        /** Whether those who have the camera share it, so that this page may too; set with `camera_in_use`. */
        this.isShared = body.mode === 'shared';
        /** The right on the camera that the account lacks; set with `right_missing`. @type {string | null} */
        this.right = typeof body.right === 'string' && typeof body.camera_id === 'string' ? body.right : null;
        /** @type {string | null} */
        this.detail = typeof body.detail === 'string' ? body.detail : null;
    }
}

/**
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} the answer, always with a 2xx status
 * @throws {Problem} for any other outcome except an abort, whose own error is rethrown
 */
export async function request(url, init) {
    let response;
    try {
        response = await fetch(url, { cache: 'no-store', redirect: 'error', ...init });
    } catch (error) {
        if (init?.signal?.aborted) {
            throw error;
        }
        throw new Problem(0, 'unreachable');
    }
    hearTime(response);
    if (!response.ok) {
        throw await problemOf(response);
    }
    return response;
}

/**
 * @param {string} url
 * @param {'POST' | 'PUT'} method
 * @param {unknown} [body]
 * @param {AbortSignal} [signal]
 * @param {Pick<Trace, 'headers'>} [trace] the trace that the request is a part of
 */
export async function send(url, method, body, signal, trace) {
    const response = await request(url, {
        method,
        signal,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...trace?.headers },
        body: body === undefined ? undefined : JSON.stringify(body),
    });
    return response.json();
}

/**
 * Tells the server that a session ends. It is one request for everything that the session holds, and it outlives the page.
 * @param {string} sessionId
 * @param {string} reason
 * @param {number} [graceMs] how long the server waits for the session to come back, for example after a reload
 */
export function sayGoodbye(sessionId, reason, graceMs = 0) {
    const url = '/api/camera/cleanup/';
    const body = JSON.stringify({ session_id: sessionId, reason, ...(graceMs > 0 ? { grace_ms: graceMs } : {}) });
    const sent = navigator.sendBeacon?.(url, new Blob([body], { type: 'text/plain' }));
    if (!sent) {
        fetch(url, { method: 'POST', keepalive: true, headers: { 'Content-Type': 'text/plain' }, body }).catch(() => {});
    }
}

/**
 * Gives one lease back. The request outlives the page.
 * @param {string} leaseId
 * @param {string} reason
 * @param {number} withinMs
 * @param {Trace} [trace] the trace that the request is a part of
 */
export async function giveBack(leaseId, reason, withinMs, trace) {
    await request(`/api/leases/${leaseId}?reason=${encodeURIComponent(reason.slice(0, 64))}`, {
        method: 'DELETE',
        keepalive: true,
        headers: trace?.headers,
        signal: AbortSignal.timeout(withinMs),
    });
}

/**
 * @param {unknown} error
 * @returns {Problem}
 */
export function asProblem(error) {
    return error instanceof Problem ? error : new Problem(0, 'unexpected', { detail: String(error) });
}

/** @param {Response} response */
async function problemOf(response) {
    /** @type {Record<string, unknown>} */
    let body = {};
    try {
        const parsed = await response.json();
        if (parsed !== null && typeof parsed === 'object') {
            body = parsed;
        }
    } catch {
        // Not every refusal comes from our server: a proxy may answer with a page. Then only the status is known.
    }
    const code = typeof body.code === 'string' ? body.code : `http_${response.status}`;
    return new Problem(response.status, code, body, secondsOf(response.headers.get('Retry-After')));
}

/**
 * @param {string | null} retryAfter seconds or an HTTP date
 * @returns {number | null}
 */
function secondsOf(retryAfter) {
    if (!retryAfter) {
        return null;
    }
    const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - serverNow()) / 1000;
    return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 0), 3600) : null;
}
