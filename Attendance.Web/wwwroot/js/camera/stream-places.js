// @ts-check

/**
 * Over HTTP/1.1 a browser has six connections to a host, all its windows together, and a stream keeps one for as long as it lasts. Were
 * all six kept, no page of the host would load any more, and none would say why. So streams share four places; who has none goes without.
 */
const places = 4;

/** @returns {boolean} HTTP/2 and 3 have one connection for everything */
function isShared() {
    const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
    return page !== undefined && /^h[23]/.test(page.nextHopProtocol);
}

/**
 * Takes a place until the signal says that it is free again.
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false where other windows have all of them
 */
export async function takeStreamPlace(signal) {
    if (isShared() || !navigator.locks) { // no locks on a page that is not secure: there nobody counts
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
            }).catch(() => resolve(true)); // a browser that refuses locks: as without them
        });
        if (isOurs) {
            return true;
        }
    }
    return false;
}
