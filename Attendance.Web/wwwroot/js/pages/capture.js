// @ts-check
import { CameraSession } from '../camera/camera-session.js';
import { permissionStatus } from '../camera/device.js';
import { arrivedByReloadOrHistory } from '../camera/session-id.js';
import { wordsForProblem } from '../camera/words.js';
import { fallsBack, isOfDevice, offer, optionsFor, rememberChoice, rememberedChoice, listCameras } from '../enrollment/camera-choice.js';
import { CaptureSession } from '../enrollment/capture-session.js';
import { leaveWhenSent, sent } from '../enrollment/last-shots.js';
import { PhoneChoice } from '../enrollment/phone-choice.js';
import { askFor, nameOfPose } from '../enrollment/shot-words.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';
import { openPhoneWith } from './phone-dialog.js';
import { showCameraOff, startWhenVisible, view } from './viewer.js';

/**
 * @typedef {import('../camera/camera-session.js').StateChange} StateChange
 * @typedef {import('../enrollment/camera-choice.js').Choice} Choice
 * @typedef {import('../enrollment/shot-judge.js').Pose} Pose
 * @typedef {{ item: HTMLLIElement, picture: HTMLImageElement, state: HTMLElement, retake: HTMLButtonElement }} PoseRow
 */

const root = element('capture', HTMLElement);
const canvas = element('canvas', HTMLCanvasElement);
const video = element('video', HTMLVideoElement);
const stage = element('stage', HTMLElement);
const guide = element('guide', SVGSVGElement);
const notice = element('notice', HTMLElement);
const prompt = element('prompt', HTMLElement);
const hint = element('hint', HTMLElement);
const facts = element('facts', HTMLElement);
const take = element('take', HTMLButtonElement);
const keep = element('keep', HTMLButtonElement);
const done = element('done', HTMLAnchorElement);
const list = element('poses', HTMLOListElement);
const count = element('count', HTMLElement);
const select = element('choice', HTMLSelectElement);
const choiceNote = element('choice-note', HTMLElement);

const refreshEveryMs = 5000;
const person = encodeURIComponent(root.dataset.person ?? '');
const personUrl = `/people/${person}`;
/** The direction in which the head has to move, in a picture that is not mirrored. @type {Record<Pose, string>} */
const sides = { front: '', left: 'east', right: 'west', up: 'north', down: 'south' };
/** @type {Record<string, string>} */
const mirroredSides = { east: 'west', west: 'east' };

const capture = new CaptureSession({
    url: `/api/people/${person}/shots`,
    token: document.querySelector('meta[name="request-token"]')?.getAttribute('content') ?? '',
    limits: JSON.parse(root.dataset.limits ?? '{}'),
});
/** @type {CameraSession | null} */
let camera = null;
let choice = rememberedChoice();
/** Whether this device's camera is used because the server had no camera available. */
let fellBack = false;
const phone = new PhoneChoice();
/** @type {Awaited<ReturnType<typeof listCameras>>} */
let there = { cameras: null, devices: [] };
/** @type {Map<Pose, PoseRow>} */
const rows = new Map();

openPhoneWith((pairing, cameraId) => {
    phone.follow(pairing, cameraId, of => choice === of && void choose(rememberedChoice()));
    void choose(phone.choice);
});
capture.addEventListener('change', show);
take.addEventListener('click', () => void capture.take());
keep.addEventListener('click', () => {
    capture.keep();
    (capture.state === 'done' ? done : take).focus();
});
leaveWhenSent(done, capture, () => camera);
select.addEventListener('change', () => void choose(/** @type {Choice} */ (select.value)));
select.addEventListener('blur', () => void refresh());
navigator.mediaDevices?.addEventListener('devicechange', () => void refresh());
document.addEventListener('visibilitychange', () => void refresh());
setInterval(() => void refresh(), refreshEveryMs);

offer(select, there, choice);
show();
void refresh();
void capture.start();

/**
 * Prepares a session for the wanted camera, in place of any earlier one. Does not switch the camera on yet.
 * @param {Choice} wanted
 */
function open(wanted) {
    camera?.dispose();
    const opened = camera = new CameraSession({ ...optionsFor(wanted, canvas, video), beforeRelease: () => sent(capture) });
    phone.bindTo(opened, wanted);
    const isDevice = isOfDevice(wanted);
    canvas.hidden = isDevice;
    video.hidden = !isDevice;
    view(opened);
    opened.addEventListener('statechange', event => {
        const { to, cause } = /** @type {CustomEvent<StateChange>} */ (event).detail;
        if (to === 'idle' && cause.problem && fallsBack(wanted, cause.problem)) {
            fellBack = true;
            queueMicrotask(() => camera === opened && void begin('device')); // this session is still notifying its other listeners
        }
        void refresh();
    });
    opened.addEventListener('picturechange', () => opened.pictureState === 'showing' && showWhich());
    opened.addEventListener('camera-moved', showWhich);
    opened.addEventListener('resize', event => {
        const { width, height } = /** @type {CustomEvent<{ width: number, height: number }>} */ (event).detail;
        stage.style.setProperty('aspect-ratio', `${width} / ${height}`);
        guide.setAttribute('viewBox', `${80 - 45 * width / height} 0 ${90 * width / height} 90`);
    });
    capture.attach(opened, isDevice ? video : canvas);
}

