// @ts-check
import { request } from './api.js';
import { readFrames } from './mjpeg.js';
import { delay } from './timing.js';

const stillEveryMs = 250;

/** Draws the newest frame of a stream on a canvas. Frames that arrive while one is being drawn replace each other. */
export class Picture {
    /** @type {HTMLCanvasElement} */
    #canvas;
    /** @type {Blob | null} */
    #newest = null;
    #drawing = false;

    /** The number of frames that were not shown because they belong to an earlier holder of the camera. */
    refused = 0;
    drawn = 0;
    dropped = 0;

    /** @param {HTMLCanvasElement} canvas */
    constructor(canvas) {
        this.#canvas = canvas;
    }

    /**
     * Shows the stream until it ends or `signal` aborts.
     * @param {string} url
     * @param {number} fencingToken this holder's token; frames with a lower token come from an earlier holder
     * @param {AbortSignal} signal
     * @param {(width: number, height: number) => void} onDrawn called after each frame that is drawn
     * @throws {import('./api.js').Problem} when the stream is refused
     */
    async show(url, fencingToken, signal, onDrawn) {
        const response = await request(url, { signal, headers: { Accept: 'multipart/x-mixed-replace' } });
        for await (const frame of readFrames(response)) {
            if (frame.fencingToken < fencingToken) {
                this.refused++;
                continue;
            }
            if (this.#newest) {
                this.dropped++;
            }
            this.#newest = frame.image;
            void this.#draw(signal, onDrawn);
        }
    }

    /**
     * Shows `count` single pictures instead of a stream, so that each request uses a connection only briefly.
     * @param {string} url
     * @param {number} fencingToken
     * @param {number} count
     * @param {AbortSignal} signal
     * @param {(width: number, height: number) => void} onDrawn
     */
    async showStills(url, fencingToken, count, signal, onDrawn) {
        for (let i = 0; i < count; i++) {
            const response = await request(url, { signal });
            if (Number(response.headers.get('X-Fencing-Token') ?? NaN) < fencingToken) {
                this.refused++;
            } else {
                this.#newest = await response.blob();
                await this.#draw(signal, onDrawn);
            }
            await delay(stillEveryMs, signal);
        }
    }

    /**
     * @param {CanvasImageSource} image
     * @param {number} width
     * @param {number} height
     */
    paint(image, width, height) {
        const canvas = this.#canvas;
        if (canvas.width !== width || canvas.height !== height) {
            canvas.width = width;
            canvas.height = height;
        }
        canvas.getContext('2d')?.drawImage(image, 0, 0);
        this.drawn++;
    }

    clear() {
        this.#newest = null;
        this.#canvas.getContext('2d')?.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    }

    /**
     * @param {AbortSignal} signal
     * @param {(width: number, height: number) => void} onDrawn
     */
    async #draw(signal, onDrawn) {
        if (this.#drawing) {
            return;
        }
        this.#drawing = true;
        try {
            while (this.#newest && !signal.aborted) {
                const image = this.#newest;
                this.#newest = null;
                const bitmap = await createImageBitmap(image).catch(() => null); // skips a damaged frame, because the next one comes soon
                if (!bitmap) {
                    continue;
                }
                if (!signal.aborted) {
                    this.paint(bitmap, bitmap.width, bitmap.height);
                    onDrawn(bitmap.width, bitmap.height);
                }
                bitmap.close();
            }
        } finally {
            this.#drawing = false;
        }
    }
}
