// @ts-check
import { chartOf } from "../chart.js";
import { choice, element, field } from "../elements.js";
import { refreshing } from "../live.js";
import { resourceChoice } from "../resource-choice.js";
import { ask, withQuery } from "../server.js";
import { nothingYet } from "./nothing-yet.js";

/** @typedef {import("../main.js").Visit} Visit */
/** @typedef {import("../server.js").Instrument} Instrument */
/** @typedef {import("../server.js").Chart} Chart */
/** @typedef {import("../server.js").Series} Series */

const numbers = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 5 });

/** @param {Visit} visit */
export function showMetrics({ main, live, path, signal }) {
    let instrument = path[1] ?? "";
    const list = element("nav", { class: "instruments panel", "aria-label": "Instruments" });
    const panel = element("section", { class: "panel", "aria-label": "Chart" }, element("p", { class: "muted" }, "Choose what to see."));
    const resource = resourceChoice(live, path[0] ?? "", null, signal, () => {
        instrument = "";
        panel.replaceChildren(element("p", { class: "muted" }, "Choose what to see."));
        void refresh();
    });
    /** @type {Map<string, string>} what was chosen of each attribute */
    const chosen = new Map();
    let listed = "";
    const refresh = refreshing(live, "metrics", signal, async () => {
        if (!resource.value) {
            return;
        }

        const name = resource.value;
        /** @type {Instrument[]} */
        const instruments = await ask(`/api/metrics/${encodeURIComponent(name)}`, signal);
        const now = JSON.stringify([name, instrument, instruments]);
        if (now !== listed) {
            listed = now;
            list.replaceChildren(...instruments.map(one => element("a", {
                href: `#metrics/${encodeURIComponent(name)}/${encodeURIComponent(one.name)}`,
                "aria-current": one.name === instrument ? "true" : null,
            }, one.name)));
            list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
        }

        list.hidden = instruments.length === 0;
        panel.hidden = instruments.length === 0;
        empty.hidden = instruments.length > 0;
        if (instrument) {
            /** @type {Chart} */
            const chart = await ask(withQuery(
                `/api/metrics/${encodeURIComponent(name)}/${encodeURIComponent(instrument)}`, Object.fromEntries(chosen)), signal);
            draw(panel, chart, chosen, () => refresh());
        }
    });
    const empty = nothingYet("This resource has sent no measurements.", signal);
    main.append(element("form", { class: "search", onsubmit: event => event.preventDefault() }, field("Resource", resource)),
        element("div", { class: "metrics" }, list, panel), empty);
}

/**
 * @param {HTMLElement} panel
 * @param {Chart} chart
 * @param {Map<string, string>} chosen
 * @param {() => void} refresh
 */
function draw(panel, chart, chosen, refresh) {
    const { name, description, unit, kind } = chart.instrument;
    const lines = chart.series.flatMap((series, colour) => Object.values(series.values).map((values, dashes) => ({ times: series.times, values, colour, dashes })));
    const drawn = element("div", {}, chartOf(lines, `${name} over time${unit ? ` in ${unit}` : ""}; the last values are in the list below.`));
    const legend = element("ul", { class: "legend" }, ...chart.series.map((series, colour) =>
        element("li", { "data-series": colour % 8 }, element("span", { class: "tag" }, lastOf(series)), ` ${describe(series)}`)));
    const more = element("p", { class: "small muted" }, chart.left > 0 ? `${chart.left} more are not shown. Choose attributes to see them.` : "");
    const filters = JSON.stringify(chart.attributes);
    if (panel.dataset.instrument === name && panel.dataset.filters === filters) {
        panel.querySelector("[data-part=chart]")?.replaceChildren(drawn, legend, more); // the filters stay as they are: somebody may be choosing
        return;
    }

    panel.dataset.instrument = name;
    panel.dataset.filters = filters;
    panel.replaceChildren(
        element("h2", {}, name),
        element("p", { class: "small muted" }, [kind, unit && `in ${unit}`, chart.instrument.scope].filter(Boolean).join(", ")),
        element("p", {}, description),
        element("form", { class: "search", onsubmit: event => event.preventDefault() }, ...Object.entries(chart.attributes).map(([attribute, values]) => {
            const select = choice([{ value: "", text: "Any" }, ...values.map(value => ({ value, text: value || "(empty)" }))], chosen.get(attribute) ?? "");
            select.addEventListener("change", () => {
                select.value ? chosen.set(attribute, select.value) : chosen.delete(attribute);
                refresh();
            });
            return field(attribute, select);
        })),
        element("div", { "data-part": "chart" }, drawn, legend, more));
}

/** @param {Series} series */
function describe(series) {
    return Object.entries(series.attributes).map(([name, value]) => `${name}=${value}`).join(", ");
}

/** @param {Series} series */
function lastOf(series) {
    return Object.entries(series.values).map(([name, values]) => {
        const last = values.findLast(value => value !== null);
        return `${name === "value" ? "" : `${name} `}${last === null || last === undefined ? "–" : numbers.format(last)}`;
    }).join(", ");
}
