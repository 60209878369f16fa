// @ts-check
import { known } from "./elements.js";

/**
 * Asks before something is done that cannot be undone.
 * @param {string} title
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export function isSure(title, text) {
    const dialog = known("question", HTMLDialogElement);
    known("question-title", HTMLElement).textContent = title;
    known("question-text", HTMLElement).textContent = text;
    dialog.returnValue = "no"; // what Escape means
    dialog.showModal();
    return new Promise(resolve => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