/**
 * Opens the choice and starts its camera. This device's camera is started only if that needs no prompt or continues an earlier visit, so
 * that a page that was just opened does not ask at once.
 * @param {Choice} wanted
 */
async function begin(wanted) {
    open(wanted);
    const opened = camera;
    const status = isOfDevice(wanted) ? await permissionStatus() : null;
    if (camera !== opened) {
        return;
    }
    if (!isOfDevice(wanted) || status?.state === 'granted' || arrivedByReloadOrHistory() && status?.state !== 'denied') {
        startWhenVisible();
    } else {
        showCameraOff(t('This device’s camera is off. Start it, and allow this page to use it when the browser asks.'));
    }
}

/** Changes to another camera, which needs a new lease. @param {Choice} wanted */
async function choose(wanted) {
    choice = wanted;
    fellBack = false;
    rememberChoice(wanted);
    const former = camera;
    await former?.release();
    if (camera === former && choice === wanted) {
        open(wanted);
        if (capture.state !== 'done' && capture.state !== 'blocked') {
            await camera?.start({ patienceMs: 3000 });
        }
    }
}

async function refresh() {
    if (document.visibilityState === 'visible' && document.activeElement !== select) {
        there = await listCameras(AbortSignal.timeout(refreshEveryMs));
        if (document.activeElement !== select) {
            offer(select, there, choice);
        }
        showWhich();
    }
}

/** Shows which camera provides the picture now. */
function showWhich() {
    const id = camera?.lease?.cameraId;
    const track = camera?.stream?.getVideoTracks()[0];
    const name = track ? track.label || t('This device’s camera') : there.cameras?.find(known => known.camera_id === id)?.name || id;
    write(facts, name ? t('Camera: {0}', name) : t('Each picture is taken automatically as soon as it is good.'));
    write(choiceNote, fellBack ? t('No camera of the server is free, so this device’s camera is used.') : '');
    video.dataset.mirrored = String(camera?.facing !== 'environment'); // people expect to see themselves as in a mirror
}

function show() {
    const { state, pose } = capture;
    if (state === 'waiting' && camera === null) {
        void begin(choice);
        return; // begin() causes the next update of the page
    }
    showNotice();
    showPoses();
    warnOfLeaving();
    const isGuiding = state === 'guiding';
    root.dataset.state = state;
    write(prompt, promptNow());
    write(hint, hintNow());
    take.setAttribute('aria-disabled', String(!isGuiding));
    const focused = document.activeElement;
    take.hidden = state === 'done' || state === 'blocked';
    keep.hidden = capture.retaking === null;
    write(done, state === 'done' ? t('Back to {0}', root.dataset.name ?? '') : t('Done'));
    done.classList.toggle('button-strong', state === 'done');
    if (focused === take && take.hidden || focused === keep && keep.hidden) {
        done.focus();
    }

    const isGood = isGuiding && capture.progress > 0;
    guide.dataset.mood = !isGuiding ? 'off' : isGood ? 'good' : 'seek';
    element('guide-done', SVGElement).style.setProperty('stroke-dashoffset', String(100 - 100 * capture.progress));
    const side = isGuiding && pose && !isGood ? sides[pose] : '';
    const isMirrored = !video.hidden && video.dataset.mirrored === 'true';
    guide.dataset.side = isMirrored ? mirroredSides[side] ?? side : side;
}

/** @returns {string} */
function promptNow() {
    const { state, pose } = capture;
    switch (state) {
        case 'loading':
            return t('One moment…');
        case 'blocked':
            return t('No pictures can be taken now');
        case 'finishing':
            return t('All poses are taken. Sending…');
        case 'done':
            return camera === null || camera.state === 'idle' ? t('All pictures are there')
                : camera.state === 'released' || camera.state === 'lost' ? t('All pictures are there. The camera is given back.')
                : t('All pictures are there. Giving the camera back…');
        case 'waiting':
            return camera?.state === 'acquiring' || camera?.state === 'live' ? t('Waiting for the camera’s picture…') : t('Start the camera to go on');
        case 'guiding':
            return pose ? askFor(pose) : '';
    }
}

/** @returns {string} */
function hintNow() {
    if (capture.hint !== '' || capture.state !== 'guiding') {
        return capture.hint;
    }
    return capture.finding === 'loading' ? t('Getting ready to find faces. The button works already.')
        : capture.finding === 'failed' ? t('Press “Take picture” when the pose is right. The server checks the picture.')
        : '';
}

