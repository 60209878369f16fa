// @ts-check
import { arrivedByReloadOrHistory } from '../camera/session-id.js';
import { wordsForMove, wordsForProblem, wordsForReason, wordsForTrouble, wordsForWait } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element } from './dom.js';

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('../camera/camera-session.js').StateChange} StateChange
 * @typedef {import('../camera/camera-session.js').Move} Move
 * @typedef {'stop' | 'start' | 'share' | 'takeover'} Action
 *
 * Everything that the page shows at one moment.
 * @typedef {object} View
 * @property {'picture' | 'waiting' | 'ended'} stage
 * @property {string} badge
 * @property {'good' | 'busy' | 'warn' | 'bad' | 'quiet'} tone
 * @property {string} words
 * @property {Partial<Record<Action, string>>} actions the buttons to offer, with their labels
 * @property {number} [retryInSeconds] the time after which the page tries again by itself
 */

const stage = element('stage', HTMLElement);
const badge = element('badge', HTMLElement);
const veil = element('veil', HTMLElement);
const words = element('state', HTMLElement);
const countdown = element('countdown', HTMLElement);
const actions = element('actions', HTMLElement);
/** @type {Record<Action, HTMLButtonElement>} */
const buttons = {
    stop: element('stop', HTMLButtonElement),
    start: element('start', HTMLButtonElement),
    share: element('share', HTMLButtonElement),
    takeover: element('takeover', HTMLButtonElement),
};
/** How long to retry after a reload, while the lease of the former page may still be ending. */
const reloadPatienceMs = 3000;

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;
let stopping = false;
/** Whether the account may have the camera for itself, and take it over. Who may not shares it always. */
const mayBorrow = document.getElementById('camera')?.dataset.mayBorrow !== 'false';
/** The last move of the lease to another camera, while the lease is held; otherwise null. @type {Move | null} */
let moved = null;
/** @type {CameraSession | undefined} */
let session;
/** Covers the listeners on the session that is viewed now. */
let viewing = new AbortController();

/**
 * Shows a session to the user in words and buttons. Replaces any session that was viewed before.
 * @param {CameraSession} viewed
 */
export function view(viewed) {
    viewing.abort();
    viewing = new AbortController();
    const { signal } = viewing;
    session = viewed;
    stopping = false;
    moved = null;
    session.addEventListener('statechange', event => {
        stopping = false;
        moved = viewed.lease ? moved : null;
        showState(/** @type {CustomEvent<StateChange>} */ (event).detail);
    }, { signal });
    session.addEventListener('picturechange', () => {
        if (viewed.state === 'live' && !stopping) {
            showLive();
        } else if (viewed.state === 'acquiring' && viewed.trouble) {
            showOpening(wordsForWait(viewed.trouble));
        }
    }, { signal });
    session.addEventListener('camera-moved', event => {
        moved = /** @type {CustomEvent<Move>} */ (event).detail;
        if (viewed.state === 'live' && !stopping) {
            showLive();
        }
    }, { signal });
    session.addEventListener('stopping', () => {
        stopping = true;
        show({ stage: 'waiting', badge: t('Stopping'), tone: 'busy', words: t('Stopped here. Giving the camera back…'), actions: {} });
    }, { signal });
}

/** Asks for the camera as soon as the page is visible. */
export function startWhenVisible() {
    whenVisible(() => void session?.start({ patienceMs: arrivedByReloadOrHistory() ? reloadPatienceMs : 0 }));
}

/**
 * Shows that the camera is off until the user starts it.
 * @param {string} text
 */
export function showCameraOff(text) {
    show({ stage: 'ended', badge: t('Off'), tone: 'quiet', words: text, actions: { start: t('Start camera') } });
}

/** @param {string} text */
export function say(text) {
    if (words.textContent !== text) {
        words.textContent = text;
    }
}

buttons.stop.addEventListener('click', () => session?.release('client'));
buttons.start.addEventListener('click', () => session?.start());
buttons.share.addEventListener('click', () => location.assign(withShared(location.href)));
buttons.takeover.addEventListener('click', () => session?.start({ takeover: true }));
addEventListener('keydown', event => {
    if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
        clearInterval(ticking); // the session handles the key itself
        countdown.hidden = true;
        if (session && ['idle', 'released', 'lost'].includes(session.state)) {
            say(t('The camera is not in use by this page.'));
        }
    }
});

/** @param {StateChange} change */
function showState({ to, cause }) {
    switch (to) {
        case 'acquiring':
            return showOpening(t('Opening the camera…'));
        case 'live':
            return showLive();
        case 'paused':
            return show({
                stage: 'waiting', badge: t('Paused'), tone: 'warn', actions: { stop: t('Stop camera') },
                words: t('Paused while this page is in the background. The camera stays yours.'),
            });
        case 'released':
            return showReleased(cause.reason, cause.confirmed === true);
        case 'lost':
            return show({
                stage: 'ended', badge: t('Ended'), tone: 'warn', actions: { start: t('Start again') },
                words: cause.problem ? wordsForProblem(cause.problem) : wordsForReason(cause.reason),
            });
        case 'idle':
            return cause.problem && showProblem(cause.problem);
    }
}

