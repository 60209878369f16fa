// @ts-check
import { PoseGuide } from './pose-guide.js';
import { judge, wayTo } from './shot-judge.js';
import { wordsForFlaw } from './shot-words.js';

/**
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Limits} Limits
 * @typedef {import('./shot-judge.js').Pose} Pose
 */

/** How long a message is shown while the person is guided. */
const messageShownMs = 5000;

/** Guides the person to one pose after the other, and knows what to tell them. */
export class Guidance {
    #limits;
    #guide = new PoseGuide();
    /** @type {Pose | null} */
    #pose = null;
    /** @type {string | null} */
    #flaw = null;
    #message = { words: '', until: 0 };

    /** @param {Limits} limits */
    constructor(limits) {
        this.#limits = limits;
    }

    /** The progress of holding still, 0 to 1. */
    get progress() {
        return this.#guide.progress;
    }

    /** The message, if there is one; it stays until a picture is taken. */
    get message() {
        return this.#message.words;
    }

    /** Tells the person what to do so that the picture is taken; empty when there is nothing to say. */
    get hint() {
        return this.#hasMessage && this.#message.words !== '' ? this.#message.words : this.#guide.reason !== null ? this.#flaw ?? '' : '';
    }

    /** Guides to this pose, unless it does so already. A message that is shown gets time to be read. @param {Pose | null} pose */
    guideTo(pose) {
        if (pose !== this.#pose) {
            this.#pose = pose;
            this.#flaw = null;
            this.#guide.ask(pose, performance.now(), this.#hasMessage ? messageShownMs / 2 : undefined);
        }
    }

    /** Makes the next {@link guideTo} start afresh, even with the same pose. */
    restart() {
        this.#pose = null;
    }

    /** Discards what was seen so far. */
    forget() {
        this.#guide.forget();
    }

    /**
     * Judges a frame.
     * @param {Pose} pose
     * @param {Figures} figures
     * @param {number | null} frontPitch
     * @param {number} at when the frame was grabbed, on the monotonic clock
     * @returns {boolean} whether this frame is the picture to take
     */
    judge(pose, figures, frontPitch, at) {
        const reasons = judge(figures, this.#limits, pose, frontPitch);
        this.#flaw = reasons.length > 0 ? wordsForFlaw(reasons[0], pose, wayTo(pose, figures, this.#limits, frontPitch)) : null;
        return this.#guide.see(figures, reasons, at);
    }

    /** @param {string} words */
    showMessage(words) {
        this.#message = { words, until: performance.now() + messageShownMs };
    }

    clearMessage() {
        this.#message = { words: '', until: 0 };
    }

    get #hasMessage() {
        return performance.now() < this.#message.until;
    }
}
