// @ts-check
import { request } from '../camera/api.js';
import { CameraSession } from '../camera/camera-session.js';
import { arrivedByReloadOrHistory } from '../camera/session-id.js';
import { describe, wordsForProblem, wordsForReason } from '../camera/words.js';
import { element } from './dom.js';

/**
 * @typedef {import('../camera/camera-session.js').StateChange} StateChange
 * @typedef {'stop' | 'start' | 'takeover'} Action
 *
 * Everything that the page shows for one moment.
 * @typedef {object} View
 * @property {'picture' | 'waiting' | 'ended'} stage
 * @property {string} badge
 * @property {'good' | 'busy' | 'warn' | 'bad' | 'quiet'} tone
 * @property {string} words
 * @property {Partial<Record<Action, string>>} actions the buttons to offer, and what is on them
 * @property {number} [retryInSeconds] tries again by itself after that
 */

const cameraId = element('camera', HTMLElement).dataset.cameraId ?? '';
const canvas = element('picture', HTMLCanvasElement);
const stage = /** @type {HTMLElement} */ (canvas.parentElement);
const badge = element('badge', HTMLElement);
const veil = element('veil', HTMLElement);
const words = element('state', HTMLElement);
const countdown = element('countdown', HTMLElement);
const actions = element('actions', HTMLElement);
/** @type {Record<Action, HTMLButtonElement>} */
const buttons = {
    stop: element('stop', HTMLButtonElement),
    start: element('start', HTMLButtonElement),
    takeover: element('takeover', HTMLButtonElement),
};
/** As long as another page's lease may take to end after a reload of this one. */
const reloadPatienceMs = 3000;

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;
let stopping = false;
const session = new CameraSession({ cameraId, canvas });

session.addEventListener('statechange', event => {
    const { to, cause } = /** @type {CustomEvent<StateChange>} */ (event).detail;
    stopping = false;
    switch (to) {
        case 'acquiring':
            return show({ stage: 'waiting', badge: 'Opening', tone: 'busy', words: 'Opening the camera…', actions: { stop: 'Cancel' } });
        case 'live':
            return showLive();
        case 'paused':
            return show({
                stage: 'waiting', badge: 'Paused', tone: 'warn', actions: { stop: 'Stop camera' },
                words: 'Paused while this page is in the background. The camera stays yours.',
            });
        case 'released':
            return showReleased(cause.reason, cause.confirmed === true);
        case 'lost':
            return show({
                stage: 'ended', badge: 'Ended', tone: 'warn', words: wordsForReason(cause.reason), actions: { start: 'Start again' },
            });
        case 'idle':
            return cause.problem && showProblem(cause.problem);
    }
});
session.addEventListener('picturechange', () => session.state === 'live' && !stopping && showLive());

buttons.stop.addEventListener('click', () => stop('client'));
buttons.start.addEventListener('click', () => session.start());
buttons.takeover.addEventListener('click', () => session.start({ takeover: true }));
addEventListener('keydown', event => {
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
        event.preventDefault();
        stop('manual');
    }
});

void introduce();
whenVisible(() => void session.start({ patienceMs: arrivedByReloadOrHistory() ? reloadPatienceMs : 0 }));

/** @param {'client' | 'manual'} reason */
function stop(reason) {
    clearInterval(ticking);
    countdown.hidden = true;
    if (session.state !== 'acquiring' && session.state !== 'live' && session.state !== 'paused') {
        if (reason === 'manual') {
            words.textContent = 'The camera is not in use by this page.';
        }
        return;
    }
    stopping = true;
    show({ stage: 'waiting', badge: 'Stopping', tone: 'busy', words: 'Stopped here. Giving the camera back…', actions: {} });
    void session.release(reason);
}

function showLive() {
    /** @type {Record<import('../camera/camera-session.js').PictureState, string>} */
    const said = {
        none: 'The camera is yours.',
        opening: 'The camera is yours. Waiting for its first picture…',
        showing: 'Live. The camera is yours until you stop it or leave this page.',
        interrupted: 'The picture was interrupted. The camera is still yours; reconnecting…',
    };
    const picture = session.pictureState;
    show({
        stage: picture === 'showing' ? 'picture' : 'waiting',
        badge: picture === 'showing' ? 'Live' : picture === 'interrupted' ? 'Reconnecting' : 'Opening',
        tone: picture === 'showing' ? 'good' : picture === 'interrupted' ? 'warn' : 'busy',
        words: said[picture],
        actions: { stop: 'Stop camera' },
    });
}

