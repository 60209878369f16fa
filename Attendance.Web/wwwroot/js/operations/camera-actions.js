// @ts-check
import { command } from './commands.js';
import { ask } from './command-dialog.js';
import { clockOf, countOf, shortTime, when } from './words.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {import('./picture.js').Picture} Picture
 */

/**
 * @param {import('./camera-row.js').CameraAction} action
 * @param {OpsCamera} camera
 */
export function askFor(action, camera) {
    const name = camera.name || camera.camera_id;
    const url = `/api/cameras/${encodeURIComponent(camera.camera_id)}/${action}?node=${encodeURIComponent(camera.node)}`;
    switch (action) {
        case 'release':
            return ask({
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
 * @param {Picture} picture
 * @param {() => number} now
 * @param {Record<string, boolean>} body
 * @param {(count: number) => string} words
 */
async function look(picture, now, body, words) {
    /** @type {{ released: { camera_id: string, node: string }[] }} */
    const { released } = await command('/api/operations/cleanup', body);
    return {
        words: words(released.length),
        affected: released.map(({ camera_id: id, node }) => {
            const camera = picture.find(id, node);
            return camera?.held_since
                ? `${picture.nameOf(id, node)}, on ${node}: session ${camera.session_ref ?? '?'} for ${clockOf(now() - Date.parse(camera.held_since))}`
                : `${picture.nameOf(id, node)}, on ${node}`;
        }),
    };
}

/** @param {{ released: unknown[], failed: { camera_id: string, cause: string }[] }} answer */
function summarize({ released, failed }) {
    const freed = released.length === 0 ? 'There was nothing to release.' : `${countOf(released.length, 'camera')} released.`;
    return failed.length === 0 ? freed : `${freed} Not free: ${failed.map(({ camera_id: id, cause }) => `${id} (${cause})`).join('; ')}.`;
}
