// @ts-check
import { Problem, request } from '../camera/api.js';
import { drawScaled } from '../camera/scaled-picture.js';
import { Trace } from '../camera/trace.js';

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('./answers.js').Answer} Answer
 */

/** The longest side of a frame, in pixels: enough for a face at arm's length, and quick to send. */
const longestSide = 640;
const jpegQuality = 0.85;
/** The shortest time between the beginnings of two frames. */
const everyMs = 150;
const answerWithinMs = 5000;

/** Sends frames of the camera in use, one after the other, and hands on what the server says of them. */
export class FrameSender {
    #token;
    #told;
    #failed;
    #canvas = document.createElement('canvas');
    /** The lease under which the last frame was sent; frames are numbered anew under another. */
    #leaseId = '';
    #sequence = 0;

    /**
     * @param {string} token the request token of the page
     * @param {(answer: Answer) => void} told
     * @param {(problem: Problem) => void} failed
     */
    constructor(token, told, failed) {
        this.#token = token;
        this.#told = told;
        this.#failed = failed;
    }

    /**
     * Sends frames until the signal is aborted. It never throws.
     * @param {CameraSession} camera
     * @param {HTMLVideoElement | HTMLCanvasElement} source the element that shows its picture
     * @param {AbortSignal} signal
     */
    async run(camera, source, signal) {
        while (!signal.aborted) {
            const started = performance.now();
            try {
                const claim = camera.state === 'live' && camera.pictureState === 'showing' ? camera.claim : null;
                const picture = claim ? await this.#grab(source) : null;
                if (claim && picture) {
                    const answer = await this.#send(claim, picture, signal);
                    if (!signal.aborted) {
                        this.#told(answer);
                    }
                }
            } catch (error) {
                if (signal.aborted) {
                    return;
                }
                const problem = error instanceof Problem ? error : new Problem(0, 'unreachable');
                this.#failed(problem);
                await pause(Math.max(500, (problem.retryAfterSeconds ?? 0) * 1000), signal);
            }
            await pause(Math.max(10, everyMs - (performance.now() - started)), signal);
        }
    }

    /**
     * @param {import('../enrollment/shot-sender.js').Claim} claim
     * @param {Blob} picture
     * @param {AbortSignal} signal
     * @returns {Promise<Answer>}
     */
    async #send(claim, picture, signal) {
        if (claim.leaseId !== this.#leaseId) {
            this.#leaseId = claim.leaseId;
            this.#sequence = 0;
        }
        const form = new FormData();
        form.set('camera_id', claim.cameraId);
        form.set('lease_id', claim.leaseId);
        form.set('fencing_token', String(claim.fencingToken));
        form.set('sequence', String(++this.#sequence));
        form.set('picture', picture, 'frame.jpg');
        const response = await request('/api/kiosk/frames', {
            method: 'POST', body: form,
            headers: { RequestVerificationToken: this.#token, ...Trace.unsampled.headers },
            signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
        });
        return response.json();
    }

    /** @param {HTMLVideoElement | HTMLCanvasElement} source @returns {Promise<Blob | null>} the frame as the camera sees it, never mirrored */
    #grab(source) {
        return drawScaled(source, this.#canvas, longestSide) ? new Promise(resolve => this.#canvas.toBlob(resolve, 'image/jpeg', jpegQuality)) : Promise.resolve(null);
    }
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function pause(ms, signal) {
    return new Promise(resolve => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => {
            clearTimeout(timer);
            resolve();
        }, { once: true });
    });
}
