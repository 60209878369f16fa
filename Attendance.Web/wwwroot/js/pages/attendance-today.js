// @ts-check
import { followToday } from '../attendance/today-stream.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';

/** @typedef {import('../attendance/today-stream.js').TodaySession} TodaySession */

const connection = element('connection', HTMLElement);
/** @type {AbortController | null} */
let following = null;

addEventListener('pagehide', () => following?.abort());
addEventListener('pageshow', follow);
document.addEventListener('visibilitychange', follow);
follow();

/** Follows the state while the page is visible. A hidden page has no connection. */
function follow() {
    const isVisible = document.visibilityState === 'visible';
    if (isVisible && (following === null || following.signal.aborted)) {
        following = new AbortController();
        void followToday({ told: show, lost: () => say(t('Not up to date'), 'warn') }, following.signal);
    } else if (!isVisible) {
        following?.abort();
        say(t('Paused'), 'quiet');
    }
}

/** @param {TodaySession[]} sessions */
function show(sessions) {
    const rows = [...document.querySelectorAll('tr[data-session]')].filter(row => row instanceof HTMLElement);
    const known = new Set(rows.map(row => row.dataset.session));
    if (sessions.length !== known.size || sessions.some(session => !known.has(session.session_id))) {
        location.reload(); // sessions were added, or a day began
        return;
    }
    for (const session of sessions) {
        const row = rows.find(each => each.dataset.session === session.session_id);
        for (const name of /** @type {const} */ (['state', 'expected', 'present', 'late', 'excused', 'missing'])) {
            const field = row?.querySelector(`[data-field="${name}"]`);
            if (field instanceof HTMLElement) {
                write(field, String(session[name]));
                if (name === 'state') {
                    field.dataset.tone = session.tone;
                }
            }
        }
    }
    say(t('Live'), 'good');
}

/**
 * @param {string} text
 * @param {string} tone
 */
function say(text, tone) {
    write(connection, text);
    connection.dataset.tone = tone;
}
