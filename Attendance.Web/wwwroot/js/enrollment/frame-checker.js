// @ts-check
import { log } from '../camera/log.js';
import { FaceFinder } from './face-finder.js';
import { figuresOf } from './shot-figures.js';

/** The least time between the starts of two checks. It leaves a slow machine half of its time for everything else. */
const checkEveryMs = 100;
const failuresBeforeGivingUp = 3;

/** Checks frames with the face finder, one at a time. Gives the face finder up when it cannot be loaded or fails repeatedly. */
export class FrameChecker {
    #finder = new FaceFinder();
    #onFailed;
    /** @type {'loading' | 'ready' | 'failed'} */
    #state = 'loading';
    #isChecking = false;
    #startedAt = -Infinity;
    #failures = 0;

    /** @param {() => void} onFailed called when the face finder is given up */
    constructor(onFailed) {
        this.#onFailed = onFailed;
    }

    get state() {
        return this.#state;
    }

    /** @returns {Promise<boolean>} whether the face finder is ready */
    async load() {
        try {
            await this.#finder.load();
            this.#state = 'ready';
        } catch (error) {
            this.#fail(error);
        }
        return this.#state === 'ready';
    }

    /**
     * Runs a check. Skips it if another one is running or has just started, or if the face finder is not ready.
     * @param {() => Promise<void>} check
     */
    async run(check) {
        if (this.#state !== 'ready' || this.#isChecking || performance.now() - this.#startedAt < checkEveryMs) {
            return;
        }
        this.#isChecking = true;
        this.#startedAt = performance.now();
        try {
            await check();
        } catch (error) {
            if (++this.#failures >= failuresBeforeGivingUp) {
                this.#fail(error);
            }
        } finally {
            this.#isChecking = false;
        }
    }

    /** Finds and measures the faces in a frame. @param {HTMLCanvasElement} frame */
    async measure(frame) {
        const faces = await this.#finder.find(frame);
        const context = /** @type {CanvasRenderingContext2D} */ (frame.getContext('2d', { willReadFrequently: true }));
        const figures = figuresOf(faces, frame.width, frame.height, ({ left, top, width, height }) => context.getImageData(left, top, width, height));
        this.#failures = 0;
        return figures;
    }

    /** @param {HTMLCanvasElement | HTMLImageElement} picture */
    find(picture) {
        return this.#finder.find(picture);
    }

    /** @param {unknown} error */
    #fail(error) {
        log('face finder:', String(error));
        this.#state = 'failed';
        this.#onFailed();
    }
}
