// @ts-check

/**
 * Offers the newest picture of a peer on a socket, to the one process that reads it. A picture that would have to wait is dropped: whoever
 * reads slowly gets fewer pictures, and no old ones.
 *
 * Each picture is a head of 16 bytes, little-endian: width, height, bytes that follow, 0 for I420. Then come its planes.
 */
export class FrameServer {
    /** @type {import('node:net').Server | null} */
    #server = null;
    #isClosed = false;
    /** @type {import('node:net').Socket | null} */
    #reader = null;
    /** @type {Buffer[] | null} */
    #newest = null;
    /** @type {(() => void)[]} */
    #closing = [];

    /** @param {import('node:net').Server} server */
    listen(server) {
        if (this.#isClosed) {
            server.close();
            return;
        }
        this.#server = server;
        server.on('connection', reader => {
            this.#reader?.destroy(); // the former reader is gone, or about to
            this.#reader = reader;
            reader.on('error', () => reader.destroy());
            reader.resume(); // sees its end
            this.#send();
        });
    }

    /** @param {{ width: number, height: number, data: Uint8Array | Uint8ClampedArray }} frame */
    show({ width, height, data }) {
        const head = Buffer.alloc(16);
        head.writeUInt32LE(width, 0);
        head.writeUInt32LE(height, 4);
        head.writeUInt32LE(data.length, 8);
        this.#newest = [head, Buffer.from(data)];
        this.#send();
    }

    /** @param {() => void} act */
    onClose(act) {
        this.#closing.push(act);
    }

    close() {
        this.#isClosed = true;
        this.#closing.splice(0).forEach(act => act());
        this.#reader?.destroy();
        this.#server?.close();
    }

    #send() {
        const reader = this.#reader;
        if (this.#newest && reader && !reader.destroyed && reader.writableLength === 0) {
            reader.cork();
            this.#newest.forEach(part => reader.write(part));
            reader.uncork();
        }
    }
}
