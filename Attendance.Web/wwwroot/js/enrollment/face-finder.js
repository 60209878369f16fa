// @ts-check
import { log } from '../camera/log.js';
import { isUpright, poseOf } from './shot-figures.js';

/**
 * @typedef {import('./shot-figures.js').Face} Face
 * @typedef {import('./shot-figures.js').Point} Point
 * @typedef {import('/lib/human/human.esm.js').Human} Human
 * @typedef {HTMLCanvasElement | HTMLImageElement} Picture
 */

/** The side of the model's input. The picture is padded to a square here, because the model would squeeze it and distort every angle. */
const sidePx = 256;
/** The library reports some of its failures by never answering. */
const answerWithinMs = 15_000;
const mostFaces = 5;

/** @type {Partial<import('/lib/human/human.esm.js').Config>} */
const config = {
    backend: 'wasm',
    wasmPath: '/lib/tfjs-wasm/',
    modelBasePath: '/lib/human/',
    cacheModels: false,
    cacheSensitivity: 0, // every frame is analysed afresh
    debug: false,
    async: false,
    filter: { enabled: false },
    gesture: { enabled: false },
    face: {
        enabled: true,
        detector: { modelPath: 'blazeface.json', rotation: false, maxDetected: mostFaces, minConfidence: 0.5, return: false },
        mesh: { enabled: false },
        attention: { enabled: false },
        iris: { enabled: false },
        description: { enabled: false },
        emotion: { enabled: false },
        antispoof: { enabled: false },
        liveness: { enabled: false },
    },
    body: { enabled: false },
    hand: { enabled: false },
    object: { enabled: false },
    segmentation: { enabled: false },
};

/** The library, loaded once per page for all finders. @type {Promise<Human> | null} */
let loading = null;

/** Finds faces in pictures, on this device. */
export class FaceFinder {
    #square = Object.assign(document.createElement('canvas'), { width: sidePx, height: sidePx });
    /** @type {Promise<unknown>} */
    #last = Promise.resolve();

    /**
     * Loads and warms up the library and its model.
     * @throws if WebAssembly or the library is not available
     */
    async load() {
        await (loading ??= open());
    }

    /**
     * Finds the faces in a picture. Calls run one after the other.
     * @param {Picture} picture
     * @returns {Promise<Face[]>} the faces, the largest first, in pixels of the picture
     */
    find(picture) {
        const found = this.#last.then(() => this.#find(picture));
        this.#last = found.catch(() => {});
        return found;
    }

    /** @param {Picture} picture */
    async #find(picture) {
        const human = await (loading ??= open());
        const [width, height] = picture instanceof HTMLImageElement
            ? [picture.naturalWidth, picture.naturalHeight]
            : [picture.width, picture.height];
        const scale = sidePx / Math.max(width, height);
        const [left, top] = [(sidePx - width * scale) / 2, (sidePx - height * scale) / 2];
        const context = contextOf(this.#square);
        context.fillRect(0, 0, sidePx, sidePx);
        context.drawImage(picture, left, top, width * scale, height * scale);

        const result = await detect(human, this.#square);
        /** @param {readonly (number | undefined)[]} point @returns {Point} */
        const inPicture = ([x = NaN, y = NaN]) => ({ x: (x - left) / scale, y: (y - top) / scale });
        return result.face
            .map(({ annotations: { leftEye, rightEye, nose, mouth } }) => {
                const [left, right] = [inPicture(leftEye[0]), inPicture(rightEye[0])].sort((one, other) => one.x - other.x);
                return { leftEye: left, rightEye: right, nose: inPicture(nose[0]), mouth: inPicture(mouth[0]) };
            })
            .filter(isUpright)
            .sort((one, other) => poseOf(other).extent - poseOf(one).extent);
    }
}

/** @returns {Promise<Human>} */
async function open() {
    const started = performance.now();
    const { Human } = await import('/lib/human/human.esm.js');
    const human = new Human(config);
    await answered(human.load());
    // If a part cannot be loaded, the library continues without it and reports that only in the console.
    if (human.tf.getBackend() !== 'wasm' || human.models.loaded().length !== 1) {
        throw new Error('The face finder could not be loaded.');
    }
    const blank = Object.assign(document.createElement('canvas'), { width: sidePx, height: sidePx });
    contextOf(blank).fillRect(0, 0, sidePx, sidePx);
    await detect(human, blank); // warm-up: the first detection takes ten times as long
    log(`face finder: ready after ${Math.round(performance.now() - started)} ms`);
    return human;
}

/**
 * @param {Human} human
 * @param {HTMLCanvasElement} canvas
 */
async function detect(human, canvas) {
    const result = await answered(human.detect(canvas));
    if (result.error) {
        throw new Error(result.error);
    }
    return result;
}

/**
 * @template T
 * @param {Promise<T>} asked
 * @returns {Promise<T>}
 */
async function answered(asked) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('The face finder does not answer.')), answerWithinMs);
    try {
        return await Promise.race([
            asked,
            new Promise((_, reject) => late.signal.addEventListener('abort', () => reject(late.signal.reason), { once: true })),
        ]);
    } finally {
        clearTimeout(timer);
    }
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context) {
        throw new Error('This browser has no canvas to look for faces on.');
    }
    context.imageSmoothingQuality = 'high';
    return context;
}
