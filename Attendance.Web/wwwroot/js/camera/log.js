// @ts-check

/**
 * Writes to the console if `localStorage.camera_debug` is `'true'`. Never pass it an id that is a secret.
 * @param {unknown[]} words
 */
export function log(...words) {
    try {
        if (localStorage.getItem('camera_debug') === 'true') {
            console.info('[camera]', new Date().toISOString(), ...words);
        }
    } catch {
        // Storage is switched off, so the log is off too.
    }
}
