// @ts-check
import { hearTime, serverNow } from './server-clock.js';

/** @typedef {import('./trace.js').Trace} Trace */

/**
 * What camera-api says, as its HTTP contract has it.
 *
 * @typedef {object} Lease
 * @property {string} lease_id A secret: whoever knows it can renew and release.
 * @property {string} lease_ref Safe to show.
 * @property {string} camera_id
 * @property {number} fencing_token
 * @property {string} expires_at
 * @property {number} ttl_seconds
 * @property {number} renew_after_seconds
 * @property {string | null} stream_url null for a camera of the browser itself
 * @property {string | null} snapshot_url
 *
 * What a lease is by now, as every renewal says: all but the time changes only when it moves to another camera.
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
 * @property {string | null} [detail]
 */

/**
 * A refusal: an RFC 9457 problem, or no answer at all (`status` 0): of the server ("unreachable"), or of
 * this device's own camera (`permission_denied`, `device_busy`, …).
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
        /** Why the lease ended, with `lease_ended`. @type {string | null} */
        this.reason = typeof body.reason === 'string' ? body.reason : null;
        /** What is wrong with a shot, with `shot_not_good`, the most important first. @type {string[]} */
        this.reasons = Array.isArray(body.reasons) ? body.reasons.filter(reason => typeof reason === 'string') : [];
        /** When the other lease ends unless renewed, with `camera_in_use`. @type {Date | null} */
        this.expiresAt = typeof body.expires_at === 'string' ? new Date(body.expires_at) : null;
        /** @type {string | null} */
        this.detail = typeof body.detail === 'string' ? body.detail : null;
    }
}

/**
 * @param {string} url
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} an answer of the 200s
 * @throws {Problem} anything else but an abort, which stays an AbortError
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
 * @param {Pick<Trace, 'headers'>} [trace] that it is a part of
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
 * Says goodbye for a session in a way that outlives the page. One request, whatever the session holds.
 * @param {string} sessionId
 * @param {string} reason
 * @param {number} [graceMs] how long the server waits for the session to come back, as a reload does
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
 * @param {Trace} [trace] that it is a part of
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
        // Not every refusal is ours: a proxy may answer with a page. The status then says it all.
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
