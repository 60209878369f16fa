// @ts-check
import { serverNow } from './server-clock.js';

/**
 * The name of a camera's state, its colour, and its meaning for the user.
 * @typedef {{ word: string, tone: 'good' | 'busy' | 'warn' | 'bad' | 'quiet', meaning: string }} StateWords
 */

/** @type {Record<string, StateWords>} */
const states = {
    available: { word: 'Available', tone: 'good', meaning: 'Ready to be used.' },
    opening: { word: 'Opening', tone: 'busy', meaning: 'Somebody has just asked for it; it is being switched on.' },
    held: { word: 'In use', tone: 'busy', meaning: 'Somebody is using it now.' },
    releasing: { word: 'Closing', tone: 'busy', meaning: 'It is being given back and will be free in a moment.' },
    suspended: { word: 'Interrupted', tone: 'warn', meaning: 'It vanished while in use; its user gets it back when it returns.' },
    missing: { word: 'Missing', tone: 'quiet', meaning: 'It is not connected. Check its cable and power.' },
    unreachable: { word: 'No answer', tone: 'bad', meaning: 'What it is connected to does not answer. Tell whoever looks after the cameras.' },
    quarantined: { word: 'Blocked', tone: 'bad', meaning: 'It could not be shown to be free. Tell whoever looks after the cameras.' },
};

/**
 * @param {string} state
 * @returns {StateWords}
 */
export function wordsForState(state) {
    return states[state] ?? { word: state, tone: 'quiet', meaning: 'This page does not know this state yet.' };
}

/** @type {Record<string, string>} */
const reasons = {
    client: 'The camera was given back.',
    manual: 'The camera was stopped.',
    page_hide: 'The camera was given back because the page was left.',
    page_unload: 'The camera was given back because the page was left.',
    disconnected: 'The connection to this page was lost, so the camera was given back.',
    expired: 'The camera was not asked for in time, so it was given back. The connection may have been interrupted.',
    hidden_too_long: 'This page was in the background for too long, so the camera was given back.',
    max_hold: 'The longest time for one use was reached, so the camera was given back.',
    takeover: 'Somebody else has taken the camera over.',
    shutdown: 'The camera service was shut down.',
    node_restarted: 'The camera service was restarted.',
    node_lost: 'The computer that the camera is connected to does not answer any more.',
    device_lost: 'The camera was disconnected. Check its cable and power.',
    worker_failed: 'The camera failed and could not be brought back.',
    open_failed: 'The camera could not be switched on.',
    forced: 'An administrator has freed the camera.',
    right_lost: 'An administrator has taken away the right to use this camera so, and it was given back.',
    test: 'A test has ended the use of the camera.',
    unknown: 'The use of the camera was ended by the server.',
};

/**
 * Tells why a lease ended.
 * @param {string | undefined} reason
 */
export function wordsForReason(reason) {
    return reasons[reason ?? ''] ?? 'The use of the camera was ended by the server.';
}

/**
 * Problems with this device's own camera, and what to do about them.
 * @type {Record<string, string>}
 */
const deviceProblems = {
    permission_denied: 'This page may not use the camera. Allow it in the browser’s settings for this site, beside its address, then try again.',
    permission_dismissed: 'The browser’s question whether this page may use the camera was not answered. Try again, and allow it.',
    permission_denied_by_system: 'The operating system does not let this browser use the camera. Allow it in the system’s privacy settings, then try again.',
    permission_revoked: 'The permission to use the camera was taken away, so the camera was given back. Allow it again beside the address, then start again.',
    no_camera: 'No camera was found on this device. Connect one, then try again.',
    device_busy: 'Another application is using this device’s camera. Close it there, for example in a video call, then try again.',
    device_failed: 'This device’s camera could not be switched on. Unplug it and plug it in again, or restart the browser, then try again.',
    device_silent: 'This device’s camera does not answer. Unplug it and plug it in again, or restart the browser, then try again.',
    device_unplugged: 'The camera was unplugged and did not come back, so it was given back. Plug it in, then start again.',
    device_ended: 'This device’s camera has stopped, so it was given back. Start again.',
    device_muted: 'This device’s camera has sent no picture for too long, so it was given back. Start again.',
    device_stuck: 'This device’s camera has sent no picture for too long, so it was given back. Start again.',
    overconstrained: 'This device has no camera of the kind that was asked for. Choose another one, then try again.',
    insecure_origin: 'Browsers let only secure pages use their camera. Open this page by https, or on this computer as localhost.',
    not_supported: 'This browser does not let pages use a camera. Update it, or use another one.',
    too_many_browser_cameras: 'Too many browsers are using their cameras here just now. Try again in a while.',
};

