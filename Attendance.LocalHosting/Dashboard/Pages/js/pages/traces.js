// @ts-check
import { element, field } from "../elements.js";
import { refreshing } from "../live.js";
import { resourceChoice } from "../resource-choice.js";
import { ask, withQuery } from "../server.js";
import { counted, durationOf, timeOf } from "../words.js";
import { nothingYet } from "./nothing-yet.js";

/** @typedef {import("../main.js").Visit} Visit */
/** @typedef {import("../server.js").Trace} Trace */

/** @param {Visit} visit */
export function showTraces({ main, live, query, signal }) {
    const rows = element("tbody");
    const count = element("p", { class: "small muted", role: "status" });
    const text = element("input", { type: "search", value: query.get("text") });
    const errors = element("input", { type: "checkbox", id: "only-errors" });
    const resource = resourceChoice(live, query.get("resource") ?? "", "All", signal, () => refresh());
    const refresh = refreshing(live, "traces", signal, async () => {
        /** @type {Trace[]} */
        const traces = await ask(withQuery("/api/traces", { resource: resource.value, text: text.value, errors: errors.checked }), signal);
        const focused = document.activeElement instanceof HTMLAnchorElement ? document.activeElement.hash : "";
        rows.replaceChildren(...traces.map(rowOf));
        if (focused) {
            [...rows.querySelectorAll("a")].find(link => link.hash === focused)?.focus();
        }

        count.textContent = traces.length === 500 ? "The newest 500 that fit." : counted(traces.length, "trace", "traces");
        rows.parentElement?.toggleAttribute("hidden", traces.length === 0);
        empty.hidden = traces.length > 0;
    });
    const form = element("form", { class: "search", onsubmit: event => event.preventDefault() },
        field("Name, attribute or trace id", text), field("Resource", resource),
        element("div", { class: "check field-check" }, errors, element("label", { for: "only-errors" }, "Only with errors")));
    form.addEventListener("input", () => refresh(), { signal });
    const empty = nothingYet("No traces that fit.", signal);
    main.append(form, count, element("div", { class: "table-frame tall", tabindex: 0, role: "region", "aria-label": "Traces" },
        element("table", { class: "table" },
            element("thead", {}, element("tr", {}, ...["Time", "Name", "Spans", "Duration", "Errors"].map(title => element("th", { scope: "col" }, title)))),
            rows),
        empty));
}

/** @param {Trace} trace */
function rowOf(trace) {
    return element("tr", {},
        element("td", { class: "whole" }, timeOf(trace.start)),
        element("th", { scope: "row" }, element("a", { href: `#traces/${trace.id}` }, `${trace.resource}: ${trace.name}`)),
        element("td", {}, Object.entries(trace.resources).map(([name, spans]) => `${name} ${spans}`).join(", ")),
        element("td", { class: "number" }, durationOf(trace.duration)),
        element("td", {}, trace.errors > 0 && element("span", { class: "badge", "data-tone": "bad" }, counted(trace.errors, "error", "errors"))));
}
