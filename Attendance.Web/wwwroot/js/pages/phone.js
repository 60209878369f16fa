// @ts-check
import { asProblem, request } from '../camera/api.js';
import { CameraPublisher } from '../camera/camera-publisher.js';
import { CameraSession } from '../camera/camera-session.js';
import { listDevices } from '../camera/device.js';
import { Trace } from '../camera/trace.js';
import { wordsForProblem, wordsForTrouble } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';

/** @typedef {import('../camera/api.js').Problem} Problem */

const askEveryMs = 1500;
const answerWithinMs = 8000;
const firstPauseMs = 1000;
const longestPauseMs = 8000;

/** Why the pairing has ended, in words for the phone. @type {Record<string, string>} */
const ends = {
    operator: t('The other screen has ended it.'),
    page_gone: t('The page on the other screen was closed, or lost its connection.'),
    lease_ended: t('The other screen has stopped showing your camera.'),
    signed_out: t('The other screen was signed out.'),
    phone: t('You have stopped it.'),
};

const main = element('phone', HTMLElement);
const stage = element('stage', HTMLElement);
const video = element('picture', HTMLVideoElement);
const words = element('words', HTMLElement);
const detail = element('detail', HTMLElement);
const start = element('start', HTMLButtonElement);
const turn = element('turn', HTMLButtonElement);
const stop = element('stop', HTMLButtonElement);
const token = document.querySelector('meta[name="request-token"]')?.getAttribute('content') ?? '';

/** @type {'environment' | 'user'} */
let facing = 'environment';
/** @type {CameraSession | null} */
let session = null;
/** @type {CameraPublisher | null} */
let publisher = null;
/** @type {Problem | null} */
let publishTrouble = null;
/** Why there is no camera, until it is asked for again. @type {Problem | null} */
let problem = null;
/** Whether only the user can go on, by the button. */
let needsUser = false;
let isShown = false;
let isReached = true;
/** @type {string | null} */
let over = null;
let pauseMs = firstPauseMs;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
/** @type {ReturnType<typeof setInterval> | undefined} */
let asking;
/** @type {WakeLockSentinel | null} */
let awake = null;

addEventListener('hashchange', useCode);
if (location.hash.length > 1) {
    useCode();
} else {
    start.addEventListener('click', begin);
    turn.addEventListener('click', () => void turnRound());
    stop.addEventListener('click', () => void end());
    document.addEventListener('visibilitychange', () => {
        void stayAwake();
        goOn();
    });
    addEventListener('pageshow', event => event.persisted && location.reload());
    asking = setInterval(() => void ask(), askEveryMs);
    void stayAwake();
    void ask();
    begin();
}

/** Goes on with another code than the one that this page is here by. */
function useCode() {
    location.replace(`/phone/setup${location.hash}`);
}

function begin() {
    clearTimeout(next);
    problem = null;
    needsUser = false;
    const opened = session ?? open();
    void opened.start({ patienceMs: 3000 });
    show();
}

function open() {
    const opened = session = new CameraSession({ kind: 'browser', cameraId: main.dataset.camera, video, facingMode: facing, shortcut: false });
    const published = publisher = new CameraPublisher(opened);
    opened.addEventListener('statechange', event => session === opened && follow(/** @type {CustomEvent<import('../camera/states.js').StateChange>} */ (event).detail));
    opened.addEventListener('picturechange', () => session === opened && void showDevice());
    opened.addEventListener('resize', event => {
        const { width, height } = /** @type {CustomEvent<{ width: number, height: number }>} */ (event).detail;
        stage.style.setProperty('aspect-ratio', `${width} / ${height}`);
    });
    published.addEventListener('publishchange', event => {
        publishTrouble = /** @type {CustomEvent<import('../camera/camera-publisher.js').PublishChange>} */ (event).detail.trouble;
        show();
    });
    return opened;
}

