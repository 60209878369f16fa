// @ts-check

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * An element with what is in it. Texts become text nodes: nothing that a resource says is ever read as HTML.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {Record<string, string | boolean | number | null | undefined | EventListener>} [properties] attributes, or listeners as "onclick"
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(name, properties = {}, ...children) {
    const created = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
        if (typeof value === "function") {
            created.addEventListener(key.slice(2), value);
        } else if (value === true) {
            created.setAttribute(key, "");
        } else if (value !== false && value !== null && value !== undefined) {
            created.setAttribute(key, String(value));
        }
    }

    created.append(...children.filter(child => child !== null && child !== undefined && child !== false));
    return created;
}

/**
 * An element of the page, which is there.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function known(id, type) {
    const found = document.getElementById(id);
    if (!(found instanceof type)) {
        throw new Error(`#${id} is missing.`);
    }

    return found;
}

/**
 * A list of names and values.
 * @param {Record<string, string | number | null | undefined>} facts those without a value are left out
 */
export function factList(facts) {
    return element("dl", { class: "facts" }, ...Object.entries(facts)
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, String(value))]));
}

/**
 * A field with its label.
 * @param {string} label
 * @param {HTMLInputElement | HTMLSelectElement} input
 */
export function field(label, input) {
    input.id ||= `field-${label.toLowerCase().replace(/\W+/g, "-")}`;
    return element("div", { class: "field" }, element("label", { for: input.id }, label), input);
}

/**
 * @param {{ value: string, text: string }[]} options
 * @param {string} chosen
 */
export function choice(options, chosen) {
    return element("select", {}, ...options.map(option =>
        element("option", { value: option.value, selected: option.value === chosen }, option.text)));
}
