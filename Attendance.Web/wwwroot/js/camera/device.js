// @ts-check
import { Problem } from './api.js';

/**
 * Describes which of this device's own cameras is wanted.
 * @typedef {object} DeviceWish
 * @property {string} [deviceId] the id of exactly this camera
 * @property {'user' | 'environment'} [facingMode] the front (`user`) or the back (`environment`) of a phone
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [frameRate]
 */

const profileKey = 'camera_profile';
const devicesKey = 'camera_devices';
/** The timeout for opening when permission is already granted. No prompt waits for the user then, so a slower camera does not answer. */
const openWithinMs = 20_000;

/** This browser's random id. If storage is switched off, the id lasts as long as the page. @type {string | null} */
let profileOfThisPage = null;

/**
 * Lists the cameras of this device. Their names and ids are known only once the user has permitted one.
 * @returns {Promise<{ deviceId: string, label: string }[]>}
 */
export async function listDevices() {
    const devices = await navigator.mediaDevices?.enumerateDevices().catch(() => []) ?? [];
    return devices.filter(device => device.kind === 'videoinput').map(({ deviceId, label }) => ({ deviceId, label }));
}

/**
 * Returns the id of the camera that a wish will get, or null if that is not known without opening one.
 * @param {DeviceWish} wish
 * @returns {Promise<string | null>}
 */
export async function knownDevice(wish) {
    const present = (await listDevices()).map(device => device.deviceId).filter(id => id !== '');
    const wanted = wish.deviceId ?? remembered()[wish.facingMode ?? 'any'];
    if (wanted !== undefined && present.includes(wanted)) {
        return wanted;
    }
    return wish.facingMode === undefined && wish.deviceId === undefined && present.length === 1 ? present[0] : null;
}

/**
 * @param {DeviceWish} wish
 * @param {string} deviceId
 */
export function rememberDevice(wish, deviceId) {
    if (wish.deviceId === undefined) {
        write(devicesKey, JSON.stringify({ ...remembered(), [wish.facingMode ?? 'any']: deviceId }));
    }
}

/**
 * Returns the id under which a camera of this browser is lent. It reveals neither the device's id nor its name to the server.
 * @param {string} deviceId
 */
export async function browserCameraId(deviceId) {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(deviceId));
    return `browser-${profile()}-${hex(new Uint8Array(digest, 0, 8))}`;
}

/**
 * @param {DeviceWish} wish
 * @param {AbortSignal} signal
 * @returns {Promise<MediaStream>} the open stream; if the call throws, no camera stays open
 * @throws {Problem}
 */
export async function openDevice(wish, signal) {
    if (!navigator.mediaDevices?.getUserMedia) {
        throw new Problem(0, isSecureContext ? 'not_supported' : 'insecure_origin');
    }
    const isPermitted = (await permissionStatus())?.state === 'granted';
    signal.throwIfAborted();
    const asked = navigator.mediaDevices.getUserMedia({ audio: false, video: constraintsOf(wish) });
    const late = new AbortController();
    const timer = isPermitted ? setTimeout(() => late.abort(), openWithinMs) : undefined;
    const either = AbortSignal.any([signal, late.signal]);
    try {
        return await new Promise((resolve, reject) => {
            either.addEventListener('abort', () => reject(signal.aborted ? signal.reason : new Problem(0, 'device_silent')), { once: true });
            asked.then(stream => {
                if (either.aborted) {
                    stopTracks(stream); // a request cannot be cancelled, so a stream that comes too late is closed at once
                } else {
                    resolve(stream);
                }
            }, error => reject(problemOf(error)));
        });
    } finally {
        clearTimeout(timer);
    }
}

/** @param {MediaStream | null} stream */
export function stopTracks(stream) {
    for (const track of stream?.getTracks() ?? []) {
        track.stop();
    }
}

/** @returns {Promise<PermissionStatus | null>} the status of the camera permission, or null if the browser does not tell */
export async function permissionStatus() {
    try {
        return await navigator.permissions.query({ name: /** @type {PermissionName} */ ('camera') });
    } catch {
        return null;
    }
}

/** @param {DeviceWish} wish @returns {MediaTrackConstraints} */
function constraintsOf({ deviceId, facingMode, width = 1280, height = 720, frameRate }) {
    return {
        ...(deviceId ? { deviceId: { exact: deviceId } } : facingMode ? { facingMode: { ideal: facingMode } } : {}),
        width: { ideal: width },
        height: { ideal: height },
        ...(frameRate ? { frameRate: { ideal: frameRate } } : {}),
    };
}

/** @param {unknown} error */
function problemOf(error) {
    const { name = '', message = '' } = error instanceof Error ? error : {};
    /** @type {Record<string, string>} */
    const codes = {
        NotAllowedError: /dismissed/i.test(message) ? 'permission_dismissed' : /system/i.test(message) ? 'permission_denied_by_system' : 'permission_denied',
        SecurityError: 'permission_denied',
        NotFoundError: 'no_camera',
        NotReadableError: 'device_busy',
        AbortError: 'device_failed',
        OverconstrainedError: 'overconstrained',
        InvalidStateError: 'device_failed',
    };
    return new Problem(0, codes[name] ?? 'device_failed', { detail: `${name}: ${message}` });
}

function profile() {
    const stored = profileOfThisPage ?? read(profileKey);
    profileOfThisPage = stored && /^[0-9a-f]{32}$/.test(stored) ? stored : hex(crypto.getRandomValues(new Uint8Array(16)));
    if (profileOfThisPage !== stored) {
        write(profileKey, profileOfThisPage);
    }
    return profileOfThisPage;
}

/** @returns {Record<string, string>} */
function remembered() {
    try {
        return JSON.parse(read(devicesKey) ?? '{}');
    } catch {
        return {};
    }
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
    return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} key */
function read(key) {
    try {
        return localStorage.getItem(key);
    } catch {
        return null;
    }
}

/** @param {string} key @param {string} value */
function write(key, value) {
    try {
        localStorage.setItem(key, value);
    } catch {
        // Storage is not available: the next page starts without this value.
    }
}
