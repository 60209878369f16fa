// @ts-check
import { asProblem, request } from '../camera/api.js';
import { jittered } from '../camera/timing.js';

/**
 * A person's mark, as the server derives it.
 * @typedef {object} MarkAnswer
 * @property {string} person_id
 * @property {string} mark
 * @property {string} word
 * @property {string} tone
 * @property {string | null} first_in
 * @property {string | null} stated_by
 * @property {string | null} by_word what stated it, in the language of the page
 */

const attempts = 4;
const retryMs = 400;
const withinMs = 8000;

/**
 * Sends marks of a roll call, one after the other, so that the last one for a person is the one that holds. A mark that fails for a moment is
 * sent again with the same id, which records it once.
 */
export class MarkSender {
    #url;
    #token;
    /** @type {Promise<unknown>} */
    #last = Promise.resolve();

    /**
     * @param {string} sessionId
     * @param {string} token the request token of the page
     */
    constructor(sessionId, token) {
        this.#url = `/api/attendance/sessions/${sessionId}/marks`;
        this.#token = token;
    }

    /**
     * @param {string} personId
     * @param {string | null} mark null takes back what the roll call stated
     * @returns {Promise<MarkAnswer>}
     * @throws {import('../camera/api.js').Problem}
     */
    send(personId, mark) {
        const body = JSON.stringify({ event_id: crypto.randomUUID(), person_id: personId, mark });
        const sent = this.#last.then(() => this.#post(body));
        this.#last = sent.catch(() => {});
        return sent;
    }

    /** @param {string} body */
    async #post(body) {
        for (let attempt = 1; ; attempt++) {
            try {
                const answer = await request(this.#url, {
                    method: 'POST',
                    headers: { 'Content-Type': 'application/json', RequestVerificationToken: this.#token },
                    body,
                    signal: AbortSignal.timeout(withinMs),
                });
                return await answer.json();
            } catch (error) {
                const problem = asProblem(error);
                if (attempt === attempts || (problem.status !== 0 && problem.status !== 503)) {
                    throw problem;
                }
                await new Promise(resolve => setTimeout(resolve, jittered(retryMs * attempt)));
            }
        }
    }
}
