// @ts-check
import { t } from '../languages/text.js';
import { asProblem, request } from './api.js';
import { delay } from './timing.js';
import { Trace } from './trace.js';

/**
 * @typedef {import('./camera-session.js').CameraSession} CameraSession
 *
 * @typedef {object} MadePairing
 * @property {PhonePairing} pairing
 * @property {string} code the one-time code, which cannot be shown again
 * @property {string} address where to type it
 * @property {string} picture the QR code that leads there with the code, as SVG
 * @property {number} secondsLeft how long the code is valid
 *
 * @typedef {object} ShownPairing
 * @property {'waiting' | 'used' | 'published' | 'ended'} state used: a phone has used the code, and does not publish its camera now
 * @property {string | null} camera_id the camera that the phone publishes, once it has used the code
 * @property {string | null} reason why it has ended
 */

const url = '/api/phone-pairings';
const answerWithinMs = 8000;
const lookEveryMs = 1000;

/** The token against forged requests, once one was asked for. */
let token = '';

/** A phone that lends its camera to this page, or will. It ends with this page, or with the lease that it is bound to. */
export class PhonePairing {
    /** @param {string} id */
    constructor(id) {
        this.id = id;
    }

    /** @returns {Promise<MadePairing>} */
    static async make() {
        await askForToken();
        const response = await request(url, { method: 'POST', headers: tokenHeaders(), signal: AbortSignal.timeout(answerWithinMs) });
        const made = await response.json();
        return { pairing: new PhonePairing(made.pairing_id), code: made.code, address: made.address, picture: made.picture, secondsLeft: made.seconds_left };
    }

    /** Asks how far the pairing is. That also shows the server that this page is there. @returns {Promise<ShownPairing>} */
    async look() {
        const response = await request(`${url}/${this.id}`, { headers: Trace.unsampled.headers, signal: AbortSignal.timeout(answerWithinMs) });
        return response.json();
    }

    /**
     * Looks again and again until the pairing has ended or somebody aborts.
     * @param {(shown: ShownPairing) => void} tell
     * @param {AbortSignal} signal
     */
    async watch(tell, signal) {
        while (!signal.aborted) {
            /** @type {ShownPairing | null} */
            let shown = null;
            try {
                shown = await this.look();
            } catch (error) {
                const { status } = asProblem(error);
                shown = status === 401 || status === 404 ? { state: 'ended', camera_id: null, reason: status === 401 ? 'signed_out' : 'page_gone' } : null;
            }
            if (shown && !signal.aborted) {
                tell(shown);
            }
            if (shown?.state === 'ended') {
                return;
            }
            await delay(lookEveryMs, signal).catch(() => {});
        }
    }

    /**
     * Binds the pairing to each lease that a session gets: from then on it ends with that lease.
     * @param {CameraSession} session one of the camera that the phone publishes
     * @param {AbortSignal} signal
     */
    bindTo(session, signal) {
        let bound = '';
        session.addEventListener('statechange', () => {
            const claim = session.claim;
            if (claim && claim.leaseId !== bound) {
                bound = claim.leaseId;
                void this.#bind(session, claim.leaseId, signal);
            }
        }, { signal });
    }

    /** Ends the pairing. The request outlives the page. */
    end() {
        fetch(`${url}/${this.id}`, { method: 'DELETE', keepalive: true, headers: tokenHeaders() }).catch(() => {}); // it ends without this page anyway
    }

    /**
     * Tries until it is bound, or the session has lost that lease, or there is nothing to bind any more.
     * @param {CameraSession} session
     * @param {string} leaseId
     * @param {AbortSignal} signal
     */
    async #bind(session, leaseId, signal) {
        for (let claim = session.claim; claim?.leaseId === leaseId && !signal.aborted; claim = session.claim) {
            try {
                await askForToken();
                await request(`${url}/${this.id}/lease`, {
                    method: 'PUT',
                    headers: { ...tokenHeaders(), 'Content-Type': 'application/json' },
                    body: JSON.stringify({ lease_id: claim.leaseId, camera_id: claim.cameraId, fencing_token: claim.fencingToken }),
                    signal: AbortSignal.timeout(answerWithinMs),
                });
                return;
            } catch (error) {
                const { status } = asProblem(error);
                if (status >= 400 && status < 500) {
                    return;
                }
            }
            await delay(lookEveryMs, signal).catch(() => {});
        }
    }
}

/** @type {Record<string, string>} */
const ends = {
    operator: t('The pairing was ended.'),
    page_gone: t('The pairing has ended, because this page was not heard of.'),
    lease_ended: t('The picture was stopped, taken over, or missing for too long, so the phone’s camera is switched off.'),
    signed_out: t('You are signed out, so the phone’s camera is switched off.'),
    phone: t('The phone has stopped its camera.'),
    unused: t('No phone has used the code in time.'),
};

/** Tells an operator why a pairing has ended. @param {string | null} reason */
export function wordsForPairingEnd(reason) {
    return ends[reason ?? ''] ?? t('The pairing has ended.');
}

async function askForToken() {
    const response = await request(`${url}/token`, { signal: AbortSignal.timeout(answerWithinMs) });
    token = (await response.json()).request_token;
}

function tokenHeaders() {
    return { RequestVerificationToken: token };
}
