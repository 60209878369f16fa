// @ts-check
import { t } from '../languages/text.js';
import { make, write } from '../pages/dom.js';
import { keyOf } from './all-cameras.js';
import { when, wordsForRule } from './words.js';

/** @typedef {import('./contract.js').Alert} Alert */

/** The rank of each state of an alert, in the order in which it passes through them. @type {Record<Alert['state'], number>} */
export const ranks = { open: 0, acknowledged: 1, resolved: 2 };

/**
 * Sorts alerts in the server's order: by state (open first), then critical ones first, then the newest first. Resolved alerts are sorted
 * only by the time of their resolution, the newest first.
 * @param {Iterable<Alert>} alerts
 */
export function inOrder(alerts) {
    return [...alerts].sort((a, b) => ranks[a.state] - ranks[b.state]
        || (a.state === 'resolved' ? Date.parse(b.resolved_at ?? b.opened_at) - Date.parse(a.resolved_at ?? a.opened_at)
            : Number(b.severity === 'critical') - Number(a.severity === 'critical') || Date.parse(b.opened_at) - Date.parse(a.opened_at)));
}

/** A list of alerts. Each alert keeps its element for as long as it is in the list. */
export class AlertList {
    #list;
    #picture;
    #nameOfAccount;
    /** @type {Map<string, { element: HTMLLIElement, fill: (alert: Alert) => void }>} */
    #items = new Map();

    /**
     * @param {HTMLElement} list
     * @param {import('./picture.js').Picture} picture
     * @param {(id: string) => string} nameOfAccount
     */
    constructor(list, picture, nameOfAccount) {
        this.#list = list;
        this.#picture = picture;
        this.#nameOfAccount = nameOfAccount;
    }

    /** @param {Alert[]} alerts */
    show(alerts) {
        const present = new Set(alerts.map(alert => alert.id));
        for (const [id, item] of this.#items) {
            if (!present.has(id)) {
                item.element.remove();
                this.#items.delete(id);
            }
        }
        alerts.forEach((alert, at) => {
            let item = this.#items.get(alert.id);
            if (!item) {
                item = this.#create(alert.id);
                this.#items.set(alert.id, item);
            }
            item.fill(alert);
            if (this.#list.children[at] !== item.element) {
                this.#list.insertBefore(item.element, this.#list.children[at] ?? null);
            }
        });
    }

    /** @param {string} id */
    #create(id) {
        const element = make('li', 'alert');
        element.dataset.alertId = id;
        const severity = make('span', 'badge');
        const rule = make('strong', 'alert-rule');
        const camera = make('button', 'camera-link');
        camera.type = 'button';
        const node = make('span', 'muted small');
        const head = make('p', 'alert-head');
        head.append(severity, rule, camera, node);
        const what = make('p', 'alert-what');
        const done = make('p', 'muted');
        const remedy = make('p');
        const body = make('div', 'alert-body');
        body.append(what, done, remedy);
        const times = make('p', 'alert-times muted small');
        const acknowledge = make('button', 'button button-small', t('Acknowledge'));
        acknowledge.type = 'button';
        acknowledge.dataset.acknowledge = id;
        const side = make('div', 'alert-side');
        side.append(times, acknowledge);
        element.append(head, body, side);

        /** @param {Alert} alert */
        const fill = alert => {
            element.dataset.state = alert.state;
            severity.dataset.tone = alert.state !== 'open' ? 'quiet' : alert.severity === 'critical' ? 'bad' : 'warn';
            write(severity, alert.severity === 'critical' ? t('Critical') : t('Warning'));
            write(rule, wordsForRule(alert.rule));
            const about = this.#picture.find(alert.camera_id, alert.node);
            const name = this.#picture.nameOf(alert.camera_id, alert.node);
            write(camera, name);
            camera.hidden = !alert.camera_id;
            camera.disabled = about === undefined; // its node no longer reports it
            camera.dataset.open = about ? keyOf(about) : '';
            const isSilent = this.#picture.silent.some(silent => silent.node === alert.node);
            write(node, isSilent ? t('on {0}, which does not answer: last known', alert.node) : t('on {0}', alert.node));
            write(what, alert.what);
            write(done, alert.done);
            write(remedy, alert.state === 'resolved' ? '' : alert.remedy);
            write(times, this.#times(alert));
            acknowledge.hidden = alert.state !== 'open';
            acknowledge.setAttribute('aria-label', t('Acknowledge {0} {1}', wordsForRule(alert.rule), name).trim());
        };
        return { element, fill };
    }

    /** @param {Alert} alert */
    #times(alert) {
        const often = alert.count > 1 ? t('{0} times, last {1}', alert.count, when(alert.last_seen_at)) : '';
        const acknowledged = !alert.acknowledged_at ? ''
            : alert.acknowledged_by ? t('acknowledged {0} by {1}', when(alert.acknowledged_at), this.#nameOfAccount(alert.acknowledged_by))
            : t('acknowledged {0} by somebody', when(alert.acknowledged_at));
        const resolved = alert.resolved_at ? t('resolved {0}', when(alert.resolved_at)) : '';
        return [t('since {0}', when(alert.opened_at)), often, acknowledged, resolved].filter(Boolean).join(' · ');
    }
}
