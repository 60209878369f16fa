// @ts-check
import { command } from './commands.js';
import { ask } from './command-dialog.js';
import { clockOf, countOf, shortTime, when, wordsForHolder } from './words.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {import('./picture.js').Picture} Picture
 */

/**
 * @param {import('./camera-row.js').CameraAction} action
 * @param {OpsCamera} camera
 * @param {() => number} now
 */
export function askFor(action, camera, now) {
    const name = camera.name || camera.camera_id;
    const url = `/api/cameras/${encodeURIComponent(camera.camera_id)}/${action}?node=${encodeURIComponent(camera.node)}`;
    switch (action) {
        case 'release':
            return camera.holders.length > 1 ? ask({
                title: `Release ${name}`, confirm: 'Release from all', isHarsh: true, url,
                words: 'It is taken away from all who share it, and their pages are told that ops have freed the camera.',
                preview: async () => ({ words: `${countOf(camera.holders.length, 'session')} would lose it:`, affected: camera.holders.map(holder => about(holder, now)) }),
                done: answer => `${name} is free, after ${shortTime(answer.seconds)}.`,
            }) : ask({
                title: `Release ${name}`, confirm: 'Release', isHarsh: true, url,
                words: `Session ${camera.session_ref ?? '?'} has it${camera.held_since ? ` since ${when(camera.held_since)}` : ''}. It is taken away, and its page is told that ops have freed the camera.`,
                done: answer => `${name} is free, after ${shortTime(answer.seconds)}.`,
            });
        case 'reopen':
            return ask({
                title: `Reopen ${name}`, confirm: 'Reopen', url,
                words: 'Its worker is ended and another opens the device. Whoever has the camera keeps it, and sees no picture meanwhile.',
                done: () => `${name} is being opened again.`,
            });
        case 'unquarantine':
            return ask({
                title: `Look again at ${name}`, confirm: 'Look again', url,
                words: `It is lent to nobody because it could not be shown to be free${camera.detail ? `: ${camera.detail}.` : '.'} If it is free now, anybody may have it again.`,
                done: () => `${name} is free.`,
            });
    }
}

/**
 * Asks whether to take a camera away from one of those who share it.
 * @param {OpsCamera} camera
 * @param {string} leaseRef
 * @param {() => number} now
 */
export function askForOne(camera, leaseRef, now) {
    const name = camera.name || camera.camera_id;
    const holder = camera.holders.find(one => one.lease_ref === leaseRef);
    if (holder) {
        ask({
            title: `Release ${name} from one`, confirm: 'Release', isHarsh: true, body: { lease_ref: leaseRef },
            url: `/api/cameras/${encodeURIComponent(camera.camera_id)}/release?node=${encodeURIComponent(camera.node)}`,
            words: `It is taken away from session ${about(holder, now)}. The others keep it, and notice nothing.`,
            done: answer => `Session ${holder.session_ref} has it no more, after ${shortTime(answer.seconds)}.`,
        });
    }
}

/**
 * @param {Picture} picture
 * @param {() => number} now
 */
export function askForStale(picture, now) {
    ask({
        title: 'Release what is stale', confirm: 'Release stale', url: '/api/operations/cleanup',
        words: 'Ends what nobody answers for: workers without a lease, and leases of nobody whose time is over. Nobody who uses a camera is affected.',
        preview: () => look(picture, now, { dry_run: true }, count => count === 0 ? 'Nothing is stale now.' : `${countOf(count, 'camera')} would be freed:`),
        done: summarize,
    });
}

/**
 * @param {Picture} picture
 * @param {() => number} now
 */
export function askForAll(picture, now) {
    ask({
        title: 'Release all cameras', confirm: 'Release all', isHarsh: true, url: '/api/operations/cleanup', body: { force: true },
        words: 'Takes every camera away from whoever uses it now, and ends what is stale.',
        preview: () => look(picture, now, { force: true, dry_run: true }, count => count === 0 ? 'No camera is in use now.' : `${countOf(count, 'camera')} would be taken away:`),
        done: summarize,
    });
}

/** @param {string} alertId */
export function acknowledge(alertId) {
    return command(`/api/alerts/${alertId}/acknowledge`, {});
}

/**
 * @param {import('./contract.js').OpsHolder} holder
 * @param {() => number} now
 */
function about(holder, now) {
    return `${wordsForHolder(holder)}, for ${clockOf(now() - Date.parse(holder.held_since))}`;
}

/**
 * @param {Picture} picture
 * @param {() => number} now
 * @param {Record<string, boolean>} body
 * @param {(count: number) => string} words
 */
async function look(picture, now, body, words) {
    /** @type {{ released: { camera_id: string, node: string, lease_ref?: string }[] }} */
    const { released } = await command('/api/operations/cleanup', body);
    return {
        words: words(new Set(released.map(({ camera_id: id, node }) => `${node} ${id}`)).size),
        affected: released.map(({ camera_id: id, node, lease_ref: lease }) => {
            const holder = picture.find(id, node)?.holders.find(one => one.lease_ref === lease);
            return `${picture.nameOf(id, node)}, on ${node}${holder ? `: session ${about(holder, now)}` : ''}`;
        }),
    };
}

/** @param {{ released: { camera_id: string, node: string }[], failed: { camera_id: string, cause: string }[] }} answer */
function summarize({ released, failed }) {
    const cameras = new Set(released.map(({ camera_id: id, node }) => `${node} ${id}`)).size;
    const freed = cameras === 0 ? 'There was nothing to release.' : `${countOf(cameras, 'camera')} released.`;
    return failed.length === 0 ? freed : `${freed} Not free: ${failed.map(({ camera_id: id, cause }) => `${id} (${cause})`).join('; ')}.`;
}
