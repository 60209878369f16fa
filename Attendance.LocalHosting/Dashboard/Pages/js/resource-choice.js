// @ts-check
import { choice } from "./elements.js";

/** @typedef {import("./live.js").Live} Live */

/**
 * A choice among the resources that knows those that come later.
 * @param {Live} live
 * @param {string} chosen
 * @param {string | null} any what choosing none is called; null where one must be chosen
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function resourceChoice(live, chosen, any, signal, changed) {
    const select = choice([], "");
    select.id = "field-resource";
    /** @returns {boolean} whether it is another one now */
    function fill() {
        const options = live.resources.map(resource => ({ value: resource.name, text: resource.name }));
        if (any !== null) {
            options.unshift({ value: "", text: any });
        }

        const now = select.options.length > 0 ? select.value : chosen;
        if (options.map(option => option.value).join() !== [...select.options].map(option => option.value).join()) {
            const before = select.value;
            select.replaceChildren(...choice(options, "").children);
            select.value = options.some(option => option.value === now) ? now : options[0]?.value ?? ""; // moved options choose themselves
            return select.value !== before;
        }

        return false;
    }

    live.addEventListener("resources", () => {
        if (fill()) {
            changed();
        }
    }, { signal });
    select.addEventListener("change", changed, { signal });
    fill();
    return select;
}
