// @ts-check

/**
 * One frame of a `multipart/x-mixed-replace` stream.
 * @typedef {object} Frame
 * @property {Blob} image
 * @property {number} fencingToken NaN if the part has no token
 * @property {number} sequence NaN if the part has no sequence number
 * @property {string | null} timestamp
 */

const headLimit = 8 * 1024;
const imageLimit = 32 * 1024 * 1024;
const decoder = new TextDecoder('latin1');

/**
 * Reads frames until the stream ends. An end in the middle of a frame is not an error, because a camera that is released may stop
 * at any time.
 * @param {Response} response
 * @returns {AsyncGenerator<Frame, void, void>}
 */
export async function* readFrames(response) {
    const boundary = boundaryOf(response.headers.get('Content-Type') ?? '');
    if (!response.body) {
        return;
    }
    const input = new Input(response.body.getReader());
    try {
        for (;;) {
            if (!await input.skipPast(`--${boundary}`)) {
                return;
            }
            const head = await input.readHead();
            if (head === null || head.end) {
                return;
            }
            const length = Number(head.fields.get('content-length') ?? NaN);
            if (length > imageLimit) {
                throw new RangeError('A frame is larger than any camera sends.');
            }
            const image = Number.isInteger(length)
                ? await input.read(length)
                : await input.readUntil(`\r\n--${boundary}`);
            if (image === null) {
                return;
            }
            yield {
                image: new Blob([image], { type: head.fields.get('content-type') ?? 'image/jpeg' }),
                fencingToken: Number(head.fields.get('x-fencing-token') ?? NaN),
                sequence: Number(head.fields.get('x-sequence') ?? NaN),
                timestamp: head.fields.get('x-timestamp') ?? null,
            };
        }
    } finally {
        input.cancel();
    }
}

/** @param {string} contentType */
function boundaryOf(contentType) {
    const match = /^multipart\/[^;]+;(?:.*;)?\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
    const boundary = match?.[1] ?? match?.[2];
    if (!boundary) {
        throw new TypeError('The answer is not a stream of frames.');
    }
    return boundary.replace(/^--/, ''); // some servers write the dashes into the header as well
}

/** Holds the bytes that have arrived and are not used yet, in one buffer that grows to the largest frame and keeps that size. */
class Input {
    #reader;
    #bytes = new Uint8Array(64 * 1024);
    #start = 0;
    #end = 0;

    /** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
    constructor(reader) {
        this.#reader = reader;
    }

    cancel() {
        this.#reader.cancel().catch(() => {});
    }

    /**
     * @param {string} text
     * @returns {Promise<boolean>} false at the end of the stream
     */
    async skipPast(text) {
        for (;;) {
            const at = this.#indexOf(text, 0);
            if (at >= 0) {
                this.#start += at + text.length;
                return true;
            }
            this.#start = Math.max(this.#start, this.#end - text.length + 1);
            if (!await this.#more()) {
                return false;
            }
        }
    }

    /** @returns {Promise<{ end: boolean, fields: Map<string, string> } | null>} null at the end of the stream */
    async readHead() {
        while (this.#end - this.#start < 2) {
            if (!await this.#more()) {
                return null;
            }
        }
        if (decoder.decode(this.#bytes.subarray(this.#start, this.#start + 2)) === '--') {
            return { end: true, fields: new Map() };
        }
        const bytes = await this.readUntil('\r\n\r\n', headLimit);
        if (bytes === null) {
            return null;
        }
        this.#start += 4;
        const fields = new Map();
        for (const line of decoder.decode(bytes).split('\r\n')) {
            const colon = line.indexOf(':');
            if (colon > 0) {
                fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
            }
        }
        return { end: false, fields };
    }

    /**
     * @param {number} length
     * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null if the stream ends before that
     */
    async read(length) {
        while (this.#end - this.#start < length) {
            if (!await this.#more()) {
                return null;
            }
        }
        const taken = this.#bytes.slice(this.#start, this.#start + length);
        this.#start += length;
        return taken;
    }

    /**
     * Takes the bytes before `text`; `text` itself stays in the buffer.
     * @param {string} text
     * @param {number} [limit]
     * @returns {Promise<Uint8Array<ArrayBuffer> | null>} null if the stream ends before that
     */
    async readUntil(text, limit = imageLimit) {
        let searched = 0;
        for (;;) {
            const at = this.#indexOf(text, searched);
            if (at >= 0) {
                return this.read(at);
            }
            searched = Math.max(0, this.#end - this.#start - text.length + 1);
            if (searched > limit) {
                throw new RangeError('A part of the stream does not end.');
            }
            if (!await this.#more()) {
                return null;
            }
        }
    }

    /**
     * @param {string} text
     * @param {number} from relative to the unused bytes
     */
    #indexOf(text, from) {
        const first = text.charCodeAt(0);
        const last = this.#end - text.length;
        for (let at = this.#bytes.indexOf(first, this.#start + from); at >= 0 && at <= last; at = this.#bytes.indexOf(first, at + 1)) {
            let same = 1;
            while (same < text.length && this.#bytes[at + same] === text.charCodeAt(same)) {
                same++;
            }
            if (same === text.length) {
                return at - this.#start;
            }
        }
        return -1;
    }

    async #more() {
        const { done, value } = await this.#reader.read();
        if (done) {
            return false;
        }
        this.#reserve(value.length);
        this.#bytes.set(value, this.#end);
        this.#end += value.length;
        return true;
    }

    /** @param {number} length */
    #reserve(length) {
        const used = this.#end - this.#start;
        if (this.#end + length <= this.#bytes.length) {
            return;
        }
        const target = used + length <= this.#bytes.length
            ? this.#bytes
            : new Uint8Array(Math.max(used + length, this.#bytes.length * 2));
        target.set(this.#bytes.subarray(this.#start, this.#end));
        this.#bytes = target;
        this.#start = 0;
        this.#end = used;
    }
}
