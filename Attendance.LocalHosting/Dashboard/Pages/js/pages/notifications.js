// @ts-check
import { element } from "../elements.js";
import { answersTo, toneOfNotification } from "../notices.js";

/** @typedef {import("../main.js").Visit} Visit */

/** @param {Visit} visit */
export function showNotifications({ main, live, signal }) {
    const list = element("ul", { class: "notifications" });
    const empty = element("p", { class: "empty" }, "Nothing to tell.");
    main.append(list, empty);
    const draw = () => {
        empty.hidden = live.notifications.length > 0;
        list.replaceChildren(...live.notifications.toReversed().map(notification =>
            element("li", { class: "notice notification", "data-tone": toneOfNotification(notification) },
                element("strong", {}, notification.title),
                element("p", {}, notification.message),
                element("p", { class: "small" }, new Date(notification.at).toLocaleTimeString()),
                answersTo(notification))));
    };
    live.addEventListener("notifications", draw, { signal });
    draw();
}
