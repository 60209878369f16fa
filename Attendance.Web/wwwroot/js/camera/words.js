// @ts-check
import { locale, t } from '../languages/text.js';
import { serverNow } from './server-clock.js';

/**
 * The name of a camera's state, its colour, and its meaning for the user.
 * @typedef {{ word: string, tone: 'good' | 'busy' | 'warn' | 'bad' | 'quiet', meaning: string }} StateWords
 */

/** @type {Record<string, StateWords>} */
const states = {
    available: { word: t('Available'), tone: 'good', meaning: t('Ready to be used.') },
    opening: { word: t('Opening'), tone: 'busy', meaning: t('Somebody has just asked for it; it is being switched on.') },
    held: { word: t('In use'), tone: 'busy', meaning: t('Somebody is using it now.') },
    releasing: { word: t('Closing'), tone: 'busy', meaning: t('It is being given back and will be free in a moment.') },
    suspended: { word: t('Interrupted'), tone: 'warn', meaning: t('It vanished while in use; its user gets it back when it returns.') },
    missing: { word: t('Missing'), tone: 'quiet', meaning: t('It is not connected. Check its cable and power.') },
    unreachable: { word: t('No answer'), tone: 'bad', meaning: t('What it is connected to does not answer. Tell whoever looks after the cameras.') },
    quarantined: { word: t('Blocked'), tone: 'bad', meaning: t('It could not be shown to be free. Tell whoever looks after the cameras.') },
};

/**
 * @param {string} state
 * @returns {StateWords}
 */
export function wordsForState(state) {
    return states[state] ?? { word: state, tone: 'quiet', meaning: t('This page does not know this state yet.') };
}

/** @type {Record<string, string>} */
const reasons = {
    client: t('The camera was given back.'),
    manual: t('The camera was stopped.'),
    page_hide: t('The camera was given back because the page was left.'),
    page_unload: t('The camera was given back because the page was left.'),
    disconnected: t('The connection to this page was lost, so the camera was given back.'),
    expired: t('The camera was not asked for in time, so it was given back. The connection may have been interrupted.'),
    hidden_too_long: t('This page was in the background for too long, so the camera was given back.'),
    max_hold: t('The longest time for one use was reached, so the camera was given back.'),
    takeover: t('Somebody else has taken the camera over.'),
    shutdown: t('The camera service was shut down.'),
    node_restarted: t('The camera service was restarted.'),
    node_lost: t('The computer that the camera is connected to does not answer any more.'),
    device_lost: t('The camera was disconnected. Check its cable and power.'),
    worker_failed: t('The camera failed and could not be brought back.'),
    open_failed: t('The camera could not be switched on.'),
    forced: t('An administrator has freed the camera.'),
    right_lost: t('An administrator has taken away the right to use this camera so, and it was given back.'),
    test: t('A test has ended the use of the camera.'),
    unknown: t('The use of the camera was ended by the server.'),
};

/**
 * Tells why a lease ended.
 * @param {string | undefined} reason
 */
export function wordsForReason(reason) {
    return reasons[reason ?? ''] ?? t('The use of the camera was ended by the server.');
}

/**
 * Problems with this device's own camera, and what to do about them.
 * @type {Record<string, string>}
 */
const deviceProblems = {
    permission_denied: t('This page may not use the camera. Allow it in the browser’s settings for this site, beside its address, then try again.'),
    permission_dismissed: t('The browser’s question whether this page may use the camera was not answered. Try again, and allow it.'),
    permission_denied_by_system: t('The operating system does not let this browser use the camera. Allow it in the system’s privacy settings, then try again.'),
    permission_revoked: t('The permission to use the camera was taken away, so the camera was given back. Allow it again beside the address, then start again.'),
    no_camera: t('No camera was found on this device. Connect one, then try again.'),
    device_busy: t('Another application is using this device’s camera. Close it there, for example in a video call, then try again.'),
    device_failed: t('This device’s camera could not be switched on. Unplug it and plug it in again, or restart the browser, then try again.'),
    device_silent: t('This device’s camera does not answer. Unplug it and plug it in again, or restart the browser, then try again.'),
    device_unplugged: t('The camera was unplugged and did not come back, so it was given back. Plug it in, then start again.'),
    device_ended: t('This device’s camera has stopped, so it was given back. Start again.'),
    device_muted: t('This device’s camera has sent no picture for too long, so it was given back. Start again.'),
    device_stuck: t('This device’s camera has sent no picture for too long, so it was given back. Start again.'),
    overconstrained: t('This device has no camera of the kind that was asked for. Choose another one, then try again.'),
    insecure_origin: t('Browsers let only secure pages use their camera. Open this page by https, or on this computer as localhost.'),
    not_supported: t('This browser does not let pages use a camera. Update it, or use another one.'),
    too_many_browser_cameras: t('Too many browsers are using their cameras here just now. Try again in a while.'),
};

/** Troubles while the camera is held and its picture is being restored. @type {Record<string, string>} */
const troubles = {
    picture_old: t('The camera sends no picture just now. It is still yours, and its picture goes on by itself.'),
    device_unplugged: t('The camera was unplugged. Plug it in again: it is still yours.'),
    device_busy: t('Another application has taken this device’s camera. Close it there; the camera is still yours.'),
    device_ended: t('This device’s camera has stopped. Switching it on again…'),
    device_muted: t('This device’s camera sends no picture. Check that it is not covered or switched off; switching it on again…'),
    device_stuck: t('The picture of this device’s camera has stopped. Switching it on again…'),
};

