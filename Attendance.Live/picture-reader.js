// @ts-check

const headBytes = 16;
const largestSide = 8192;

/**
 * Takes pictures out of the bytes of a capture worker's socket. Each has a head of 16 bytes, little-endian: width, height, bytes that follow, 0.
 * Then come the planes of I420. A worker parses what cameras send, so what it says is not trusted.
 */
export class PictureReader {
    #show;
    #head = Buffer.alloc(headBytes);
    /** @type {Uint8Array | null} */
    #planes = null;
    #read = 0;

    /** @param {(picture: { width: number, height: number, data: Uint8Array }) => void} show */
    constructor(show) {
        this.#show = show;
    }

    /**
     * @param {Buffer} bytes
     * @throws {RangeError} when they are no picture
     */
    take(bytes) {
        while (bytes.length > 0) {
            if (this.#planes === null) {
                const taken = bytes.copy(this.#head, this.#read);
                this.#read += taken;
                bytes = bytes.subarray(taken);
                if (this.#read === headBytes) {
                    this.#begin();
                }
            } else {
                const taken = Math.min(bytes.length, this.#planes.length - this.#read);
                this.#planes.set(bytes.subarray(0, taken), this.#read);
                this.#read += taken;
                bytes = bytes.subarray(taken);
                if (this.#read === this.#planes.length) {
                    const data = this.#planes;
                    [this.#planes, this.#read] = [null, 0];
                    this.#show({ width: this.#head.readUInt32LE(0), height: this.#head.readUInt32LE(4), data });
                }
            }
        }
    }

    #begin() {
        const [width, height, length] = [this.#head.readUInt32LE(0), this.#head.readUInt32LE(4), this.#head.readUInt32LE(8)];
        if (width < 2 || height < 2 || width > largestSide || height > largestSide || width % 2 || height % 2 || length !== width * height * 1.5) {
            throw new RangeError('A capture worker sent what is no picture.');
        }
        [this.#planes, this.#read] = [new Uint8Array(length), 0];
    }
}
