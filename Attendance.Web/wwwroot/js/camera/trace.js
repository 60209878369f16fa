// @ts-check

/**
 * One borrowing as the servers trace it: what is sent under it belongs together there. A page sends no spans of its own, so
 * that all of it hangs on one that nobody has seen.
 */
export class Trace {
    #parent = `00-${hex(16)}-${hex(8)}-01`;

    /**
     * For what a page asks by itself every few seconds: W3C's flag "not sampled" keeps the servers from tracing it, so that what
     * people do is easy to find.
     */
    static unsampled = {
        get headers() {
            return { traceparent: `00-${hex(16)}-${hex(8)}-00` };
        },
    };

    /** As W3C's Trace Context has it. */
    get headers() {
        return { traceparent: this.#parent };
    }
}

/** @param {number} bytes */
function hex(bytes) {
    return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), byte => byte.toString(16).padStart(2, '0')).join('');
}
