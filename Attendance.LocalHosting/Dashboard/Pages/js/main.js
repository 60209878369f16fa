// @ts-check
import { element, known } from "./elements.js";
import { Live } from "./live.js";
import { showNotices } from "./notices.js";
import { showConsole } from "./pages/console.js";
import { showLogs } from "./pages/logs.js";
import { showMetrics } from "./pages/metrics.js";
import { showNotifications } from "./pages/notifications.js";
import { showResources } from "./pages/resources.js";
import { showTrace } from "./pages/trace.js";
import { showTraces } from "./pages/traces.js";

/**
 * What a page is given: where to draw, what is going on, what its address says, and when it is left.
 * @typedef {{ main: HTMLElement, live: Live, path: string[], query: URLSearchParams, signal: AbortSignal }} Visit
 */

/** @type {Record<string, { title: string, show: (visit: Visit) => void }>} */
const pages = {
    resources: { title: "Resources", show: showResources },
    console: { title: "Console", show: showConsole },
    logs: { title: "Structured logs", show: showLogs },
    traces: { title: "Traces", show: visit => visit.path.length > 0 ? showTrace(visit) : showTraces(visit) },
    metrics: { title: "Metrics", show: showMetrics },
    notifications: { title: "Notifications", show: showNotifications },
};

const live = new Live();
const main = known("content", HTMLElement);
const connection = known("connection", HTMLElement);
let visit = new AbortController();

function go() {
    visit.abort();
    visit = new AbortController();
    const [address, query] = location.hash.slice(1).split("?");
    const [name, ...path] = (address || "resources").split("/").map(decodeURIComponent);
    const page = pages[name] ?? pages.resources;
    document.title = `${page.title} – Attendance dashboard`;
    for (const link of document.querySelectorAll("#menu a")) {
        link.toggleAttribute("aria-current", link.getAttribute("href") === `#${name}`);
        if (link.hasAttribute("aria-current")) {
            link.setAttribute("aria-current", "page");
        }
    }

    main.replaceChildren(element("div", { class: "page-head" }, element("h1", {}, page.title)));
    page.show({ main, live, path, query: new URLSearchParams(query), signal: visit.signal });
}

live.addEventListener("connection", () => {
    connection.textContent = live.isConnected ? "Live" : "Not connected";
    connection.dataset.tone = live.isConnected ? "good" : "bad";
});
known("skip", HTMLAnchorElement).addEventListener("click", event => {
    event.preventDefault(); // the address says which page this is
    main.focus();
});
window.addEventListener("hashchange", () => {
    go();
    main.focus();
});
showNotices(live);
live.open();
go();
