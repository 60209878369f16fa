// @ts-check
import { element } from "../elements.js";
import { ask } from "../server.js";

/**
 * Why there is nothing to see: there may be nothing, or it may go elsewhere.
 * @param {string} text
 * @param {AbortSignal} signal
 */
export function nothingYet(text, signal) {
    const said = element("p", { class: "empty", hidden: true }, text);
    ask("/api/about", signal).then(about => {
        if (about.collector) {
            said.textContent = `Telemetry goes to the collector that was asked for (${about.collector}), not here.`;
        }
    }, () => {});
    return said;
}
