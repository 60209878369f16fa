// @ts-check
import { element, factList } from "../elements.js";
import { refreshing } from "../live.js";
import { ask } from "../server.js";
import { counted, durationOf, timeOf } from "../words.js";

/** @typedef {import("../main.js").Visit} Visit */
/** @typedef {import("../server.js").Span} Span */

/**
 * One trace: each span under its parent, where it stands in time.
 * @param {Visit} visit
 */
export function showTrace({ main, live, path, signal }) {
    const facts = element("p", { class: "muted" });
    const spans = element("ol", { class: "waterfall" });
    const logs = element("a", { href: `#logs?trace=${encodeURIComponent(path[0])}` }, "Logs of this trace");
    main.append(
        element("p", { class: "crumbs" }, element("a", { href: "#traces" }, "All traces")),
        element("div", { class: "panel" }, facts, element("p", {}, logs), spans));
    let drawn = -1;
    /** @type {Set<string>} */
    const opened = new Set();
    refreshing(live, "traces", signal, async () => {
        /** @type {Span[]} */
        const found = await ask(`/api/traces/${encodeURIComponent(path[0])}`, signal);
        if (found.length === drawn) {
            return; // later spans may still come
        }

        drawn = found.length;
        if (found.length === 0) {
            facts.textContent = "There is no such trace, or it is too long ago.";
            return;
        }

        const start = found[0].start;
        const end = Math.max(...found.map(span => span.start + span.duration));
        const resources = [...new Set(found.map(span => span.resource))];
        facts.textContent = `${timeOf(start)}, ${durationOf(end - start)}, ${counted(found.length, "span", "spans")} of ${resources.join(", ")}`;
        spans.replaceChildren(...inOrder(found).map(({ span, depth }) =>
            rowOf(span, depth, { start, length: Math.max(end - start, 0.001) }, resources.indexOf(span.resource), opened)));
    });
}

/**
 * Parents before their children. A span whose parent is not here stands for itself.
 * @param {Span[]} spans by their beginnings
 */
function inOrder(spans) {
    const ids = new Set(spans.map(span => span.spanId));
    const children = Map.groupBy(spans, span => ids.has(span.parentId) ? span.parentId : "");
    /** @type {{ span: Span, depth: number }[]} */
    const ordered = [];
    /** @param {string} parent @param {number} depth */
    const add = (parent, depth) => {
        for (const span of children.get(parent) ?? []) {
            ordered.push({ span, depth });
            add(span.spanId, depth + 1);
        }
    };
    add("", 0);
    return ordered;
}

/**
 * @param {Span} span
 * @param {number} depth
 * @param {{ start: number, length: number }} whole
 * @param {number} colour
 * @param {Set<string>} opened
 */
function rowOf(span, depth, whole, colour, opened) {
    const bar = element("span", { class: "span-bar" });
    bar.style.left = `${(span.start - whole.start) / whole.length * 100}%`;
    bar.style.width = `${span.duration / whole.length * 100}%`;
    const name = element("span", { class: "span-name" },
        element("span", { class: "tag" }, span.resource), ` ${span.name}`,
        span.isError && element("span", { class: "count" }, "error"));
    name.style.paddingLeft = `${depth * 1.1}rem`;
    const detail = element("div", { class: "span-detail", hidden: !opened.has(span.spanId) });
    const fill = () => detail.replaceChildren(
        factList({
            Kind: span.kind, Source: span.scope, Start: `${durationOf(span.start - whole.start)} after the beginning`,
            Error: span.statusText, ...span.attributes, "Span id": span.spanId,
        }),
        ...span.events.map(event => element("div", {},
            element("strong", {}, `${event.name}, ${durationOf(Math.max(0, event.at - span.start))} into it`), factList(event.attributes))));
    if (opened.has(span.spanId)) {
        fill();
    }

    const row = element("button", {
        class: "span", "data-series": colour % 8, "aria-expanded": String(opened.has(span.spanId)), title: span.name,
        onclick: () => {
            fill();
            detail.hidden = !detail.hidden;
            row.setAttribute("aria-expanded", String(!detail.hidden));
            detail.hidden ? opened.delete(span.spanId) : opened.add(span.spanId);
        },
    }, name, element("span", { class: "span-track" }, bar), element("span", { class: "span-time" }, durationOf(span.duration)));
    return element("li", {}, row, detail);
}
