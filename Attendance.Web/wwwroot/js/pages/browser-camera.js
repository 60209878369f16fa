// @ts-check
import { CameraPublisher } from '../camera/camera-publisher.js';
import { CameraSession } from '../camera/camera-session.js';
import { listDevices, permissionStatus } from '../camera/device.js';
import { arrivedByReloadOrHistory } from '../camera/session-id.js';
import { wordsForProblem } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element } from './dom.js';
import { say, showCameraOff, startWhenVisible, view } from './viewer.js';

/** @typedef {import('../camera/device.js').DeviceWish} DeviceWish */

const video = element('picture', HTMLVideoElement);
const stage = element('stage', HTMLElement);
const choices = element('choices', HTMLElement);
const devices = element('devices', HTMLSelectElement);
const devicesLabel = element('devices-label', HTMLLabelElement);
const turn = element('turn', HTMLButtonElement);
const torch = element('torch', HTMLButtonElement);
const publish = element('publish', HTMLInputElement);
const facts = element('facts', HTMLElement);
const choiceKey = 'camera_choice';

const isPhone = matchMedia('(hover: none) and (pointer: coarse)').matches;
/** @type {DeviceWish} */
let wish = chosen();
/** @type {CameraPublisher | null} */
let publisher = null;
let session = open();

devices.addEventListener('change', () => choose({ deviceId: devices.value }));
turn.addEventListener('click', () => choose({ facingMode: session.facing === 'environment' ? 'user' : 'environment' }));
publish.addEventListener('change', follow);
torch.addEventListener('click', () => void light(torch.getAttribute('aria-pressed') !== 'true'));
navigator.mediaDevices?.addEventListener('devicechange', () => void offer());

void begin();

/** Starts the camera if that needs no prompt or continues an earlier visit, so that a page that was just opened does not ask at once. */
async function begin() {
    const status = await permissionStatus();
    if (status?.state === 'granted' || arrivedByReloadOrHistory() && status?.state !== 'denied') {
        startWhenVisible();
    } else {
        showCameraOff(t('This device’s camera is off. Start it, and allow this page to use it when the browser asks.'));
    }
}

function open() {
    const opened = new CameraSession({ kind: 'browser', video, ...wish });
    view(opened);
    publisher?.stop();
    publisher = publish.checked ? publisherOf(opened) : null;
    opened.addEventListener('statechange', () => void offer());
    opened.addEventListener('picturechange', () => opened.pictureState === 'showing' && void offer());
    opened.addEventListener('resize', event => {
        const { width, height } = /** @type {CustomEvent<{ width: number, height: number }>} */ (event).detail;
        stage.style.setProperty('aspect-ratio', `${width} / ${height}`); // turning a phone turns its picture as well
    });
    return opened;
}

/** Publishes the camera, or stops that, as the box says. */
function follow() {
    publisher?.stop();
    publisher = publish.checked ? publisherOf(session) : null;
    tellWhoSeesIt(null);
}

/** @param {CameraSession} published */
function publisherOf(published) {
    const created = new CameraPublisher(published);
    created.addEventListener('publishchange', event => {
        const { cameraId, trouble } = /** @type {CustomEvent<import('../camera/camera-publisher.js').PublishChange>} */ (event).detail;
        if (created === publisher) {
            tellWhoSeesIt(cameraId, trouble);
        }
    });
    return created;
}

/**
 * @param {string | null} cameraId
 * @param {import('../camera/api.js').Problem | null} [trouble]
 */
function tellWhoSeesIt(cameraId, trouble = null) {
    if (cameraId) {
        const link = Object.assign(document.createElement('a'), { href: `/cameras/${cameraId}?shared`, textContent: cameraId });
        const [before, after] = t('Others can look at it, as camera {0}.', '\n').split('\n');
        facts.replaceChildren(before, link, after);
    } else {
        facts.textContent = trouble ? t('Nobody else can look at it now: {0}', wordsForProblem(trouble)) : publish.checked ? t('Nobody else can look at it yet.') : t('Its picture stays on this device.');
    }
}

/** Changes to another camera, which needs a new lease. @param {DeviceWish} wanted */
async function choose(wanted) {
    wish = wanted;
    remember();
    const former = session;
    await former.release();
    former.dispose();
    session = open();
    await session.start({ patienceMs: 3000 });
}

/** Offers what this camera and this device can do. That is known only once the user has permitted a camera. */
async function offer() {
    const present = await listDevices();
    const named = present.filter(device => device.deviceId !== '' && device.label !== '');
    const current = session.stream?.getVideoTracks()[0]?.getSettings().deviceId;
    if (devices.options.length !== named.length || named.some((device, at) => devices.options[at].value !== device.deviceId)) {
        devices.replaceChildren(...named.map(({ deviceId, label }) => new Option(label, deviceId)));
    }
    if (current) {
        devices.value = current;
    }
    devicesLabel.hidden = named.length < 2;
    turn.hidden = !isPhone || present.length < 2;
    torch.hidden = !session.hasTorch;
    choices.hidden = current === undefined;
    video.dataset.mirrored = String(session.facing !== 'environment'); // people expect to see themselves as in a mirror
}

/** @param {boolean} on */
async function light(on) {
    try {
        await session.setTorch(on);
        torch.setAttribute('aria-pressed', String(on));
    } catch {
        say(t('The light could not be switched.'));
    }
}

/** @returns {DeviceWish} */
function chosen() {
    try {
        return JSON.parse(localStorage.getItem(choiceKey) ?? '{}');
    } catch {
        return {};
    }
}

function remember() {
    try {
        localStorage.setItem(choiceKey, JSON.stringify(wish));
    } catch {
        // Storage is not available: the next visit starts with any camera.
    }
}
