// @ts-check
import { t } from '../languages/text.js';
import { command } from './commands.js';
import { ask } from './command-dialog.js';
import { clockOf, shortTime, when, wordsForHolder } from './words.js';

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
                title: t('Release {0}', name), confirm: t('Release from all'), isHarsh: true, url,
                words: t('It is taken away from all who share it, and their pages are told that ops have freed the camera.'),
                preview: async () => ({ words: t('{0} sessions would lose it:', camera.holders.length), affected: camera.holders.map(holder => about(holder, now)) }),
                done: answer => t('{0} is free, after {1}.', name, shortTime(answer.seconds)),
            }) : ask({
                title: t('Release {0}', name), confirm: t('Release'), isHarsh: true, url,
                words: camera.held_since
                    ? t('Session {0} has it since {1}. It is taken away, and its page is told that ops have freed the camera.', camera.session_ref ?? '?', when(camera.held_since))
                    : t('Session {0} has it. It is taken away, and its page is told that ops have freed the camera.', camera.session_ref ?? '?'),
                done: answer => t('{0} is free, after {1}.', name, shortTime(answer.seconds)),
            });
        case 'reopen':
            return ask({
                title: t('Reopen {0}', name), confirm: t('Reopen'), url,
                words: t('Its worker is ended and another opens the device. Whoever has the camera keeps it, and sees no picture meanwhile.'),
                done: () => t('{0} is being opened again.', name),
            });
        case 'unquarantine':
            return ask({
                title: t('Look again at {0}', name), confirm: t('Look again'), url,
                words: camera.detail
                    ? t('It is lent to nobody because it could not be shown to be free: {0}. If it is free now, anybody may have it again.', camera.detail)
                    : t('It is lent to nobody because it could not be shown to be free. If it is free now, anybody may have it again.'),
                done: () => t('{0} is free.', name),
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
            title: t('Release {0} from one', name), confirm: t('Release'), isHarsh: true, body: { lease_ref: leaseRef },
            url: `/api/cameras/${encodeURIComponent(camera.camera_id)}/release?node=${encodeURIComponent(camera.node)}`,
            words: t('It is taken away from session {0}. The others keep it, and notice nothing.', about(holder, now)),
            done: answer => t('Session {0} has it no more, after {1}.', holder.session_ref, shortTime(answer.seconds)),
        });
    }
}

/**
 * @param {Picture} picture
 * @param {() => number} now
 */
export function askForStale(picture, now) {
    ask({
        title: t('Release what is stale'), confirm: t('Release stale'), url: '/api/operations/cleanup',
        words: t('Ends what nobody answers for: workers without a lease, and leases of nobody whose time is over. Nobody who uses a camera is affected.'),
        preview: () => look(picture, now, { dry_run: true }, count => count === 0 ? t('Nothing is stale now.')
            : count === 1 ? t('1 camera would be freed:') : t('{0} cameras would be freed:', count)),
        done: summarize,
    });
}

/**
 * @param {Picture} picture
 * @param {() => number} now
 */
export function askForAll(picture, now) {
    ask({
        title: t('Release all cameras'), confirm: t('Release all'), isHarsh: true, url: '/api/operations/cleanup', body: { force: true },
        words: t('Takes every camera away from whoever uses it now, and ends what is stale.'),
        preview: () => look(picture, now, { force: true, dry_run: true }, count => count === 0 ? t('No camera is in use now.')
            : count === 1 ? t('1 camera would be taken away:') : t('{0} cameras would be taken away:', count)),
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
    return t('{0}, for {1}', wordsForHolder(holder), clockOf(now() - Date.parse(holder.held_since)));
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
            return holder ? t('{0}, on {1}: session {2}', picture.nameOf(id, node), node, about(holder, now)) : t('{0}, on {1}', picture.nameOf(id, node), node);
        }),
    };
}

/** @param {{ released: { camera_id: string, node: string }[], failed: { camera_id: string, cause: string }[] }} answer */
function summarize({ released, failed }) {
    const cameras = new Set(released.map(({ camera_id: id, node }) => `${node} ${id}`)).size;
    const freed = cameras === 0 ? t('There was nothing to release.') : cameras === 1 ? t('1 camera released.') : t('{0} cameras released.', cameras);
    return failed.length === 0 ? freed : t('{0} Not free: {1}.', freed, failed.map(({ camera_id: id, cause }) => `${id} (${cause})`).join('; '));
}
