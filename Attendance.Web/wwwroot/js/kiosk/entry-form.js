// @ts-check
import { Problem, request } from '../camera/api.js';
import { t } from '../languages/text.js';

/** @typedef {import('./answers.js').Answer} Answer */

const idleMs = 30_000;
const answerWithinMs = 10_000;

/** A form of a kiosk that a button opens. It closes by itself, so that nobody finds what another has begun to enter. */
export class EntryForm {
    #form;
    #open;
    #problem;
    #token;
    #changed;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #idle;
    /** The id of what is being entered, so that a request that is sent again is recorded once. */
    #eventId = crypto.randomUUID();

    /**
     * @param {HTMLFormElement} form its first input is focused when it opens
     * @param {HTMLButtonElement} open
     * @param {HTMLButtonElement} close
     * @param {HTMLElement} problem where it says what is wrong
     * @param {string} token the request token of the page
     * @param {(eventId: string) => { path: string, body: object }} entered
     * @param {(answer: Answer) => void} answered
     * @param {() => void} changed called when it has opened or closed
     */
    constructor(form, open, close, problem, token, entered, answered, changed) {
        this.#form = form;
        this.#open = open;
        this.#problem = problem;
        this.#token = token;
        this.#changed = changed;
        open.addEventListener('click', () => this.#show());
        close.addEventListener('click', () => this.#close());
        form.addEventListener('input', () => this.#wait());
        form.addEventListener('submit', event => {
            event.preventDefault();
            void this.#send(entered(this.#eventId), answered);
        });
    }

    get isOpen() {
        return !this.#form.hidden;
    }

    /** @param {{ path: string, body: object }} entered @param {(answer: Answer) => void} answered */
    async #send({ path, body }, answered) {
        try {
            const response = await request(path, {
                method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(answerWithinMs),
                headers: { 'Content-Type': 'application/json', RequestVerificationToken: this.#token },
            });
            const answer = await response.json();
            this.#close();
            answered(answer);
        } catch (error) {
            const problem = error instanceof Problem ? error : new Problem(0, 'unreachable');
            this.#problem.textContent = problem.status === 0 ? t('The server cannot be reached. Try again in a moment.') : problem.message;
            const secret = this.#form.querySelector('input[type="password"]');
            if (secret instanceof HTMLInputElement) {
                secret.value = '';
                secret.focus();
            }
        }
    }

    #show() {
        this.#form.hidden = false;
        this.#form.querySelector('input')?.focus();
        this.#wait();
        this.#changed();
    }

    #close() {
        clearTimeout(this.#idle);
        this.#form.reset();
        this.#form.hidden = true;
        this.#problem.textContent = '';
        this.#eventId = crypto.randomUUID();
        this.#changed();
        this.#open.focus();
    }

    #wait() {
        clearTimeout(this.#idle);
        this.#idle = setTimeout(() => this.#close(), idleMs);
    }
}
