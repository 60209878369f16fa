// @ts-check
import wrtc from '@roamhq/wrtc';
import { listening } from './listening.js';
import { PictureReader } from './picture-reader.js';

const { nonstandard: { RTCVideoSource } } = wrtc;

/** A camera that is watched: the pictures that its capture worker sends on a socket, as a video for any number of peers. */
export class WatchedCamera {
    #source = new RTCVideoSource();
    /** @type {import('node:net').Server | null} */
    #server = null;
    /** @type {import('node:net').Socket | null} */
    #worker = null;
    /** @type {{ width: number, height: number, data: Uint8Array } | null} */
    #newest = null;
    #isClosed = false;
    /** Resolves when workers can connect. */
    ready;
    /** The names of the peers that watch. */
    viewers = new Set();

    /** @param {string} socket */
    constructor(socket) {
        this.ready = this.#listen(socket);
    }

    track() {
        return this.#source.createTrack();
    }

    /** Shows the newest picture once more, to a peer that has just connected: the next one may be far off. */
    showAgain() {
        if (this.#newest) {
            this.#source.onFrame(this.#newest);
        }
    }

    close() {
        this.#isClosed = true;
        this.#worker?.destroy();
        this.#server?.close();
    }

    /** @param {string} path */
    async #listen(path) {
        const server = await listening(path);
        if (this.#isClosed) {
            server.close();
            return;
        }
        this.#server = server;
        server.on('connection', worker => {
            this.#worker?.destroy(); // the former worker is gone, or about to
            this.#worker = worker;
            const reader = new PictureReader(picture => {
                this.#newest = picture;
                this.#source.onFrame(picture);
            });
            worker.on('error', () => worker.destroy());
            worker.on('data', bytes => {
                try {
                    reader.take(bytes);
                } catch {
                    worker.destroy();
                }
            });
        });
    }
}
