// @ts-check
import { request } from '../camera/api.js';
import { CameraSession } from '../camera/camera-session.js';
import { listDevices } from '../camera/device.js';
import { transitions } from '../camera/states.js';
import { timeOfDay, wordsForMove, wordsForProblem, wordsForReason, wordsForTrouble } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element } from './dom.js';

/**
 * @typedef {import('../camera/camera-session.js').State} State
 * @typedef {import('../camera/camera-session.js').StateChange} StateChange
 * @typedef {import('../camera/camera-session.js').PictureChange} PictureChange
 */

const kind = element('kind', HTMLSelectElement);
const cameraId = element('camera-id', HTMLSelectElement);
const deviceId = element('device-id', HTMLSelectElement);
const facing = element('facing', HTMLSelectElement);
const failover = element('failover', HTMLInputElement);
const shortcut = element('shortcut', HTMLInputElement);
const debug = element('debug', HTMLInputElement);
const canvas = element('canvas', HTMLCanvasElement);
const video = element('video', HTMLVideoElement);
const badge = element('badge', HTMLElement);
const said = element('said', HTMLElement);
const states = element('states', HTMLUListElement);
const facts = element('facts', HTMLDListElement);
const events = element('log', HTMLOListElement);
const calls = element('calls', HTMLElement);
const eventsKept = 200;

/** @type {CameraSession | null} */
let session = null;
let frames = 0;

for (const [state, next] of Object.entries(transitions)) {
    const item = states.appendChild(document.createElement('li'));
    item.dataset.state = state;
    item.append(Object.assign(document.createElement('b'), { textContent: state }), ` → ${next.join(', ')}`);
}

/** @type {Record<string, () => unknown>} */
const acts = {
    new: create,
    start: () => session?.start(),
    takeover: () => session?.start({ takeover: true }),
    release: () => session?.release(),
    leave: () => session?.leave('client'),
    torch: () => session?.setTorch(true),
    dispose: () => {
        session?.dispose();
        session = null;
    },
};
calls.addEventListener('click', event => {
    const call = event.target instanceof HTMLElement ? event.target.dataset.call : undefined;
    if (call) {
        note('call', event.target instanceof HTMLElement ? event.target.textContent ?? call : call);
        Promise.resolve(acts[call]()).catch(error => note('error', String(error))).finally(show);
        show();
    }
});
kind.addEventListener('change', showOptions);
try {
    debug.checked = localStorage.getItem('camera_debug') === 'true';
    debug.addEventListener('change', () => localStorage.setItem('camera_debug', String(debug.checked)));
} catch {
    debug.disabled = true;
}
setInterval(showFacts, 500);
showOptions();
show();
void offer();

function create() {
    session?.dispose();
    frames = 0;
    const common = { shortcut: shortcut.checked };
    const side = /** @type {'user' | 'environment' | ''} */ (facing.value);
    session = kind.value === 'browser'
        ? new CameraSession({
            kind: 'browser', video, ...common,
            ...(deviceId.value ? { deviceId: deviceId.value } : {}),
            ...(side ? { facingMode: side } : {}),
        })
        : new CameraSession({ cameraId: cameraId.value, canvas, failover: failover.checked, ...common });
    canvas.hidden = kind.value === 'browser';
    video.hidden = !canvas.hidden;
    session.addEventListener('statechange', event => {
        const { from, to, cause } = /** @type {CustomEvent<StateChange>} */ (event).detail;
        note('statechange', `${from} → ${to}`, cause.problem?.code ?? cause.reason ?? '', cause.confirmed === undefined ? '' : `confirmed: ${cause.confirmed}`);
        said.textContent = cause.problem ? wordsForProblem(cause.problem) : cause.reason ? wordsForReason(cause.reason) : t('The session is {0}.', to);
        show();
        void offer();
    });
    session.addEventListener('picturechange', event => {
        const { state, trouble } = /** @type {CustomEvent<PictureChange>} */ (event).detail;
        note('picturechange', state, trouble?.code ?? '');
        if (state === 'interrupted') {
            said.textContent = wordsForTrouble(trouble);
        }
    });
    session.addEventListener('camera-moved', event => {
        const move = /** @type {CustomEvent<import('../camera/states.js').Move>} */ (event).detail;
        note('camera-moved', `${move.from} → ${move.to}`);
        said.textContent = wordsForMove(move);
        show();
    });
    session.addEventListener('stopping', event => note('stopping', String(/** @type {CustomEvent<string>} */ (event).detail)));
    session.addEventListener('resize', event => {
        const { width, height } = /** @type {CustomEvent<{ width: number, height: number }>} */ (event).detail;
        note('resize', `${width} × ${height}`);
    });
    session.addEventListener('frame', () => frames++);
}

