// @ts-check
import { log } from './log.js';
import { transitions } from './states.js';

/**
 * @typedef {import('./api.js').Problem} Problem
 * @typedef {import('./states.js').State} State
 * @typedef {import('./states.js').Cause} Cause
 * @typedef {import('./states.js').StateChange} StateChange
 * @typedef {import('./states.js').PictureState} PictureState
 * @typedef {import('./states.js').PictureChange} PictureChange
 */

/** The state of a camera session and of its picture. Announces each change as an event of the session. */
export class SessionState {
    #session;
    #name;
    /** @type {State} */
    #state = 'idle';
    /** @type {PictureState} */
    #pictureState = 'none';
    /** @type {Problem | null} */
    #trouble = null;
    #size = { width: 0, height: 0 };

    /**
     * @param {EventTarget} session
     * @param {string} name the session's name in the log
     */
    constructor(session, name) {
        this.#session = session;
        this.#name = name;
    }

    get state() {
        return this.#state;
    }

    get pictureState() {
        return this.#pictureState;
    }

    get trouble() {
        return this.#trouble;
    }

    /** Whether the session has a camera or is asking for one. */
    get holds() {
        return this.#state === 'acquiring' || this.#state === 'live' || this.#state === 'paused';
    }

    /** @param {State} to */
    canEnter(to) {
        return transitions[this.#state].includes(to);
    }

    /**
     * @param {State} to
     * @param {Cause} [cause]
     */
    enter(to, cause = {}) {
        const from = this.#state;
        if (!this.canEnter(to)) {
            throw new Error(`A camera session cannot go from ${from} to ${to}.`);
        }
        this.#state = to;
        log(`${this.#name}: ${from} → ${to}`, cause.reason ?? cause.problem?.code ?? '');
        /** @type {StateChange} */
        const detail = { from, to, cause };
        this.announce('statechange', detail);
    }

    /**
     * @param {PictureState} to
     * @param {Problem | null} [trouble]
     */
    enterPicture(to, trouble = null) {
        if (this.#pictureState === to && this.#trouble?.code === trouble?.code) {
            return;
        }
        log(`${this.#name}: picture ${this.#pictureState} → ${to}`, trouble?.code ?? '');
        this.#pictureState = to;
        this.#trouble = trouble;
        /** @type {PictureChange} */
        const detail = { state: to, trouble };
        this.announce('picturechange', detail);
    }

    /**
     * @param {number} width
     * @param {number} height
     */
    resize(width, height) {
        if (width !== this.#size.width || height !== this.#size.height) {
            this.#size = { width, height };
            this.announce('resize', this.#size);
        }
    }

    /**
     * Dispatches an event of the session.
     * @param {string} type
     * @param {unknown} detail
     */
    announce(type, detail) {
        this.#session.dispatchEvent(new CustomEvent(type, { detail }));
    }
}
