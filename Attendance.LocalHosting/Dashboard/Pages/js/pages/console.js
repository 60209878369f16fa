// @ts-check
import { coloured } from "../ansi.js";
import { element, field } from "../elements.js";
import { resourceChoice } from "../resource-choice.js";

/** @typedef {import("../main.js").Visit} Visit */
/** @typedef {{ lineNumber: number, content: string, isErrorMessage: boolean }} Line */

const linesKept = 10_000;

/** @param {Visit} visit */
export function showConsole({ main, live, path, signal }) {
    const output = element("div", { class: "console", tabindex: 0, role: "region", "aria-label": "What the resource writes" });
    /** @type {EventSource | undefined} */
    let source;
    const open = () => {
        source?.close();
        output.replaceChildren();
        if (!select.value) {
            return;
        }

        // Its address is this page's, so that it can be gone back to; a history of every choice is of no use.
        history.replaceState(null, "", `#console/${encodeURIComponent(select.value)}`);
        source = new EventSource(`/api/console/${encodeURIComponent(select.value)}`);
        source.onopen = () => output.replaceChildren(); // after a break all lines come once more
        source.onmessage = event => add(output, JSON.parse(event.data));
    };
    const select = resourceChoice(live, path[0] ?? "", null, signal, () => open());
    main.append(element("form", { class: "search" }, field("Resource", select)), output);
    signal.addEventListener("abort", () => source?.close());
    open();
}

/** @param {HTMLElement} output @param {Line[]} lines */
function add(output, lines) {
    const isAtEnd = output.scrollTop + output.clientHeight >= output.scrollHeight - 40;
    output.append(...lines.map(line =>
        element("div", { "data-line": line.lineNumber, class: line.isErrorMessage ? "error" : null }, element("span", {}, ...coloured(line.content)))));
    for (let over = output.childElementCount - linesKept; over > 0; over--) {
        output.firstElementChild?.remove();
    }

    if (isAtEnd) {
        output.scrollTop = output.scrollHeight;
    }
}
