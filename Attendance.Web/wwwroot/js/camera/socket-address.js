// @ts-check

/** Returns the address of a WebSocket of this page's server. @param {string} path */
export function socketAddress(path) {
    const address = new URL(path, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    return address;
}
