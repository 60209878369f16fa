// @ts-check
import { element } from "../elements.js";
import { toast } from "../notices.js";
import { isSure } from "../question.js";
import { tell } from "../server.js";

/** @typedef {import("../main.js").Visit} Visit */
/** @typedef {import("../server.js").Resource} Resource */
/** @typedef {import("../server.js").Command} Command */

/** @param {Visit} visit */
export function showResources({ main, live, signal }) {
    const rows = element("tbody");
    main.append(element("div", { class: "table-frame", tabindex: 0, role: "region", "aria-label": "Resources" },
        element("table", { class: "table resources" },
            element("thead", {}, element("tr", {},
                ...["Name", "State", "Addresses", "Commands", "Started", "Process", "Console and telemetry"].map(title => element("th", { scope: "col" }, title)))),
            rows)));
    let drawn = "";
    const draw = () => {
        // What has not changed is not drawn again: somebody may be at a button of it.
        const now = JSON.stringify(live.resources);
        if (now !== drawn) {
            drawn = now;
            const focused = document.activeElement instanceof HTMLElement && rows.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
            rows.replaceChildren(...live.resources.map(rowOf));
            if (focused) {
                [...rows.querySelectorAll("button")].find(button => button.dataset.key === focused)?.focus();
            }
        }
    };
    live.addEventListener("resources", draw, { signal });
    draw();
}

/** @param {Resource} resource */
function rowOf(resource) {
    const failing = resource.checks.filter(check => check.status !== "Healthy" && check.text);
    const name = encodeURIComponent(resource.name);
    return element("tr", {},
        element("th", { scope: "row" }, resource.name, element("div", { class: "small muted" }, resource.type)),
        element("td", {},
            element("span", { class: "badge", "data-tone": resource.tone }, resource.state),
            resource.exitCode !== null && element("div", { class: "small muted" }, `Exit code ${resource.exitCode}`),
            failing.length > 0 && element("ul", { class: "plain small" }, ...failing.map(check => element("li", {}, `${check.name}: ${check.text}`)))),
        element("td", {}, element("ul", { class: "plain" }, ...resource.addresses.map(address => element("li", {}, address.isLink
            ? element("a", { href: address.url, target: "_blank", rel: "noopener" }, address.text)
            : address.url)))),
        element("td", {}, element("div", { class: "table-actions" }, ...resource.commands.map(command => buttonOf(resource, command)))),
        element("td", {}, resource.started && element("time", { datetime: resource.started }, new Date(resource.started).toLocaleTimeString())),
        element("td", { class: "number" }, resource.processId === null ? "" : String(resource.processId)),
        element("td", {}, element("div", { class: "table-actions" },
            element("a", { href: `#console/${name}`, "aria-label": `Console of ${resource.name}` }, "Console"),
            element("a", { href: `#logs?resource=${name}`, "aria-label": `Logs of ${resource.name}` }, "Logs"),
            element("a", { href: `#traces?resource=${name}`, "aria-label": `Traces of ${resource.name}` }, "Traces"),
            element("a", { href: `#metrics/${name}`, "aria-label": `Metrics of ${resource.name}` }, "Metrics"),
            resource.errors > 0 && element("a", { class: "count", href: `#logs?resource=${name}&severity=17` },
                `${resource.errors} new ${resource.errors === 1 ? "error" : "errors"}`))));
}

/** @param {Resource} resource @param {Command} command */
function buttonOf(resource, command) {
    return element("button", {
        class: `button button-small${command.isHighlighted ? " button-strong" : ""}`,
        title: command.description,
        disabled: !command.isEnabled,
        "data-key": `${resource.name}/${command.name}`,
        "aria-label": `${command.text}: ${resource.name}`,
        onclick: () => void run(resource, command),
    }, command.text);
}

/** @param {Resource} resource @param {Command} command */
async function run(resource, command) {
    if (command.confirmation && !await isSure(`${command.text}: ${resource.name}`, command.confirmation)) {
        return;
    }

    try {
        const result = await tell(`/api/resources/${encodeURIComponent(resource.name)}/commands/${encodeURIComponent(command.name)}`);
        toast(`${command.text} (${resource.name}): ${result.message ?? (result.success ? "done." : "failed.")}`, result.success ? "good" : "bad");
    } catch (error) {
        toast(`${command.text} (${resource.name}): ${error instanceof Error ? error.message : error}`, "bad");
    }
}
