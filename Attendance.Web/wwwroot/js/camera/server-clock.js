// @ts-check

/** How far the server's clock is ahead of this device's, in ms. Times come from the server, and this device's clock may be hours off. */
let ahead = 0;

/**
 * Learns the server's time, to the second, from the Date header of an answer.
 * @param {Response} response
 */
export function hearTime(response) {
    const told = Date.parse(response.headers.get('Date') ?? '');
    if (Number.isFinite(told)) {
        const difference = told - Date.now();
        ahead = Math.abs(difference - ahead) > 2000 ? difference : ahead; // the header is precise to the second, so a smaller change means nothing
    }
}

/** @returns {number} the server's time, in ms since 1970 */
export function serverNow() {
    return Date.now() + ahead;
}