/** Troubles while the camera is held and its picture is being restored. @type {Record<string, string>} */
const troubles = {
    picture_old: 'The camera sends no picture just now. It is still yours, and its picture goes on by itself.',
    device_unplugged: 'The camera was unplugged. Plug it in again: it is still yours.',
    device_busy: 'Another application has taken this device’s camera. Close it there; the camera is still yours.',
    device_ended: 'This device’s camera has stopped. Switching it on again…',
    device_muted: 'This device’s camera sends no picture. Check that it is not covered or switched off; switching it on again…',
    device_stuck: 'The picture of this device’s camera has stopped. Switching it on again…',
};

/**
 * Tells the camera's holder why there is no picture.
 * @param {import('./api.js').Problem | null} trouble
 */
export function wordsForTrouble(trouble) {
    return troubles[trouble?.code ?? ''] ?? 'The picture was interrupted. The camera is still yours; reconnecting…';
}

/**
 * Tells that the lease has moved to another camera.
 * @param {import('./states.js').Move} move
 */
export function wordsForMove({ from, to }) {
    return `Camera ${from} was disconnected. You go on with camera ${to}.`;
}

/**
 * Tells why the camera is not available, and what to do about it.
 * @param {import('./api.js').Problem} problem
 */
export function wordsForProblem(problem) {
    switch (problem.code) {
        case 'camera_in_use':
            return problem.isShared ? 'Others share this camera just now.' : inUse(problem.expiresAt);
        case 'camera_full':
            return 'As many people look at this camera as may. Try again in a while.';
        case 'live_unavailable':
            return 'The server cannot show this camera to others just now.';
        case 'too_many_publishers':
            return 'As many cameras are shown to others as may be. Try again in a while.';
        case 'other_mode':
            return 'Another page of this browser has this camera already. Stop it there first.';
        case 'camera_quarantined':
            return 'This camera is blocked: it could not be shown to be free. Tell whoever looks after the cameras, then try again.';
        case 'camera_unavailable':
            return 'This camera does not deliver a picture. Check that it is connected and switched on.';
        case 'store_unavailable':
            return 'The record of who uses which camera cannot be reached, so no camera can be lent out just now.';
        case 'camera_api_unavailable':
            return 'The camera service does not answer. It may be starting.';
        case 'unreachable':
            return 'The server cannot be reached. Check the network connection of this device.';
        case 'sign_in_required':
            return 'You are signed out. Sign in again, then start the camera.';
        case 'not_allowed':
            return 'This kiosk may not use the camera that was chosen for it. An administrator can add it again, under Kiosks.';
        case 'right_missing':
            return problem.right === null ? 'Which cameras you may use has changed. Try again.'
                : `You may not ${problem.right} this camera. Administrators decide that: ask one of them.`;
        case 'no_matching_camera':
            return 'The server has no camera just now. Connect one, or use the camera of this device.';
        case 'unknown_camera':
        case 'not_found':
            return 'There is no such camera any more. It may have been renamed or removed: look for it in the list.';
    }
    if (deviceProblems[problem.code]) {
        return deviceProblems[problem.code];
    }
    if (problem.status === 503) {
        return 'The camera is not available just now.';
    }
    return `The camera could not be opened (${problem.code}). Try again; if it happens again, tell whoever looks after the cameras.`;
}

/**
 * Tells what delays the opening of this device's camera and may pass.
 * @param {import('./api.js').Problem} problem
 */
export function wordsForWait(problem) {
    return problem.code === 'device_busy'
        ? 'Another application is still using this device’s camera. Trying again…'
        : 'This device’s camera did not switch on. Trying again…';
}

/** @param {Date | null} expiresAt */
function inUse(expiresAt) {
    const still = 'Somebody else is using this camera.';
    return expiresAt && expiresAt.getTime() > serverNow()
        ? `${still} Unless they go on using it, it is free at ${timeOfDay(expiresAt)}.`
        : `${still} It should be free in a moment.`;
}

/** @param {Date} time */
export function timeOfDay(time) {
    return time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/**
 * @param {Date} since
 * @param {Date} now
 */
export function howLong(since, now) {
    const seconds = Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
    if (seconds < 60) {
        return `${seconds} s`;
    }
    return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
}

/** @param {import('./api.js').Camera} camera */
export function describe(camera) {
    const kinds = /** @type {Record<string, string>} */ ({
        test_pattern: 'Test pattern', file: 'Video file', network: 'Network camera', device: 'Attached camera', browser: 'Browser camera', published: 'Published camera',
    });
    const kind = camera.kind ? kinds[camera.kind.replace('-', '_')] ?? camera.kind : null;
    const size = camera.width && camera.height ? `${camera.width} × ${camera.height}` : null;
    const rate = camera.frame_rate ? `${Math.round(camera.frame_rate)} pictures/s` : null;
    const facts = [kind, size, rate, camera.node ? `on ${camera.node}` : null];
    return facts.flatMap(fact => fact ? [fact.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011')] : []).join(' · '); // breaks only between facts
}
