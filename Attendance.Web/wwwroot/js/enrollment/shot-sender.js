// @ts-check
import { Problem, asProblem, request } from '../camera/api.js';
import { log } from '../camera/log.js';
import { delay, jittered } from '../camera/timing.js';

/**
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {{ cameraId: string, leaseId: string, fencingToken: number }} Claim
 *
 * A picture that was taken. It is kept in memory only, because a face must not stay in a browser's storage.
 * @typedef {{ pose: Pose, claim: Claim, manual: boolean, picture: Blob }} Shot
 *
 * A shot as the server keeps it.
 * @typedef {object} KeptShot
 * @property {string} shot_id
 * @property {Pose} pose
 * @property {string} taken_at
 * @property {number} pitch
 * @property {boolean} manual
 * @property {string} picture_url a new picture of the same pose has a new URL
 *
 * The outcome of sending a shot.
 * @typedef {{ shot: Shot, kept: KeptShot }} Sent
 * @typedef {{ shot: Shot, problem: Problem, reasons: string[] }} Refused it is not sent again; `reasons` is set with `shot_not_good`
 * @typedef {{ shot: Shot, problem: Problem }} Waiting it is sent again later
 */

const answerWithinMs = 20_000;
const firstRetryMs = 1000;
const slowestRetryMs = 15_000;
/** The statuses that may pass: the server or the connection is away, or (401) the user is signed out and may sign in in another tab. */
export const transientStatuses = [0, 401, 408, 425, 429, 500, 502, 503, 504];

/**
 * Sends shots one after the other, and retries while the server is away.
 *
 * Events: `sent` ({@link Sent}), `refused` ({@link Refused}; the shot is not sent again), `waiting` ({@link Waiting}).
 */
export class ShotSender extends EventTarget {
    #url;
    #token;
    /** The shots that the server has not confirmed, the oldest first. @type {Shot[]} */
    #shots = [];
    #life = new AbortController();
    #again = new AbortController();
    #sending = false;

    /**
     * @param {string} url
     * @param {string} token the token that protects against forged requests
     */
    constructor(url, token) {
        super();
        this.#url = url;
        this.#token = token;
        const { signal } = this.#life;
        addEventListener('online', () => this.retryNow(), { signal });
        addEventListener('pageshow', () => this.retryNow(), { signal });
        document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.retryNow(), { signal });
    }

    /** The number of shots that the server has not confirmed. */
    get pending() {
        return this.#shots.length;
    }

    /** @param {Shot} shot replaces a shot of the same pose that is still waiting */
    send(shot) {
        this.#shots = this.#shots.filter((waiting, at) => waiting.pose !== shot.pose || at === 0 && this.#sending);
        this.#shots.push(shot);
        this.retryNow();
        void this.#work();
    }

    /** Ends the current backoff and tries again at once. */
    retryNow() {
        this.#again.abort();
    }

    /** Stops sending. Shots that were not confirmed are lost. */
    dispose() {
        this.#life.abort();
        this.#shots = [];
    }

    async #work() {
        if (this.#sending) {
            return;
        }
        this.#sending = true;
        const { signal } = this.#life;
        let wait = firstRetryMs;
        try {
            for (let shot = this.#shots[0]; shot && !signal.aborted; shot = this.#shots[0]) {
                this.#again = new AbortController();
                try {
                    const kept = await this.#post(shot);
                    this.#shots.shift();
                    this.#tell('sent', { shot, kept });
                    wait = firstRetryMs;
                } catch (error) {
                    if (signal.aborted) {
                        return;
                    }
                    const problem = asProblem(error);
                    log(`shot ${shot.pose}: ${problem.code}`);
                    if (!transientStatuses.includes(problem.status)) {
                        this.#shots.shift();
                        this.#tell('refused', { shot, problem, reasons: problem.reasons });
                        continue;
                    }
                    if (this.#shots.slice(1).some(later => later.pose === shot.pose)) {
                        this.#shots.shift(); // the pose was taken again in the meantime
                        continue;
                    }
                    this.#tell('waiting', { shot, problem });
                    const ms = Math.max(jittered(wait), (problem.retryAfterSeconds ?? 0) * 1000);
                    await delay(Math.min(ms, slowestRetryMs), AbortSignal.any([signal, this.#again.signal])).catch(() => {});
                    wait = Math.min(wait * 2, slowestRetryMs);
                }
            }
        } finally {
            this.#sending = false;
        }
    }

    /** @param {Shot} shot @returns {Promise<KeptShot>} */
    async #post({ pose, claim, manual, picture }) {
        const form = new FormData();
        form.set('pose', pose);
        form.set('camera_id', claim.cameraId);
        form.set('lease_id', claim.leaseId);
        form.set('fencing_token', String(claim.fencingToken));
        form.set('manual', String(manual));
        form.set('picture', picture, `${pose}.jpg`);
        return answered(signal => request(this.#url, {
            method: 'POST', body: form, headers: { RequestVerificationToken: this.#token }, signal,
        }), this.#life.signal);
    }

    /**
     * @param {string} type
     * @param {Sent | Refused | Waiting} detail
     */
    #tell(type, detail) {
        this.dispatchEvent(new CustomEvent(type, { detail }));
    }
}

/**
 * Returns the server's answer as JSON. The timeout is needed because a network that is cut never answers.
 * @param {(signal: AbortSignal) => Promise<Response>} ask
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export async function answered(ask, signal) {
    const late = AbortSignal.timeout(answerWithinMs);
    try {
        return await (await ask(AbortSignal.any([signal, late]))).json();
    } catch (error) {
        signal.throwIfAborted();
        throw error instanceof Problem ? error : new Problem(0, 'unreachable'); // for example, the answer was cut off in the middle
    }
}
