// @ts-check

/** What the server's clock is ahead of this device's, in ms. Times come from the server, and this device's clock may be hours off. */
let ahead = 0;

/**
 * Learns the server's time from an answer of it, to the second.
 * @param {Response} response
 */
export function hearTime(response) {
    const told = Date.parse(response.headers.get('Date') ?? '');
    if (Number.isFinite(told)) {
        const difference = told - Date.now();
        ahead = Math.abs(difference - ahead) > 2000 ? difference : ahead; // it is told to the second: what is less is no difference
    }
}

/** @returns {number} the server's time, in ms since 1970 */
export function serverNow() {
    return Date.now() + ahead;
}
