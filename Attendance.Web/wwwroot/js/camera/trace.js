// @ts-check

/**
 * The trace of one borrowing: the servers group all requests that are sent with it. The page sends no spans of its own, so the parent
 * span of those requests is never recorded.
 */
export class Trace {
    #parent = `00-${hex(16)}-${hex(8)}-01`;

    /**
     * For requests that a page makes by itself every few seconds. W3C's flag "not sampled" keeps the servers from tracing them, so that
     * the actions of people are easy to find.
     */
    static unsampled = {
        get headers() {
            return { traceparent: `00-${hex(16)}-${hex(8)}-00` };
        },
    };

    /** The request headers as defined by W3C Trace Context. */
    get headers() {
        return { traceparent: this.#parent };
    }
}

/** @param {number} bytes */
function hex(bytes) {
    return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), byte => byte.toString(16).padStart(2, '0')).join('');
}
