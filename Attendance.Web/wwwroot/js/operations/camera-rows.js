// @ts-check
import { locale } from '../languages/text.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {'state' | 'name' | 'node' | 'holder' | 'held' | 'rate' | 'age' | 'viewers' | 'last'} SortKey
 *
 * @typedef {object} View
 * @property {string} text
 * @property {string} state '' for all states
 * @property {string} node '' for all nodes
 * @property {SortKey} sort
 * @property {1 | -1} direction
 */

/** The states in their sort order: those that need attention come first. */
export const stateOrder = ['quarantined', 'unreachable', 'missing', 'suspended', 'releasing', 'opening', 'held', 'available'];

export const byName = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });

/** The value to sort by; null comes last in both directions. @type {Record<SortKey, (camera: OpsCamera) => string | number | null>} */
const keys = {
    state: camera => stateOrder.indexOf(camera.state),
    name: camera => camera.name || camera.camera_id,
    node: camera => camera.node,
    holder: camera => camera.session_ref,
    held: camera => camera.held_since && -Date.parse(camera.held_since),
    rate: camera => camera.frame_rate,
    age: camera => camera.frame_age_seconds,
    viewers: camera => camera.viewers,
    last: camera => camera.last_ended_at && -Date.parse(camera.last_ended_at),
};

/**
 * Returns the cameras that a view shows, in its order.
 * @param {Iterable<OpsCamera>} cameras
 * @param {View} view
 * @returns {OpsCamera[]}
 */
export function rowsOf(cameras, { text, state, node, sort, direction }) {
    const wanted = text.trim().toLowerCase();
    const shown = [];
    for (const camera of cameras) {
        if ((state === '' || camera.state === state) && (node === '' || camera.node === node) && (wanted === '' || matches(camera, wanted))) {
            shown.push({ camera, key: keys[sort](camera) });
        }
    }
    shown.sort((a, b) => compare(a.key, b.key, direction) || byName.compare(a.camera.name, b.camera.name) || byName.compare(a.camera.camera_id, b.camera.camera_id) || (a.camera.node < b.camera.node ? -1 : 1));
    return shown.map(row => row.camera);
}

/**
 * @param {OpsCamera} camera
 * @param {string} wanted in lower case
 */
function matches(camera, wanted) {
    return [camera.name, camera.camera_id, camera.node, camera.session_ref, camera.lease_ref, camera.detail, camera.last_reason]
        .some(text => text?.toLowerCase().includes(wanted));
}

/**
 * @param {string | number | null} a
 * @param {string | number | null} b
 * @param {number} direction
 */
function compare(a, b, direction) {
    if (a === null || b === null) {
        return a === b ? 0 : a === null ? 1 : -1;
    }
    return direction * (typeof a === 'string' && typeof b === 'string' ? byName.compare(a, b) : Number(a) - Number(b));
}
