// @ts-check

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>} rejects when aborted
 */
export function delay(ms, signal) {
    return new Promise((resolve, reject) => {
        if (signal.aborted) {
            reject(signal.reason);
            return;
        }
        const onAbort = () => {
            clearTimeout(timer);
            reject(signal.reason);
        };
        const timer = setTimeout(() => {
            signal.removeEventListener('abort', onAbort); // the signal may live for hours
            resolve();
        }, ms);
        signal.addEventListener('abort', onAbort, { once: true });
    });
}

/**
 * Varies a delay at random by up to 25 % either way, so that many pages do not act at the same moment.
 * @param {number} ms
 */
export function jittered(ms) {
    return ms * (0.75 + Math.random() / 2);
}