/** Goes on after whatever ends the lease, as long as this phone is paired. @param {import('../camera/states.js').StateChange} change */
function follow({ to, cause }) {
    if (to === 'live') {
        pauseMs = firstPauseMs;
    } else if (to === 'idle' || to === 'lost' || to === 'released') {
        problem = cause.problem ?? null;
        needsUser = problem?.status === 0 && problem.code !== 'unreachable';
        void ask(); // says whether this phone is still paired
        next = setTimeout(goOn, pauseMs);
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
    show();
}

/** Begins again, but only when the page is visible: a hidden page would hold a camera that nobody sees. */
function goOn() {
    if (over === null && !needsUser && document.visibilityState === 'visible' && session && ['idle', 'lost', 'released'].includes(session.state)) {
        begin();
    }
}

async function turnRound() {
    const former = session;
    facing = facing === 'environment' ? 'user' : 'environment';
    session = null; // what the former one says counts no more
    close(former);
    await former?.release();
    former?.dispose();
    if (over === null) {
        begin();
    }
}

/** Ends the pairing for good. */
async function end() {
    over = 'phone';
    giveUp();
    await request('/api/phone-camera/end', {
        method: 'POST', keepalive: true, headers: { RequestVerificationToken: token }, signal: AbortSignal.timeout(answerWithinMs),
    }).catch(() => {}); // the camera is off already, and the pairing ends when the other screen misses it
}

/** Asks whether this phone is still paired, and whether the other screen shows its camera. */
async function ask() {
    try {
        const response = await request('/api/phone-camera', { headers: Trace.unsampled.headers, signal: AbortSignal.timeout(answerWithinMs) });
        isShown = (await response.json()).is_shown;
        isReached = true;
    } catch (error) {
        const { status, reason } = asProblem(error);
        isReached = status !== 0;
        if (status === 401 && over === null) {
            over = reason ?? 'unknown';
            giveUp();
        }
    }
    show();
}

/** Switches the camera off before anything else. */
function giveUp() {
    clearInterval(asking);
    clearTimeout(next);
    const former = session;
    session = null;
    close(former);
    former?.dispose();
    void awake?.release();
    show();
}

/** @param {CameraSession | null} former */
function close(former) {
    publisher?.stop();
    publisher = null;
    publishTrouble = null;
    if (former) {
        isShown = false;
    }
}

function show() {
    const state = session?.state ?? 'idle';
    const picture = session?.pictureState ?? 'none';
    main.dataset.state = over !== null ? 'over' : state === 'live' && publisher?.cameraId && isShown ? 'shown' : 'busy';
    stage.dataset.view = over !== null || problem ? 'ended' : picture === 'showing' ? 'picture' : 'waiting';
    write(words, say(state, picture));
    write(detail, over !== null ? t('This phone’s camera is off, and nothing of it was kept here. To show it again, scan a new code.')
        : !isReached ? (navigator.onLine ? t('The server cannot be reached. It is tried again.') : t('This phone has no network. It is tried again.'))
        : '');
    start.hidden = over !== null || !needsUser;
    stop.hidden = over !== null;
    if (over !== null) {
        turn.hidden = true;
    }
}

/**
 * @param {import('../camera/states.js').State} state
 * @param {import('../camera/states.js').PictureState} picture
 */
function say(state, picture) {
    if (over !== null) {
        return t('It has ended. {0}', ends[over] ?? '').trim();
    }
    if (problem) {
        return wordsForProblem(problem);
    }
    switch (state) {
        case 'live':
            return picture === 'interrupted' ? wordsForTrouble(session?.trouble ?? null)
                : publishTrouble ? wordsForProblem(publishTrouble)
                : !publisher?.cameraId ? t('The camera is on. Connecting it to the other screen…')
                : !isShown ? t('The camera is on. The other screen is about to show it…')
                : t('Your camera is shown on the screen where you got the code.');
        case 'paused':
            return t('Paused while this page is in the background.');
        case 'acquiring':
            return t('Switching the camera on. Allow this page to use it if the phone asks.');
        default:
            return t('The connection was interrupted. Connecting again…');
    }
}

/** Shows what is known of the device once its camera is on. */
async function showDevice() {
    show();
    video.dataset.mirrored = String((session?.facing ?? facing) === 'user'); // people expect to see themselves as in a mirror
    const devices = await listDevices();
    turn.hidden = over !== null || devices.length < 2;
}

/** Keeps the screen on, because a phone that sleeps shows nothing. The browser gives the lock back whenever the page is hidden. */
async function stayAwake() {
    if (document.visibilityState === 'visible' && over === null && 'wakeLock' in navigator) {
        awake = await navigator.wakeLock.request('screen').catch(() => null); // not granted on battery, for example
    }
}
