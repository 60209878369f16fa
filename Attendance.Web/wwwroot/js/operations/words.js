// @ts-check
import { locale, t, tenths } from '../languages/text.js';

/** @typedef {'good' | 'busy' | 'warn' | 'bad' | 'quiet'} Tone */

/** Short words, because the console shows many of them at once. @type {Record<string, { words: string, tone: Tone }>} */
const reasons = {
    client: { words: t('given back'), tone: 'good' },
    manual: { words: t('stopped by its user'), tone: 'good' },
    page_hide: { words: t('page left'), tone: 'good' },
    page_unload: { words: t('page left'), tone: 'good' },
    disconnected: { words: t('connection lost'), tone: 'warn' },
    expired: { words: t('not renewed'), tone: 'warn' },
    hidden_too_long: { words: t('page hidden too long'), tone: 'warn' },
    max_hold: { words: t('longest hold reached'), tone: 'warn' },
    takeover: { words: t('taken over'), tone: 'busy' },
    shutdown: { words: t('service stopped'), tone: 'busy' },
    node_restarted: { words: t('service had died'), tone: 'bad' },
    node_lost: { words: t('node lost'), tone: 'bad' },
    device_lost: { words: t('device unplugged'), tone: 'bad' },
    worker_failed: { words: t('worker failed'), tone: 'bad' },
    open_failed: { words: t('did not open'), tone: 'bad' },
    right_lost: { words: t('right taken away'), tone: 'busy' },
    forced: { words: t('released by ops'), tone: 'busy' },
    test: { words: t('test'), tone: 'quiet' },
};

/** @param {string | null} reason */
export function wordsForEnd(reason) {
    return reasons[reason ?? ''] ?? { words: reason ?? '', tone: /** @type {Tone} */ ('quiet') };
}

/** @type {Record<string, string>} */
const rules = {
    leak: t('Leak'), release_failed: t('Release failed'), quarantined: t('Blocked'), camera_missing: t('Camera missing'), frames_stalled: t('Picture stands still'),
    worker_crash_loop: t('Fails again and again'), store_unreachable: t('Store unreachable'), node_lost: t('Node lost'), node_name_taken: t('Two nodes of one name'), node_forged: t('Entries of strangers'),
    heartbeats_lost: t('Sessions lost'), contention: t('Contention'), limit_reached: t('Limit reached'),
};

/** @param {string} rule */
export function wordsForRule(rule) {
    return rules[rule] ?? rule;
}

/** @type {Record<string, string>} */
const events = { alert_opened: t('alert opened'), alert_acknowledged: t('alert acknowledged'), alert_resolved: t('alert resolved') };

/** @param {string} event */
export function wordsForEvent(event) {
    return events[event] ?? event.replaceAll('_', ' ');
}

/**
 * Tells what somebody did.
 * @param {string} action
 * @param {string} camera its name; empty if it was about none
 */
export function wordsForAction(action, camera) {
    switch (action) {
        case 'release':
            return t('Released {0}', camera).trim();
        case 'reopen':
            return t('Reopened {0}', camera).trim();
        case 'unquarantine':
            return t('Looked again at {0}', camera).trim();
        case 'takeover':
            return t('Took over {0}', camera).trim();
        case 'release_stale':
            return t('Released what was stale');
        case 'release_all':
            return t('Released all');
        case 'acknowledge':
            return camera ? t('Acknowledged an alert, {0}', camera) : t('Acknowledged an alert');
        default:
            return `${action} ${camera}`.trim();
    }
}

/** @type {Record<string, string>} */
const refusals = {
    not_held: t('Nobody has this camera any more, or not under this lease.'),
    not_quarantined: t('This camera is not blocked any more.'),
    not_reopenable: t('It is the camera of a browser: only its page can open it again.'),
    unknown_camera: t('There is no such camera any more.'),
    unknown_alert: t('There is no such alert any more.'),
    alert_resolved: t('This alert is resolved already.'),
    store_unavailable: t('The session store does not answer.'),
    camera_api_unavailable: t('The camera service does not answer. Try again in a moment.'),
    unreachable: t('The server cannot be reached. Check the network connection of this device.'),
    sign_in_required: t('You are signed out. Sign in again in another tab, then try again.'),
    not_allowed: t('This account may not do that any more.'),
};

/** @param {import('../camera/api.js').Problem} problem */
export function wordsForRefusal(problem) {
    if (problem.code === 'not_free') {
        return problem.detail ? t('It could not be shown to be free: {0}', problem.detail) : t('It could not be shown to be free.');
    }
    return refusals[problem.code] ?? problem.message;
}

/** Names a holder without telling its session. @param {import('./contract.js').OpsHolder} holder */
export function wordsForHolder({ session_ref: session, role }) {
    return role ? `${session} (${role})` : session;
}

/** Formats a duration like a clock: 0:07, 12:30, 3:05:09. @param {number} ms */
export function clockOf(ms) {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds % 3600 / 60)];
    const rest = String(seconds % 60).padStart(2, '0');
    return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** @param {number | null | undefined} seconds */
export function shortTime(seconds) {
    if (seconds === null || seconds === undefined) {
        return '–';
    }
    return seconds < 1 ? t('{0} ms', Math.round(seconds * 1000)) : seconds < 60 ? t('{0} s', tenths.format(seconds)) : clockOf(seconds * 1000);
}

const sameDay = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const otherDay = new Intl.DateTimeFormat(locale, { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Formats a time briefly: without the date if it is today, otherwise without the seconds. @param {string | null} at */
export function when(at) {
    if (at === null) {
        return '';
    }
    const time = new Date(at);
    return (time.toDateString() === new Date().toDateString() ? sameDay : otherDay).format(time);
}
