// @ts-check

/** @typedef {'good' | 'busy' | 'warn' | 'bad' | 'quiet'} Tone */

/** Short words, because the console shows many of them at once. @type {Record<string, { words: string, tone: Tone }>} */
const reasons = {
    client: { words: 'given back', tone: 'good' },
    manual: { words: 'stopped by its user', tone: 'good' },
    page_hide: { words: 'page left', tone: 'good' },
    page_unload: { words: 'page left', tone: 'good' },
    disconnected: { words: 'connection lost', tone: 'warn' },
    expired: { words: 'not renewed', tone: 'warn' },
    hidden_too_long: { words: 'page hidden too long', tone: 'warn' },
    max_hold: { words: 'longest hold reached', tone: 'warn' },
    takeover: { words: 'taken over', tone: 'busy' },
    shutdown: { words: 'service stopped', tone: 'busy' },
    node_restarted: { words: 'service had died', tone: 'bad' },
    node_lost: { words: 'node lost', tone: 'bad' },
    device_lost: { words: 'device unplugged', tone: 'bad' },
    worker_failed: { words: 'worker failed', tone: 'bad' },
    open_failed: { words: 'did not open', tone: 'bad' },
    right_lost: { words: 'right taken away', tone: 'busy' },
    forced: { words: 'released by ops', tone: 'busy' },
    test: { words: 'test', tone: 'quiet' },
};

/** @param {string | null} reason */
export function wordsForEnd(reason) {
    return reasons[reason ?? ''] ?? { words: reason ?? '', tone: /** @type {Tone} */ ('quiet') };
}

/** @type {Record<string, string>} */
const rules = {
    leak: 'Leak', release_failed: 'Release failed', quarantined: 'Blocked', camera_missing: 'Camera missing', frames_stalled: 'Picture stands still',
    worker_crash_loop: 'Fails again and again', store_unreachable: 'Store unreachable', node_lost: 'Node lost', node_name_taken: 'Two nodes of one name', node_forged: 'Entries of strangers',
    heartbeats_lost: 'Sessions lost', contention: 'Contention', limit_reached: 'Limit reached',
};

/** @param {string} rule */
export function wordsForRule(rule) {
    return rules[rule] ?? rule;
}

/** @type {Record<string, string>} */
const auditActions = {
    release: 'Released', reopen: 'Reopened', unquarantine: 'Looked again at', release_stale: 'Released what was stale', release_all: 'Released all', acknowledge: 'Acknowledged an alert',
    takeover: 'Took over',
};

/** @param {string} action */
export function wordsForAction(action) {
    return auditActions[action] ?? action;
}

/** @type {Record<string, string>} */
const refusals = {
    not_held: 'Nobody has this camera any more, or not under this lease.',
    not_quarantined: 'This camera is not blocked any more.',
    not_reopenable: 'It is the camera of a browser: only its page can open it again.',
    unknown_camera: 'There is no such camera any more.',
    unknown_alert: 'There is no such alert any more.',
    alert_resolved: 'This alert is resolved already.',
    store_unavailable: 'The session store does not answer.',
    camera_api_unavailable: 'The camera service does not answer. Try again in a moment.',
    unreachable: 'The server cannot be reached. Check the network connection of this device.',
    sign_in_required: 'You are signed out. Sign in again in another tab, then try again.',
    not_allowed: 'This account may not do that any more.',
};

/** @param {import('../camera/api.js').Problem} problem */
export function wordsForRefusal(problem) {
    if (problem.code === 'not_free') {
        return `It could not be shown to be free${problem.detail ? `: ${problem.detail}` : '.'}`;
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
    return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : seconds < 60 ? `${seconds.toFixed(1)} s` : clockOf(seconds * 1000);
}

const sameDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const otherDay = new Intl.DateTimeFormat(undefined, { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Formats a time briefly: without the date if it is today, otherwise without the seconds. @param {string | null} at */
export function when(at) {
    if (at === null) {
        return '';
    }
    const time = new Date(at);
    return (time.toDateString() === new Date().toDateString() ? sameDay : otherDay).format(time);
}

/**
 * @param {number} count
 * @param {string} one
 * @param {string} [several]
 */
export function countOf(count, one, several = `${one}s`) {
    return `${count} ${count === 1 ? one : several}`;
}
