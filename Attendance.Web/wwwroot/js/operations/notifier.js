// @ts-check
import { t } from '../languages/text.js';
import { wordsForRule } from './words.js';

/** @typedef {import('./contract.js').Alert} Alert */

const kept = 'ops_notifications';

/** Shows desktop notifications of new alerts, if the user has switched them on and the browser allows them. */
export class Notifier {
    #button;
    #nameOfCamera;
    /** @type {Map<string, Notification>} */
    #shown = new Map();

    /**
     * @param {HTMLButtonElement} button
     * @param {(id: string | null, node: string) => string} nameOfCamera
     */
    constructor(button, nameOfCamera) {
        this.#button = button;
        this.#nameOfCamera = nameOfCamera;
        button.addEventListener('click', () => void this.#toggle());
        this.#show();
    }

    /** @param {Alert} alert */
    tell(alert) {
        if (!this.#isOn) {
            return;
        }
        const where = this.#nameOfCamera(alert.camera_id, alert.node) || alert.node;
        const rule = wordsForRule(alert.rule);
        const notification = this.#create(alert.severity === 'critical' ? t('Critical: {0}, {1}', rule, where) : t('Warning: {0}, {1}', rule, where), {
            body: alert.what, tag: alert.id, icon: '/img/mark.svg', requireInteraction: alert.severity === 'critical',
        });
        if (!notification) {
            return;
        }
        this.#shown.set(alert.id, notification);
        notification.addEventListener('click', () => {
            window.focus();
            notification.close();
        });
        notification.addEventListener('close', () => this.#shown.delete(alert.id));
    }

    /** @param {Alert} alert */
    withdraw(alert) {
        this.#shown.get(alert.id)?.close();
        this.#shown.delete(alert.id);
    }

    /**
     * @param {string} title
     * @param {NotificationOptions} options
     */
    #create(title, options) {
        try {
            return new Notification(title, options);
        } catch { // phones let only service workers show notifications
            this.#button.hidden = true;
            return null;
        }
    }

    get #isOn() {
        return 'Notification' in window && Notification.permission === 'granted' && localStorage.getItem(kept) === 'on';
    }

    async #toggle() {
        if (this.#isOn) {
            localStorage.setItem(kept, 'off');
        } else if (await Notification.requestPermission() === 'granted') {
            localStorage.setItem(kept, 'on');
        }
        this.#show();
    }

    #show() {
        const isDenied = 'Notification' in window && Notification.permission === 'denied';
        this.#button.hidden = !('Notification' in window);
        this.#button.disabled = isDenied;
        this.#button.textContent = isDenied ? t('Notifications are blocked here') : t('Notify me of alerts');
        this.#button.title = isDenied ? t('Allow notifications in the browser’s settings for this site, then load the page again.') : '';
        this.#button.setAttribute('aria-pressed', String(this.#isOn));
    }
}
