// @ts-check
import { element, known } from "./elements.js";
import { tell } from "./server.js";

/** @typedef {import("./live.js").Live} Live */
/** @typedef {import("./server.js").Notification} Notification */

const tones = new Map([["Error", "bad"], ["Warning", "warn"], ["Success", "good"]]);
const shownFor = 8000;

/** @param {Notification} notification */
export function toneOfNotification(notification) {
    return tones.get(notification.intent) ?? "quiet";
}

/**
 * Where it leads, if that is an address of the web.
 * @param {Notification} notification
 */
function linkOf(notification) {
    return notification.linkUrl && /^https?:\/\//.test(notification.linkUrl)
        ? element("a", { href: notification.linkUrl, target: "_blank", rel: "noopener" }, notification.linkText ?? "Open")
        : null;
}

/**
 * What can be done with a notification.
 * @param {Notification} notification
 */
export function answersTo(notification) {
    /** @param {boolean} [confirmed] */
    const answer = confirmed =>
        void tell(`/api/notifications/${notification.id}${confirmed === undefined ? "" : `?confirmed=${confirmed}`}`).catch(() => {});
    return element("div", { class: "actions" },
        linkOf(notification),
        notification.intent === "Confirmation" && element("button", { class: "button button-small", onclick: () => answer(true) }, "Yes"),
        element("button", { class: "button button-small", onclick: () => answer() }, "Dismiss"));
}

/**
 * Shows a text for a while.
 * @param {string} text
 * @param {string} tone
 */
export function toast(text, tone) {
    const shown = element("div", { class: "notice toast", "data-tone": tone }, text);
    known("toasts", HTMLElement).append(shown);
    setTimeout(() => shown.remove(), shownFor);
}

/**
 * New notifications come up as toasts, and the menu counts those that are open.
 * @param {Live} live
 */
export function showNotices(live) {
    const count = known("notification-count", HTMLElement);
    const toasts = known("toasts", HTMLElement);
    /** @type {Map<number, HTMLElement>} */
    const shown = new Map();
    live.addEventListener("notifications", () => {
        count.textContent = String(live.notifications.length);
        count.hidden = live.notifications.length === 0;
        const open = new Set(live.notifications.map(one => one.id));
        for (const [id, one] of shown) {
            if (!open.has(id)) {
                one.remove();
                shown.delete(id);
            }
        }

        for (const notification of live.notifications.filter(one => !shown.has(one.id))) {
            const one = element("div", { class: "notice toast", "data-tone": toneOfNotification(notification) },
                element("strong", {}, notification.title), element("p", {}, notification.message), answersTo(notification));
            shown.set(notification.id, one);
            toasts.append(one);
            setTimeout(() => one.remove(), shownFor); // it stays in the list
        }
    });
}