/**
 * @param {string | undefined} reason
 * @param {boolean} confirmed
 */
function showReleased(reason, confirmed) {
    const stopped = reason === 'manual' ? 'Stopped by Ctrl+Shift+C.' : 'Stopped.';
    show({
        stage: 'ended', badge: 'Stopped', tone: 'quiet', actions: { start: 'Start again' },
        words: confirmed
            ? `${stopped} The camera is free for others.`
            : `${stopped} The camera is being given back; should the server not be reachable, it frees itself within a minute.`,
    });
}

/** @param {import('../camera/api.js').Problem} problem */
function showProblem(problem) {
    const inUse = problem.status === 409;
    const gone = problem.status === 404;
    show({
        stage: 'ended',
        badge: inUse ? 'In use' : gone ? 'Unknown' : problem.status === 423 ? 'Blocked' : 'Not available',
        tone: inUse ? 'busy' : 'bad',
        words: wordsForProblem(problem),
        actions: gone ? {} : inUse ? { start: 'Try again', takeover: 'Take over' } : { start: 'Try again' },
        retryInSeconds: problem.status === 503 || problem.status === 0 ? Math.max(1, problem.retryAfterSeconds ?? 5) : undefined,
    });
}

/** @param {View} view */
function show(view) {
    clearInterval(ticking);
    stage.dataset.view = view.stage;
    badge.textContent = view.badge;
    badge.dataset.tone = view.tone;
    veil.textContent = view.badge;
    if (words.textContent !== view.words) {
        words.textContent = view.words;
    }
    const hadFocus = actions.contains(document.activeElement);
    for (const [name, button] of /** @type {[Action, HTMLButtonElement][]} */ (Object.entries(buttons))) {
        const label = view.actions[name];
        button.hidden = label === undefined;
        button.textContent = label ?? button.textContent;
    }
    const focused = document.activeElement; // a button that was just hidden keeps it until the next rendering
    if (hadFocus && !(focused instanceof HTMLButtonElement && !focused.hidden)) {
        focusAgain();
    }
    countdown.hidden = view.retryInSeconds === undefined;
    if (view.retryInSeconds !== undefined) {
        retryIn(view.retryInSeconds);
    }
}

/** Whoever works by keyboard goes on where the button was that they have just used. */
function focusAgain() {
    const next = Object.values(buttons).find(button => !button.hidden);
    if (next) {
        next.focus();
    } else {
        actions.tabIndex = -1;
        actions.focus();
    }
}

/** @param {number} seconds */
function retryIn(seconds) {
    let left = seconds;
    const tick = () => {
        if (left <= 0) {
            clearInterval(ticking);
            whenVisible(() => void session.start());
            return;
        }
        countdown.textContent = `Trying again in ${left} s.`;
        left--;
    };
    tick();
    ticking = setInterval(tick, 1000);
}

/**
 * A page that nobody has seen yet, or that nobody sees now, does not take a camera from those who would use it.
 * @param {() => void} act
 */
function whenVisible(act) {
    if (document.visibilityState === 'visible') {
        act();
    } else {
        document.addEventListener('visibilitychange', () => whenVisible(act), { once: true });
    }
}

/** The camera's name and what it is; the page is of use without. */
async function introduce() {
    try {
        const response = await request(`/api/cameras/${encodeURIComponent(cameraId)}`, { signal: AbortSignal.timeout(8000) });
        const camera = /** @type {import('../camera/api.js').Camera} */ (await response.json());
        const name = camera.name || camera.camera_id;
        element('name', HTMLElement).textContent = name;
        element('facts', HTMLElement).textContent = describe(camera) || '\u00a0';
        canvas.setAttribute('aria-label', `Live picture of ${name}`);
        document.title = `${name} · Attendance`;
    } catch {
        // What is wrong is said by the session, which asks the same server.
    }
}
