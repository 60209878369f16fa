// @ts-check
import { asProblem, request } from '../camera/api.js';
import { log } from '../camera/log.js';
import { delay, jittered } from '../camera/timing.js';
import { answered, transientStatuses } from './shot-sender.js';

/**
 * @typedef {import('../camera/api.js').Problem} Problem
 * @typedef {{ consent: boolean, poses: string[], shots: import('./shot-sender.js').KeptShot[] }} ShotList
 */

const firstRetryMs = 1000;
const slowestRetryMs = 10_000;

/**
 * Asks the server which shots exist, and retries while the server is away.
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {(problem: Problem) => void} onProblem called for every failed request
 * @returns {Promise<ShotList | null>} null if a problem blocks the capture or the signal is aborted
 */
export async function loadShots(url, signal, onProblem) {
    for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, slowestRetryMs)) {
        try {
            return await answered(signal => request(url, { signal }), signal);
        } catch (error) {
            if (signal.aborted) {
                return null;
            }
            const problem = asProblem(error);
            log(`shots: ${problem.code}`);
            onProblem(problem);
            if (isBlocking(problem)) {
                return null;
            }
            await delay(jittered(wait), signal).catch(() => {});
        }
    }
}

/** Tells whether only the user can solve the problem, for example by signing in. A retry does not help. @param {Problem} problem */
export function isBlocking({ status }) {
    return status === 401 || !transientStatuses.includes(status);
}
