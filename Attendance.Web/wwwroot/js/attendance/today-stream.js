// @ts-check
import { takeStreamPlace } from '../camera/stream-places.js';
import { jittered } from '../camera/timing.js';

/**
 * The state of one session of today, as the server sends it.
 * @typedef {object} TodaySession
 * @property {string} session_id
 * @property {string} state in the language of the page
 * @property {string} tone
 * @property {number} expected
 * @property {number} present
 * @property {number} late
 * @property {number} excused
 * @property {number} missing
 */

const retryMs = 3000;

/**
 * Follows the state of today. The browser reconnects by itself after a network failure; after a refusal this does.
 * @param {{ told: (sessions: TodaySession[]) => void, lost: () => void }} listener
 * @param {AbortSignal} signal ends it
 */
export async function followToday(listener, signal) {
    while (!signal.aborted && !await takeStreamPlace(signal)) {
        await new Promise(resolve => setTimeout(resolve, jittered(retryMs))); // other windows of this browser use all stream places
    }
    if (!signal.aborted) {
        open(listener, signal);
    }
}

/**
 * @param {{ told: (sessions: TodaySession[]) => void, lost: () => void }} listener
 * @param {AbortSignal} signal
 */
function open(listener, signal) {
    const source = new EventSource('/api/attendance/today/events');
    const close = () => source.close();
    signal.addEventListener('abort', close, { once: true });
    source.addEventListener('message', event => listener.told(JSON.parse(event.data)));
    source.addEventListener('error', () => {
        listener.lost();
        if (source.readyState === EventSource.CLOSED && !signal.aborted) {
            signal.removeEventListener('abort', close);
            setTimeout(() => signal.aborted || open(listener, signal), jittered(retryMs));
        }
    });
}