/** Shows what the user has to know, or has to do elsewhere. */
function showNotice() {
    const { problem, sendingProblem } = capture;
    const trouble = problem ?? sendingProblem;
    /** @type {[tone: 'bad' | 'warn', words: string, link?: [href: string, words: string]] | null} */
    let said = null;
    if (trouble?.status === 401) {
        said = ['bad', capture.pending > 0
            ? t('You are signed out. Pictures that were taken are kept in this page until then: leave it open, and sign in in another tab.')
            : t('You are signed out.'), ['/sign-in', t('Sign in')]];
    } else if (problem?.code === 'consent_missing') {
        said = ['bad', t('This person’s consent is not recorded, so no picture may be taken.'), [personUrl, t('Record it')]];
    } else if (problem?.status === 404) {
        said = ['bad', t('There is no such person any more.'), ['/people', t('All people')]];
    } else if (problem) {
        said = ['bad', capture.state === 'blocked'
            ? t('The pictures of this person are not to be had ({0}). Load this page again.', problem.code)
            : t('{0} This page goes on asking.', wordsForService(problem))];
    } else if (sendingProblem) {
        said = ['warn', t('{0} What was taken is kept in this page and sent as soon as that is possible: leave it open.', wordsForService(sendingProblem))];
    } else if (capture.finding === 'failed') {
        said = ['warn', t('This browser cannot find faces, so pictures are not taken automatically. Take each one with the button; the server checks it.')];
    }
    notice.hidden = said === null;
    if (said && notice.dataset.said !== said.join()) {
        notice.dataset.said = said.join(); // screen readers read out a notice whenever it is written
        const [tone, words, link] = said;
        notice.className = `notice notice-${tone}`;
        notice.textContent = words;
        if (link) {
            const target = capture.pending > 0 ? { target: '_blank', rel: 'noopener' } : {};
            notice.append(' ', Object.assign(document.createElement('a'), { href: link[0], textContent: link[1], ...target }));
        }
    }
    if (said === null) {
        delete notice.dataset.said;
    }
}

/** @param {import('../camera/api.js').Problem} problem */
function wordsForService(problem) {
    return problem.code === 'unreachable' ? wordsForProblem(problem)
        : problem.code === 'face_check_unavailable' ? t('The server cannot check pictures at the moment.')
        : t('The server does not accept pictures at the moment.');
}

function showPoses() {
    for (const pose of capture.poses) {
        const row = rows.get(pose) ?? addRow(pose);
        const { state, kept, preview } = capture.shot(pose);
        const isNow = capture.pose === pose;
        const words = isNow && capture.retaking === pose ? t('To be taken once more')
            : state === 'missing' ? isNow ? t('Now') : t('To be taken')
            : state === 'sending' ? t('Being sent…')
            : state === 'waiting' ? t('Kept here until it can be sent')
            : kept?.manual ? t('Taken by hand') : t('Taken');
        const source = preview ?? kept?.picture_url ?? '';
        if (row.picture.getAttribute('src') !== source && source !== '') {
            row.picture.src = source;
        }
        row.picture.hidden = source === '';
        row.item.dataset.state = isNow ? 'now' : state;
        if (isNow) {
            row.item.setAttribute('aria-current', 'step');
        } else {
            row.item.removeAttribute('aria-current');
        }
        write(row.state, words);
        const hadFocus = document.activeElement === row.retake;
        row.retake.hidden = state !== 'taken' || isNow || capture.state === 'blocked';
        if (hadFocus && row.retake.hidden) {
            prompt.focus();
        }
    }
    const taken = capture.poses.filter(pose => capture.shot(pose).state === 'taken').length;
    write(count, capture.poses.length > 0 ? t('{0} of {1} taken', taken, capture.poses.length) : '');
}

/** @param {Pose} pose @returns {PoseRow} */
function addRow(pose) {
    const item = list.appendChild(document.createElement('li'));
    item.className = 'pose';
    const frame = item.appendChild(Object.assign(document.createElement('span'), { className: 'pose-picture' }));
    frame.dataset.pose = pose;
    const picture = frame.appendChild(Object.assign(document.createElement('img'), { alt: '', hidden: true }));
    const words = item.appendChild(Object.assign(document.createElement('span'), { className: 'pose-words' }));
    words.append(Object.assign(document.createElement('b'), { textContent: nameOfPose(pose) }));
    const state = words.appendChild(Object.assign(document.createElement('span'), { className: 'pose-state small' }));
    const retake = item.appendChild(Object.assign(document.createElement('button'), {
        type: 'button', className: 'button button-small', textContent: t('Retake'), hidden: true,
    }));
    retake.setAttribute('aria-label', t('Retake: {0}', nameOfPose(pose)));
    retake.addEventListener('click', () => {
        capture.retake(pose);
        if (camera && ['idle', 'released', 'lost'].includes(camera.state)) {
            void camera.start({ patienceMs: 3000 });
        }
    });
    const row = { item, picture, state, retake };
    rows.set(pose, row);
    return row;
}

/**
 * Warns the user before leaving while pictures exist only in this page, because they would be lost. The listener is added only then,
 * because it keeps some browsers from caching the page.
 */
function warnOfLeaving() {
    removeEventListener('beforeunload', warn);
    if (capture.pending > 0) {
        addEventListener('beforeunload', warn);
    }
}

/** @param {Event} event */
function warn(event) {
    event.preventDefault();
}