/** @param {string} text */
function showOpening(text) {
    show({ stage: 'waiting', badge: t('Opening'), tone: 'busy', words: text, actions: { stop: t('Cancel') } });
}

function showLive() {
    if (!session) {
        return;
    }
    /** @type {Record<import('../camera/source.js').PictureState, string>} */
    const said = {
        none: t('The camera is yours.'),
        opening: t('The camera is yours. Waiting for its first picture…'),
        showing: session.lease?.isShared ? t('Live. Others may look at the camera too, until you stop it or leave this page.') : t('Live. The camera is yours until you stop it or leave this page.'),
        interrupted: wordsForTrouble(session.trouble),
    };
    const picture = session.pictureState;
    show({
        stage: picture === 'showing' ? 'picture' : 'waiting',
        badge: picture === 'showing' ? t('Live') : picture === 'interrupted' ? t('Reconnecting') : t('Opening'),
        tone: picture === 'showing' ? 'good' : picture === 'interrupted' ? 'warn' : 'busy',
        words: moved ? `${wordsForMove(moved)} ${said[picture]}` : said[picture],
        actions: { stop: t('Stop camera') },
    });
}

/**
 * @param {string | undefined} reason
 * @param {boolean} confirmed
 */
function showReleased(reason, confirmed) {
    const stopped = reason === 'manual' ? t('Stopped by Ctrl+Shift+C.') : t('Stopped.');
    show({
        stage: 'ended', badge: t('Stopped'), tone: 'quiet', actions: { start: t('Start again') },
        words: confirmed
            ? t('{0} The camera is free for others.', stopped)
            : t('{0} The camera is being given back; should the server not be reachable, it frees itself within a minute.', stopped),
    });
}

/** @param {import('../camera/api.js').Problem} problem */
function showProblem(problem) {
    const inUse = problem.status === 409;
    const gone = problem.status === 404;
    const isRefused = problem.code === 'right_missing';
    show({
        stage: 'ended',
        badge: inUse ? t('In use') : isRefused ? t('Not allowed') : gone ? t('Unknown') : problem.status === 423 ? t('Blocked') : t('Not available'),
        tone: inUse ? 'busy' : 'bad',
        words: wordsForProblem(problem),
        actions: gone ? {} : !inUse ? { start: t('Try again') } : { start: t('Try again'), ...(problem.isShared && mayBorrow && !new URLSearchParams(location.search).has('shared') ? { share: t('Watch as well') } : {}), ...(mayBorrow ? { takeover: t('Take over') } : {}) },
        retryInSeconds: problem.status === 503 || problem.code === 'unreachable' ? Math.max(1, problem.retryAfterSeconds ?? 5) : undefined,
    });
    if (problem.code === 'sign_in_required') {
        words.append(' ', Object.assign(document.createElement('a'), { href: '/sign-in', textContent: t('Sign in') }));
    }
}

/** Returns the address of the same page that shares its camera. @param {string} href */
function withShared(href) {
    const address = new URL(href);
    address.searchParams.set('shared', '');
    return address.href;
}

/** @param {View} view */
function show(view) {
    clearInterval(ticking);
    stage.dataset.view = view.stage;
    badge.textContent = view.badge;
    badge.dataset.tone = view.tone;
    veil.textContent = view.badge;
    say(view.words);
    const hadFocus = actions.contains(document.activeElement);
    for (const [name, button] of /** @type {[Action, HTMLButtonElement][]} */ (Object.entries(buttons))) {
        const label = view.actions[name];
        button.hidden = label === undefined;
        button.textContent = label ?? button.textContent;
    }
    const focused = document.activeElement; // a button that was just hidden keeps the focus until the next rendering
    if (hadFocus && !(focused instanceof HTMLButtonElement && !focused.hidden)) {
        focusAgain();
    }
    countdown.hidden = view.retryInSeconds === undefined;
    if (view.retryInSeconds !== undefined) {
        retryIn(view.retryInSeconds);
    }
}

/** Moves the focus to a visible button, or else to their container, so that a keyboard user keeps their place. */
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
            whenVisible(() => void session?.start());
            return;
        }
        countdown.textContent = t('Trying again in {0} s.', left);
        left--;
    };
    tick();
    ticking = setInterval(tick, 1000);
}

/**
 * Acts as soon as the page is visible, so that a hidden page does not take a camera that others would use.
 * @param {() => void} act
 */
function whenVisible(act) {
    if (document.visibilityState === 'visible') {
        act();
    } else {
        document.addEventListener('visibilitychange', () => whenVisible(act), { once: true });
    }
}
