// @ts-check
import { asProblem } from '../camera/api.js';
import { describe, wordsForState } from '../camera/words.js';
import { t, tenths } from '../languages/text.js';
import { element, make, write } from '../pages/dom.js';
import { AlertList, inOrder } from './alert-list.js';
import { showActions } from './camera-row.js';
import { read } from './commands.js';
import { drawTimeline, listHistory, spans } from './timeline.js';
import { clockOf, shortTime, when, wordsForEnd, wordsForHolder, wordsForRefusal } from './words.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {import('./picture.js').Picture} Picture
 */

const historyShown = 100;

/** The dialog with everything that is known about one camera. While it is open, {@link show} keeps it up to date. */
export class CameraDialog {
    #dialog = element('camera', HTMLDialogElement);
    #facts = element('camera-facts', HTMLElement);
    #picture;
    #now;
    #alerts;
    /** @type {string | null} */
    #key = null;
    /** The camera as it was last known; it may be gone. @type {OpsCamera | undefined} */
    #camera;
    /** @type {import('./contract.js').HistoryItem[]} */
    #history = [];
    /** The `last_ended_at` for which the history was last read; undefined before the first read. @type {string | null | undefined} */
    #readAfter;
    /** @type {number | null} */
    #span = spans[0][1];

    /**
     * @param {Picture} picture
     * @param {() => number} now
     * @param {(id: string) => string} nameOfAccount
     */
    constructor(picture, now, nameOfAccount) {
        this.#picture = picture;
        this.#now = now;
        this.#alerts = new AlertList(element('camera-alerts', HTMLElement), picture, nameOfAccount);
        element('camera-close', HTMLButtonElement).addEventListener('click', () => this.#dialog.close());
        this.#dialog.addEventListener('click', event => event.target === this.#dialog && this.#dialog.close()); // a click on the backdrop
        this.#dialog.addEventListener('close', () => {
            this.#key = null;
        });
        const choices = element('history-spans', HTMLElement);
        choices.append(...spans.map(([words, ms]) => {
            const button = make('button', 'chip', words);
            button.type = 'button';
            button.setAttribute('aria-pressed', String(ms === this.#span));
            button.addEventListener('click', () => {
                this.#span = ms;
                for (const other of choices.children) {
                    other.setAttribute('aria-pressed', String(other === button));
                }
                this.#draw();
            });
            return button;
        }));
        setInterval(() => this.#key !== null && this.#showFacts(), 1000);
    }

    /** @param {string} key */
    open(key) {
        this.#key = key;
        this.#camera = undefined;
        this.#history = [];
        this.#readAfter = undefined;
        listHistory(element('history-rows', HTMLElement), []);
        element('timeline', HTMLElement).replaceChildren();
        this.show();
        if (!this.#dialog.open) {
            this.#dialog.showModal();
            element('camera-name', HTMLElement).focus();
        }
    }

    /** Brings the dialog up to date. */
    show() {
        if (this.#key === null) {
            return;
        }
        const camera = this.#present;
        this.#camera = camera ?? this.#camera;
        const about = this.#camera;
        if (!about) {
            return; // the camera was gone before the dialog was opened
        }
        write(element('camera-name', HTMLElement), about.name || about.camera_id);
        write(element('camera-id', HTMLElement), [about.camera_id, t('on {0}', about.node), camera && describe({ ...camera, lease_ref: null, frame_rate: undefined, width: camera.width ?? undefined, height: camera.height ?? undefined })].filter(Boolean).join(' · '));
        const words = camera ? wordsForState(camera.state) : { word: t('Gone'), tone: 'quiet', meaning: '' };
        const state = element('camera-state', HTMLElement);
        write(state, words.word);
        state.dataset.tone = words.tone;
        const detail = element('camera-detail', HTMLElement);
        write(detail, camera?.detail ?? '');
        detail.hidden = !camera?.detail;
        const actions = element('camera-actions', HTMLElement);
        if (camera) {
            showActions(actions, camera, 'button');
        } else {
            actions.replaceChildren();
            delete actions.dataset.actions;
        }
        const alerts = inOrder([...this.#picture.alerts.values()].filter(alert => alert.camera_id === about.camera_id && (alert.node === about.node || about.scope !== null)));
        element('camera-alerts-part', HTMLElement).hidden = alerts.length === 0;
        this.#alerts.show(alerts);
        this.#showHolders(camera?.holders ?? []);
        this.#showFacts();
        if (this.#readAfter !== (camera?.last_ended_at ?? null)) {
            this.#readAfter = camera?.last_ended_at ?? null;
            void this.#read(about);
        }
    }

    /** The camera as it is now; undefined once it is gone. */
    get #present() {
        return this.#picture.cameras.get(this.#key ?? '');
    }

    /** Lists those who share the camera. While nothing has changed, the buttons and the focus stay as they are. @param {import('./contract.js').OpsHolder[]} holders */
    #showHolders(holders) {
        const list = element('camera-holders', HTMLElement);
        const wanted = holders.map(holder => holder.lease_ref).join();
        element('camera-holders-part', HTMLElement).hidden = holders.length < 2;
        if (list.dataset.holders === wanted) {
            return;
        }
        list.dataset.holders = wanted;
        list.replaceChildren(...holders.map(holder => {
            const item = make('li', '', `${t('Session {0}, since {1}', wordsForHolder(holder), when(holder.held_since))} `);
            const button = make('button', 'button button-small', t('Release'));
            button.type = 'button';
            button.dataset.lease = holder.lease_ref;
            button.setAttribute('aria-label', t('Release session {0}', holder.session_ref));
            item.append(button);
            return item;
        }));
    }

    #showFacts() {
        const camera = this.#present;
        /** @type {[name: string, value: string][]} */
        const facts = camera ? [
            [t('Holder'), camera.session_ref ?? t('nobody')],
            [t('Lease'), camera.lease_ref ?? '–'],
            [t('Held for'), camera.held_since ? t('{0}, since {1}', clockOf(this.#now() - Date.parse(camera.held_since)), when(camera.held_since)) : '–'],
            [t('Frames/s'), camera.frame_rate === null ? '–' : tenths.format(camera.frame_rate)],
            [t('Frame age'), shortTime(camera.frame_age_seconds)],
            [t('Viewers'), String(camera.viewers)],
            [t('Rating'), typeof camera.rating === 'number' ? t('{0} of 100', Math.round(camera.rating)) : t('not measured yet')],
            [t('Last release'), camera.last_ended_at
                ? `${when(camera.last_ended_at)}, ${wordsForEnd(camera.last_reason).words}${camera.last_detail ? ` (${camera.last_detail})` : ''}` : t('none known')],
        ] : [];
        if (this.#facts.children.length !== facts.length * 2) {
            this.#facts.replaceChildren(...facts.flatMap(() => [make('dt'), make('dd')]));
        }
        facts.flat().forEach((text, at) => write(this.#facts.children[at], text));
    }

    /** @param {OpsCamera} camera */
    async #read(camera) {
        const key = this.#key;
        const trouble = element('history-trouble', HTMLElement);
        try {
            const { items } = await read(`/api/cameras/${encodeURIComponent(camera.camera_id)}/history?limit=${historyShown}&node=${encodeURIComponent(camera.node)}`);
            if (this.#key === key) {
                this.#history = items;
                listHistory(element('history-rows', HTMLElement), items);
                write(trouble, items.length === 0 ? t('Nobody has had it yet.') : '');
                this.#draw();
            }
        } catch (error) {
            write(trouble, t('Not known now: {0}', wordsForRefusal(asProblem(error))));
        }
    }

    #draw() {
        const since = this.#present?.held_since;
        drawTimeline(element('timeline', HTMLElement), this.#history, { heldSince: since ? Date.parse(since) : null, span: this.#span, now: this.#now() });
    }
}
