// @ts-check
import { request } from '../camera/api.js';
import { delay } from '../camera/timing.js';
import { Trace } from '../camera/trace.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';

/** @typedef {{ state: string, items: number, handled: number }} ImportProgress */

const askEveryMs = 1000;
const answerWithinMs = 5000;

const progress = element('progress', HTMLElement);
const bar = element('bar', HTMLProgressElement);
const count = element('count', HTMLElement);
const leaving = new AbortController();

addEventListener('pagehide', () => leaving.abort());
void follow(leaving.signal);

/**
 * Asks how far the import is until it is in another state, which the page then shows.
 * @param {AbortSignal} signal
 */
async function follow(signal) {
    while (!signal.aborted) {
        const found = await ask(signal);
        if (found !== null && found.state !== progress.dataset.state) {
            location.reload();
            return;
        }
        if (found !== null) {
            bar.max = Math.max(found.items, 1);
            bar.value = found.handled;
            write(count, t('{0} of {1}', found.handled, found.items));
        }
        await delay(askEveryMs, signal).catch(() => {}); // the page is left
    }
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<ImportProgress | null>} Null if the server does not say it now.
 */
async function ask(signal) {
    try {
        const response = await request(`/api/imports/${progress.dataset.import}`, {
            headers: Trace.unsampled.headers, signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
        });
        return await response.json();
    } catch {
        return null; // the network or the server is away, or the page is left
    }
}
