// @ts-check

/**
 * Says what happens, where somebody has asked for it: `localStorage.camera_debug = 'true'`. Never an id that is a secret.
 * @param {unknown[]} words
 */
export function log(...words) {
    try {
        if (localStorage.getItem('camera_debug') === 'true') {
            console.info('[camera]', new Date().toISOString(), ...words);
        }
    } catch {
        // Storage is switched off, and with it the log.
    }
}
