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
