// @ts-check

/**
 * Returns the element with this id. Throws if the page has no such element of this type.
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
 * Hands over the secret that stands behind the # of a link, where it is in no address that a server or a proxy writes down, and takes it out of the
 * page's address. A second link in the same page counts too.
 * @param {RegExp} form what the secret looks like
 * @param {(secret: string) => void} use
 */
export function takeFromLink(form, use) {
    const look = () => {
        const secret = location.hash.slice(1);
        if (location.hash !== '') {
            history.replaceState(null, '', location.pathname);
        }
        if (form.test(secret)) {
            use(secret);
        }
    };
    addEventListener('hashchange', look);
    look();
}

/**
 * Writes text only if it has changed. Writing the same text costs a layout, and screen readers read out a status again.
 * @param {Element} target
 * @param {string} text
 */
export function write(target, text) {
    if (target.textContent !== text) {
        target.textContent = text;
    }
}