/**
 * Tells the camera's holder why there is no picture.
 * @param {import('./api.js').Problem | null} trouble
 */
export function wordsForTrouble(trouble) {
    return troubles[trouble?.code ?? ''] ?? t('The picture was interrupted. The camera is still yours; reconnecting…');
}

/**
 * Tells that the lease has moved to another camera.
 * @param {import('./states.js').Move} move
 */
export function wordsForMove({ from, to }) {
    return t('Camera {0} was disconnected. You go on with camera {1}.', from, to);
}

/**
 * Tells why the camera is not available, and what to do about it.
 * @param {import('./api.js').Problem} problem
 */
export function wordsForProblem(problem) {
    switch (problem.code) {
        case 'camera_in_use':
            return problem.isShared ? t('Others share this camera just now.') : inUse(problem.expiresAt);
        case 'camera_full':
            return t('As many people look at this camera as may. Try again in a while.');
        case 'live_unavailable':
            return t('The server cannot show this camera to others just now.');
        case 'too_many_publishers':
            return t('As many cameras are shown to others as may be. Try again in a while.');
        case 'other_mode':
            return t('Another page of this browser has this camera already. Stop it there first.');
        case 'camera_quarantined':
            return t('This camera is blocked: it could not be shown to be free. Tell whoever looks after the cameras, then try again.');
        case 'camera_unavailable':
            return t('This camera does not deliver a picture. Check that it is connected and switched on.');
        case 'store_unavailable':
            return t('The record of who uses which camera cannot be reached, so no camera can be lent out just now.');
        case 'camera_api_unavailable':
            return t('The camera service does not answer. It may be starting.');
        case 'unreachable':
            return t('The server cannot be reached. Check the network connection of this device.');
        case 'sign_in_required':
            return t('You are signed out. Sign in again, then start the camera.');
        case 'not_allowed':
            return t('This kiosk may not use the camera that was chosen for it. An administrator can add it again, under Kiosks.');
        case 'right_missing':
            return problem.right === null ? t('Which cameras you may use has changed. Try again.') : wordsForRight(problem.right);
        case 'no_matching_camera':
            return t('The server has no camera just now. Connect one, or use the camera of this device.');
        case 'unknown_camera':
        case 'not_found':
            return t('There is no such camera any more. It may have been renamed or removed: look for it in the list.');
    }
    if (deviceProblems[problem.code]) {
        return deviceProblems[problem.code];
    }
    if (problem.status === 503) {
        return t('The camera is not available just now.');
    }
    return t('The camera could not be opened ({0}). Try again; if it happens again, tell whoever looks after the cameras.', problem.code);
}

/**
 * Tells what delays the opening of this device's camera and may pass.
 * @param {import('./api.js').Problem} problem
 */
export function wordsForWait(problem) {
    return problem.code === 'device_busy'
        ? t('Another application is still using this device’s camera. Trying again…')
        : t('This device’s camera did not switch on. Trying again…');
}

/** @param {Date | null} expiresAt */
function inUse(expiresAt) {
    return expiresAt && expiresAt.getTime() > serverNow()
        ? t('Somebody else is using this camera. Unless they go on using it, it is free at {0}.', timeOfDay(expiresAt))
        : t('Somebody else is using this camera. It should be free in a moment.');
}

/** @param {string} right the right that the account lacks */
function wordsForRight(right) {
    switch (right) {
        case 'watch':
            return t('You may not watch this camera. Administrators decide that: ask one of them.');
        case 'borrow':
            return t('You may not borrow this camera. Administrators decide that: ask one of them.');
        case 'publish':
            return t('You may not publish this camera. Administrators decide that: ask one of them.');
        default:
            return t('You may not use this camera so. Administrators decide that: ask one of them.');
    }
}

/** @param {Date} time */
export function timeOfDay(time) {
    return time.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/**
 * @param {Date} since
 * @param {Date} now
 */
export function howLong(since, now) {
    const seconds = Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
    if (seconds < 60) {
        return t('{0} s', seconds);
    }
    return seconds < 3600 ? t('{0} min', Math.floor(seconds / 60)) : t('{0} h {1} min', Math.floor(seconds / 3600), Math.floor(seconds % 3600 / 60));
}

/** @param {import('./api.js').Camera} camera */
export function describe(camera) {
    const kinds = /** @type {Record<string, string>} */ ({
        test_pattern: t('Test pattern'), file: t('Video file'), network: t('Network camera'), device: t('Attached camera'), browser: t('Browser camera'), published: t('Published camera'),
    });
    const kind = camera.kind ? kinds[camera.kind.replace('-', '_')] ?? camera.kind : null;
    const size = camera.width && camera.height ? `${camera.width} × ${camera.height}` : null;
    const rate = camera.frame_rate ? t('{0} pictures/s', Math.round(camera.frame_rate)) : null;
    const facts = [kind, size, rate, camera.node ? t('on {0}', camera.node) : null];
    return facts.flatMap(fact => fact ? [fact.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011')] : []).join(' · '); // breaks only between facts
}
