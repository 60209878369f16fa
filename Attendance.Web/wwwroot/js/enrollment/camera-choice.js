// @ts-check
import { request } from '../camera/api.js';
import { listDevices } from '../camera/device.js';
import { Trace } from '../camera/trace.js';
import { wordsForState } from '../camera/words.js';
import { t, withinLine } from '../languages/text.js';

/**
 * @typedef {import('../camera/api.js').ListedCamera} Camera
 *
 * Which camera to use: the server's best (`auto`), one of the server's (`server:<id>`), this device's (`device`), or one of this
 * device's (`device:<id>`).
 * @typedef {'auto' | 'device' | `server:${string}` | `device:${string}`} Choice
 */

const key = 'enrollment_camera';
const answerWithinMs = 8000;
/** The problem codes that mean: no camera of the server is available, but this device's camera may be. */
const noneToBeHad = ['no_matching_camera', 'camera_in_use', 'camera_unavailable', 'camera_quarantined', 'camera_missing', 'right_missing'];

/** @returns {Choice} */
export function rememberedChoice() {
    try {
        const stored = localStorage.getItem(key) ?? '';
        return /^(auto|device|(server|device):.+)$/.test(stored) ? /** @type {Choice} */ (stored) : 'auto';
    } catch {
        return 'auto';
    }
}

/** Remembers a choice for the next visit, unless it is somebody's own camera. @param {Choice} choice */
export function rememberChoice(choice) {
    if (choice.startsWith('server:published-')) {
        return;
    }
    try {
        localStorage.setItem(key, choice);
    } catch {
        // Storage is not available: the next visit starts with the best camera.
    }
}

/** @param {Choice} choice */
export function isOfDevice(choice) {
    return choice === 'device' || choice.startsWith('device:');
}

/** @param {Choice} choice @param {import('../camera/api.js').Problem} problem */
export function fallsBack(choice, problem) {
    return choice === 'auto' && noneToBeHad.includes(problem.code);
}

/**
 * @param {Choice} choice
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLVideoElement} video
 * @returns {import('../camera/states.js').Options}
 */
export function optionsFor(choice, canvas, video) {
    const id = choice.slice(choice.indexOf(':') + 1);
    return choice.startsWith('device:') ? { kind: 'browser', video, deviceId: id }
        : choice === 'device' ? { kind: 'browser', video }
        : choice.startsWith('server:') ? { cameraId: id, canvas } // exactly this camera: another may point elsewhere
        : { cameraId: 'auto', canvas, failover: true, requirements: { test_pattern: false } }; // a test pattern shows no person
}

/**
 * Lists the cameras to choose from.
 * @param {AbortSignal} signal
 * @returns {Promise<{ cameras: Camera[] | null, devices: { deviceId: string, label: string }[] }>} `cameras` is null if the
 *   server does not answer; `devices` is empty until the user has permitted one, because unnamed devices are left out
 */
export async function listCameras(signal) {
    const [cameras, devices] = await Promise.all([
        request('/api/cameras', { signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]), headers: Trace.unsampled.headers })
            .then(response => response.json())
            .then(list => /** @type {Camera[]} */ (list.cameras).filter(camera => camera.kind !== 'browser' && camera.may?.includes('borrow') !== false))
            .catch(() => null),
        listDevices(),
    ]);
    return { cameras, devices: devices.filter(device => device.deviceId !== '' && device.label !== '') };
}

/**
 * Fills the list of choices. Writes only what has changed, so that an open list stays as it is.
 * @param {HTMLSelectElement} select
 * @param {{ cameras: Camera[] | null, devices: { deviceId: string, label: string }[] }} there
 * @param {Choice} chosen
 */
export function offer(select, { cameras, devices }, chosen) {
    /** @type {[string, Choice, string][]} group, choice, words */
    const wanted = [
        ['', 'auto', t('Best camera')],
        ...(cameras ?? []).map(camera => /** @type {[string, Choice, string]} */ (
            [t('Cameras of the server'), `server:${camera.camera_id}`, `${camera.name || camera.camera_id} — ${withinLine(wordsForState(camera.state).word)}`])),
        [t('This device'), 'device', t('This device’s camera')],
        ...(devices.length > 1 ? devices : []).map(device => /** @type {[string, Choice, string]} */ (
            [t('This device'), `device:${device.deviceId}`, device.label])),
    ];
    if (!wanted.some(([, choice]) => choice === chosen)) {
        wanted.push(['', chosen, isOfDevice(chosen) ? t('A camera of this device') : t('{0} — not known now', chosen.slice(chosen.indexOf(':') + 1))]);
    }
    const present = [...select.options];
    if (present.length === wanted.length && wanted.every(([, choice], at) => present[at].value === choice)) {
        wanted.forEach(([, , words], at) => {
            if (present[at].textContent !== words) {
                present[at].textContent = words;
            }
        });
    } else {
        select.replaceChildren();
        for (const [group, choice, words] of wanted) {
            const last = select.lastElementChild;
            const into = group === '' ? select
                : last instanceof HTMLOptGroupElement && last.label === group ? last
                : select.appendChild(Object.assign(document.createElement('optgroup'), { label: group }));
            into.append(new Option(words, choice));
        }
    }
    select.value = chosen;
}
