// @ts-check
import { Problem } from './api.js';
import { delay } from './timing.js';

/**
 * @typedef {import('./api.js').Lease} Lease
 * @typedef {import('./page-session.js').PageSession} PageSession
 *
 * @typedef {object} LeaseOptions
 * @property {boolean} [failover]
 * @property {object} [requirements]
 * @property {'shared'} [mode]
 * @property {string} [role]
 */

const firstInUseRetryMs = 50;
const slowestInUseRetryMs = 400;

/** Returns what a session's options ask of its lease, besides the camera. @param {import('./states.js').Options} options @returns {LeaseOptions} */
export function leaseOptionsOf(options) {
    return options.kind === 'browser' ? {} : {
        ...(options.failover === true ? { failover: true } : {}),
        ...(options.requirements ? { requirements: options.requirements } : {}),
        ...(options.mode === 'shared' ? { mode: options.mode, ...(options.role ? { role: options.role } : {}) } : {}),
    };
}

/**
 * Requests a lease, and retries while the camera is in use: the lease that this page has just given back may still be ending.
 * @param {PageSession} page
 * @param {{ camera_id: string, takeover?: boolean } & LeaseOptions} options
 * @param {number} patientUntil until when to retry, on the monotonic clock
 * @param {AbortSignal} signal
 * @param {import('./trace.js').Trace} trace
 * @returns {Promise<{ lease: Lease, asked: number }>} the lease, and when it was requested, on the monotonic clock
 */
export async function requestLease(page, options, patientUntil, signal, trace) {
    for (let wait = firstInUseRetryMs; ; wait = Math.min(wait * 2, slowestInUseRetryMs)) {
        signal.throwIfAborted();
        try {
            const asked = performance.now();
            return { lease: await page.acquire(options, signal, trace), asked };
        } catch (error) {
            const isInUse = error instanceof Problem && error.status === 409;
            if (!isInUse || performance.now() >= Math.max(patientUntil, page.goodbyeUntil)) {
                throw error;
            }
            await delay(wait, signal);
        }
    }
}
