// @ts-check
import { wordsForState } from '../camera/words.js';
import { locale, t, tenths } from '../languages/text.js';
import { make, write } from '../pages/dom.js';
import { clockOf, shortTime, when, wordsForEnd, wordsForHolder } from './words.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {'release' | 'reopen' | 'unquarantine'} CameraAction
 */

/** Frames are delivered many times a second, so an older frame means that something is wrong. */
const oldFrameSeconds = 2;

const holders = new Intl.ListFormat(locale, { type: 'unit' });

/** Returns the actions that are possible in the camera's current state. @param {OpsCamera} camera @returns {CameraAction[]} */
export function actionsFor(camera) {
    switch (camera.state) {
        case 'held':
        case 'suspended':
            return camera.kind === 'browser' ? ['release'] : ['release', 'reopen'];
        case 'quarantined':
            return ['unquarantine'];
        default:
            return [];
    }
}

const actionWords = { release: t('Release'), reopen: t('Reopen'), unquarantine: t('Look again') };

/** The same for a screen reader, which reads a button without its row. @type {Record<CameraAction, (name: string) => string>} */
const namedActions = { release: name => t('Release {0}', name), reopen: name => t('Reopen {0}', name), unquarantine: name => t('Look again {0}', name) };

/**
 * Brings the action buttons up to date. If nothing has changed, the buttons and the focus stay as they are.
 * @param {Element} target
 * @param {OpsCamera} camera
 * @param {string} className
 */
export function showActions(target, camera, className) {
    const actions = actionsFor(camera);
    const name = camera.name || camera.camera_id;
    const wanted = [...actions, name].join();
    if (!(target instanceof HTMLElement) || target.dataset.actions === wanted) {
        return;
    }
    target.dataset.actions = wanted;
    target.replaceChildren(...actions.map(action => {
        const button = make('button', className, actionWords[action]);
        button.type = 'button';
        button.dataset.action = action;
        button.setAttribute('aria-label', namedActions[action](name));
        return button;
    }));
}

/** The row of one camera. Only text that has changed is written. */
export class CameraRow {
    element = make('tr');
    #state = make('span', 'badge');
    #name = make('button', 'camera-link');
    #id = make('span', 'camera-under');
    #at = make('span', 'camera-at');
    #node = make('td', 'col-node');
    #holder = make('td', 'col-holder');
    #held = make('td', 'col-held number');
    #rate = make('td', 'col-rate number');
    #age = make('td', 'col-age number');
    #viewers = make('td', 'col-viewers number');
    #last = make('td', 'col-last');
    #actions = make('td', 'col-actions');
    /** @type {number | null} */
    #heldSince = null;

    /** @param {string} key */
    constructor(key) {
        this.element.dataset.camera = key;
        this.#name.type = 'button';
        const state = make('td', 'col-state');
        state.append(this.#state);
        const camera = make('th', 'col-name');
        camera.scope = 'row';
        camera.append(this.#name, this.#id, this.#at);
        this.element.append(state, camera, this.#node, this.#holder, this.#held, this.#rate, this.#age, this.#viewers, this.#last, this.#actions);
    }

    /**
     * @param {OpsCamera} camera
     * @param {number} index its position among all cameras of the view
     * @param {number} now
     */
    fill(camera, index, now) {
        const { word, tone } = wordsForState(camera.state);
        const row = String(index + 2); // the header is row 1
        if (this.element.getAttribute('aria-rowindex') !== row) {
            this.element.setAttribute('aria-rowindex', row);
        }
        write(this.#state, word);
        this.#state.dataset.tone = tone;
        write(this.#name, camera.name || camera.camera_id);
        write(this.#id, camera.detail ?? (camera.name && camera.name !== camera.camera_id ? camera.camera_id : ''));
        this.#id.classList.toggle('is-bad', camera.detail !== null && tone === 'bad');
        write(this.#node, camera.node);
        write(this.#at, t('on {0}', camera.node)); // shown if there is no room for a column
        write(this.#holder, camera.holders.length > 1 ? t('{0} share it', camera.holders.length) : camera.holders.map(wordsForHolder).join(''));
        this.#holder.title = camera.holders.length > 1 ? holders.format(camera.holders.map(wordsForHolder)) : '';
        write(this.#rate, camera.frame_rate === null ? '' : tenths.format(camera.frame_rate));
        write(this.#age, camera.frame_age_seconds === null ? '' : shortTime(camera.frame_age_seconds));
        this.#age.classList.toggle('is-bad', (camera.frame_age_seconds ?? 0) > oldFrameSeconds);
        write(this.#viewers, camera.viewers > 0 ? String(camera.viewers) : '');
        write(this.#last, camera.last_ended_at ? `${when(camera.last_ended_at)} ${wordsForEnd(camera.last_reason).words}` : '');
        showActions(this.#actions, camera, 'button button-small');
        this.#heldSince = camera.held_since ? Date.parse(camera.held_since) : null;
        this.tick(now);
    }

    /** @param {number} now the time of the server's clock in ms, as far as it is known */
    tick(now) {
        write(this.#held, this.#heldSince === null ? '' : clockOf(now - this.#heldSince));
    }
}