function show() {
    const state = session?.state;
    badge.textContent = state ?? t('no session');
    badge.dataset.tone = state === 'live' ? 'good' : state === 'acquiring' ? 'busy' : state === 'paused' || state === 'lost' ? 'warn' : 'quiet';
    for (const item of states.children) {
        if (item instanceof HTMLElement && item.dataset.state === state) {
            item.setAttribute('aria-current', 'step');
        } else {
            item.removeAttribute('aria-current');
        }
    }
    const can = state ? transitions[/** @type {State} */ (state)] : [];
    for (const button of calls.querySelectorAll('button')) {
        const call = button.dataset.call ?? '';
        button.disabled = call !== 'new' && (!session
            || (call === 'start' || call === 'takeover') && !can.includes('acquiring')
            || (call === 'release' || call === 'leave') && !can.includes('released')
            || call === 'torch' && !session.hasTorch);
    }
    showFacts();
}

function showFacts() {
    const lease = session?.lease;
    const shown = {
        pictureState: session?.pictureState ?? '–',
        trouble: session?.trouble?.code ?? '–',
        'lease.ref': lease?.ref ?? '–',
        'lease.fencingToken': lease ? String(lease.fencingToken) : '–',
        frames: String(frames),
        facing: session?.facing ?? '–',
    };
    if (facts.childElementCount === 0) {
        for (const name of Object.keys(shown)) {
            facts.append(Object.assign(document.createElement('dt'), { textContent: name }), document.createElement('dd'));
        }
    }
    Object.values(shown).forEach((value, at) => {
        const target = facts.querySelectorAll('dd')[at];
        if (target.textContent !== value) {
            target.textContent = value;
        }
    });
}

function showOptions() {
    for (const field of document.querySelectorAll('[data-kind]')) {
        if (field instanceof HTMLElement) {
            field.hidden = field.dataset.kind !== kind.value;
        }
    }
}

/** Offers the cameras to choose from. */
async function offer() {
    const devices = (await listDevices()).filter(device => device.deviceId !== '');
    if (deviceId.options.length !== devices.length + 1) {
        deviceId.replaceChildren(new Option(t('any'), ''), ...devices.map(device => new Option(device.label || device.deviceId.slice(0, 8), device.deviceId)));
    }
    if (cameraId.options.length === 0) {
        try {
            const { cameras } = /** @type {{ cameras: import('../camera/api.js').Camera[] }} */ (await (await request('/api/cameras')).json());
            const ids = cameras.filter(camera => camera.kind !== 'browser').map(camera => camera.camera_id);
            cameraId.replaceChildren(...ids.map(id => new Option(id, id)));
        } catch (error) {
            note('error', String(error));
        }
    }
}

/**
 * @param {string} what
 * @param {string[]} details
 */
function note(what, ...details) {
    const line = document.createElement('li');
    line.append(
        Object.assign(document.createElement('time'), { textContent: timeOfDay(new Date()) }),
        Object.assign(document.createElement('b'), { textContent: what }),
        Object.assign(document.createElement('span'), { textContent: details.filter(Boolean).join(' · ') }));
    events.prepend(line);
    while (events.childElementCount > eventsKept) {
        events.lastElementChild?.remove();
    }
}
