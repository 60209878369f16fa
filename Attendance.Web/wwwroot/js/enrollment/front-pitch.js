// @ts-check
import { log } from '../camera/log.js';
import { poseOf } from './shot-figures.js';

/**
 * @typedef {import('./frame-checker.js').FrameChecker} FrameChecker
 * @typedef {import('./pose-shots.js').PoseShots} PoseShots
 * @typedef {import('./shot-figures.js').Figures} Figures
 */

/**
 * The pitch of the person's front shot, to which up and down are compared. It is measured with this page's own face finder, because
 * the server's detector places the points slightly differently.
 */
export class FrontPitch {
    #checker;
    #shots;
    /** @type {number | null} */
    #value = null;

    /**
     * @param {FrameChecker} checker
     * @param {PoseShots} shots
     */
    constructor(checker, shots) {
        this.#checker = checker;
        this.#shots = shots;
    }

    /** The pitch, or null if unknown. */
    get value() {
        return this.#value;
    }

    /** Measures the server's front shot, if the pitch is unknown. If that fails, uses the pitch that the server measured. */
    async measureKept() {
        const { kept } = this.#shots.get('front');
        if (!kept || this.#checker.state !== 'ready' || this.#value !== null || this.#shots.isPending('front')) {
            return;
        }
        let { pitch } = kept;
        try {
            const image = new Image();
            image.src = kept.picture_url;
            await image.decode();
            const [face] = await this.#checker.find(image);
            pitch = face ? poseOf(face).pitch : pitch;
        } catch (error) {
            log('front shot:', String(error));
        }
        if (this.#shots.get('front').kept === kept && !this.#shots.isPending('front')) {
            this.#value ??= pitch;
        }
    }

    /**
     * Takes the pitch from a front shot that was just taken.
     * @param {HTMLCanvasElement} frame
     * @param {Figures | null} figures what was measured in the frame, if it was
     */
    async measureTaken(frame, figures) {
        this.#value = figures?.pitch ?? await this.#pitchIn(frame);
    }

    /** Forgets the pitch of a front shot that was discarded, and returns to the server's front shot. */
    reset() {
        this.#value = null;
        void this.measureKept();
    }

    /** @param {HTMLCanvasElement} frame */
    async #pitchIn(frame) {
        if (this.#checker.state !== 'ready') {
            return null;
        }
        const [face] = await this.#checker.find(frame).catch(() => []);
        return face ? poseOf(face).pitch : null;
    }
}
