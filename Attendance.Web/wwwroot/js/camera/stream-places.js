// @ts-check

/**
 * The number of streams at a time. Over HTTP/1.1, a browser has six connections to a host for all its windows together, and a stream keeps
 * one for as long as it lasts. If streams kept all six, no page of the host would load any more, without an error message. So streams
 * share four places, and a page without a place shows no stream.
 */
const places = 4;

/** @returns {boolean} whether all requests share one connection, as with HTTP/2 and HTTP/3 */
function isShared() {
    const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
    return page !== undefined && /^h[23]/.test(page.nextHopProtocol);
}

/**
 * Takes a place and keeps it until the signal aborts.
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false if other windows have all places
 */
export async function takeStreamPlace(signal) {
    if (isShared() || !navigator.locks) { // an insecure page has no locks, so places are not counted there
        return true;
    }
    for (let place = 0; place < places; place++) {
        /** @type {boolean} */
        const isOurs = await new Promise(resolve => {
            navigator.locks.request(`attendance-stream-${place}`, { ifAvailable: true }, lock => {
                resolve(lock !== null);
                return lock && !signal.aborted
                    ? new Promise(free => signal.addEventListener('abort', () => free(undefined), { once: true }))
                    : undefined;
            }).catch(() => resolve(true)); // a browser that refuses locks is treated as one without locks
        });
        if (isOurs) {
            return true;
        }
    }
    return false;
}
