// @ts-check
import { choice, element, factList, field } from "../elements.js";
import { refreshing } from "../live.js";
import { resourceChoice } from "../resource-choice.js";
import { ask, tell, withQuery } from "../server.js";
import { counted, timeOf, toneOf } from "../words.js";
import { nothingYet } from "./nothing-yet.js";

/** @typedef {import("../main.js").Visit} Visit */
/** @typedef {import("../server.js").Log} Log */

const levels = [
    { value: "0", text: "All" }, { value: "5", text: "Debug and above" }, { value: "9", text: "Information and above" },
    { value: "13", text: "Warnings and errors" }, { value: "17", text: "Errors" },
];

/** @param {Visit} visit */
export function showLogs({ main, live, query, signal }) {
    const rows = element("tbody");
    const count = element("p", { class: "small muted", role: "status" });
    const text = element("input", { type: "search", value: query.get("text") });
    const trace = element("input", { type: "search", value: query.get("trace") });
    const level = choice(levels, query.get("severity") ?? "0");
    const resource = resourceChoice(live, query.get("resource") ?? "", "All", signal, () => refresh());
    /** @type {Set<number>} those whose details are shown */
    const opened = new Set();
    let drawn = "";
    const refresh = refreshing(live, "logs", signal, async () => {
        /** @type {Log[]} */
        const logs = await ask(withQuery("/api/logs", {
            resource: resource.value, severity: level.value, text: text.value, trace: trace.value,
        }), signal);
        await tell(withQuery("/api/logs/seen", { resource: resource.value }));
        const ids = logs.map(log => log.id).join();
        if (ids !== drawn) {
            drawn = ids;
            rows.replaceChildren(...logs.flatMap(log => rowsOf(log, opened)));
        }

        count.textContent = logs.length === 500 ? "The newest 500 that fit." : counted(logs.length, "log", "logs");
        rows.parentElement?.toggleAttribute("hidden", logs.length === 0);
        empty.hidden = logs.length > 0;
    });
    const form = element("form", { class: "search", onsubmit: event => event.preventDefault() },
        field("Text", text), field("Resource", resource), field("Level", level), field("Trace", trace));
    form.addEventListener("input", () => refresh(), { signal });
    const empty = nothingYet("No logs that fit.", signal);
    main.append(form, count, element("div", { class: "table-frame tall", tabindex: 0, role: "region", "aria-label": "Structured logs" },
        element("table", { class: "table" },
            element("thead", {}, element("tr", {}, ...["Time", "Resource", "Level", "Message", "Trace"].map(title => element("th", { scope: "col" }, title)))),
            rows),
        empty));
}

/** @param {Log} log @param {Set<number>} opened */
function rowsOf(log, opened) {
    const detail = element("tr", { class: "detail", hidden: !opened.has(log.id) }, element("td", { colspan: 5 }));
    const fill = () => detail.firstElementChild?.replaceChildren(factList({ Category: log.category, ...log.attributes, "Trace id": log.traceId, "Span id": log.spanId }));
    if (opened.has(log.id)) {
        fill();
    }

    const toggle = element("button", {
        class: "link-button message",
        "aria-expanded": String(opened.has(log.id)),
        onclick: () => {
            fill();
            detail.hidden = !detail.hidden;
            toggle.setAttribute("aria-expanded", String(!detail.hidden));
            detail.hidden ? opened.delete(log.id) : opened.add(log.id);
        },
    }, log.message || log.attributes["{OriginalFormat}"] || "(no message)");
    return [
        element("tr", {},
            element("td", { class: "whole" }, timeOf(log.at)),
            element("td", { class: "whole" }, log.resource),
            element("td", {}, element("span", { class: "badge", "data-tone": toneOf(log.severity) }, log.level)),
            element("td", {}, toggle),
            element("td", {}, log.traceId && element("a", { href: `#traces/${log.traceId}`, title: log.traceId }, log.traceId.slice(0, 8)))),
        detail,
    ];
}
