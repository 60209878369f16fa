// @ts-check
import { drawScaled } from '../camera/scaled-picture.js';

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('./shot-sender.js').Claim} Claim
 */

const jpegQuality = 0.92;
/** The longest side of a picture, in pixels. More pixels show no more of a face and take long to send. */
const longestSide = 1920;

/** The live picture of the camera in use, and the claim under which frames of it are taken. */
export class LivePicture {
    /** @type {CameraSession | null} */
    #camera = null;
    /** @type {HTMLVideoElement | HTMLCanvasElement | null} */
    #source = null;
    #attachment = new AbortController();

    /** The proof that the camera is held; null while there is no live picture. @returns {Claim | null} */
    get claim() {
        return this.#camera?.state === 'live' && this.#camera.pictureState === 'showing' ? this.#camera.claim : null;
    }

    /** Whether the camera is open. */
    get isOpen() {
        return this.#camera?.state === 'live' || this.#camera?.state === 'paused';
    }

    /**
     * Uses this camera from now on, instead of any earlier one.
     * @param {CameraSession} camera
     * @param {HTMLVideoElement | HTMLCanvasElement} source the element that shows its picture
     * @param {{ onChange: () => void, onFrame: () => void, signal: AbortSignal }} listeners
     */
    attach(camera, source, { onChange, onFrame, signal: lifetime }) {
        this.#attachment.abort();
        this.#attachment = new AbortController();
        const signal = AbortSignal.any([this.#attachment.signal, lifetime]);
        this.#camera = camera;
        this.#source = source;
        camera.addEventListener('statechange', onChange, { signal });
        camera.addEventListener('picturechange', onChange, { signal });
        camera.addEventListener('stopping', onChange, { signal });
        camera.addEventListener('frame', onFrame, { signal });
    }

    /** Gives the camera back. */
    release() {
        void this.#camera?.release('client');
    }

    /**
     * Copies the current frame as the camera sees it, never mirrored.
     * @param {HTMLCanvasElement} canvas
     * @returns {boolean} false if there is no frame
     */
    grab(canvas) {
        canvas.getContext('2d', { willReadFrequently: true }); // the first call decides, and the pixels are measured
        return this.#source !== null && drawScaled(this.#source, canvas, longestSide);
    }
}

/** @param {HTMLCanvasElement} canvas @returns {Promise<Blob | null>} the JPEG; null if the browser cannot encode it */
export function encodeJpeg(canvas) {
    return new Promise(resolve => canvas.toBlob(resolve, 'image/jpeg', jpegQuality));
}
