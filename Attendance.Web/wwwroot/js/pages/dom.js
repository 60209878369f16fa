// @ts-check

/**
 * The element that the page's markup promises.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function element(id, type) {
    const found = document.getElementById(id);
    if (!(found instanceof type)) {
        throw new Error(`This page has no ${type.name} #${id}.`);
    }
    return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className, text) {
    const made = document.createElement(tag);
    if (className) {
        made.className = className;
    }
    if (text) {
        made.textContent = text;
    }
    return made;
}

/**
 * Writes only what is new: the rest costs a layout, and is read out again where it is a status.
 * @param {Element} target
 * @param {string} text
 */
export function write(target, text) {
    if (target.textContent !== text) {
        target.textContent = text;
    }
}
