// @ts-check

/**
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-judge.js').Reason} Reason
 */

const steadyMs = 500;
const steadyFrames = 3;
/** Frames further apart say nothing about what was between them. */
const gapMs = 1500;
/** Between two frames; a head that moves blurs. In the units of the figures. */
const mostMoved = 0.04;
const mostTurned = 0.12;
/** Hints that come and go are worse than none. */
const reasonStandsMs = 1000;
/** Nobody can read what to do next and have done it sooner. */
const pauseMs = 700;

/**
 * @param {readonly Pose[]} asked in their order
 * @param {(pose: Pose) => boolean} isTaken
 * @returns {Pose | null} which is next; null when all are taken
 */
export function nextPose(asked, isTaken) {
    return asked.find(pose => !isTaken(pose)) ?? null;
}

/** Watches one pose after the other, and tells when to take the picture. All times are of one monotonic clock, in milliseconds. */
export class PoseGuide {
    /** @type {Pose | null} */
    #pose = null;
    #notBefore = -Infinity;
    #goodSince = 0;
    #goodFrames = 0;
    #lastAt = -Infinity;
    /** @type {Figures | null} */
    #last = null;
    /** @type {Reason | null} */
    #reason = null;
    #reasonSince = 0;

    /**
     * The next pose, or the same once more.
     * @param {Pose | null} pose
     * @param {number} now
     * @param {number} [pause]
     */
    ask(pose, now, pause = pauseMs) {
        this.#pose = pose;
        this.#notBefore = now + pause;
        this.forget();
    }

    /** What was seen so far counts no more, as when the picture was away. */
    forget() {
        this.#goodFrames = 0;
        this.#last = null;
        this.#lastAt = -Infinity;
        this.#reason = null;
    }

    /** How much of the time for holding still is over, 0 to 1. */
    get progress() {
        return this.#goodFrames === 0 ? 0 : Math.min(1, (this.#lastAt - this.#goodSince) / steadyMs, this.#goodFrames / steadyFrames);
    }

    /** Why the picture is not taken, once that has stood for a while. @returns {Reason | null} */
    get reason() {
        return this.#reason !== null && this.#lastAt - this.#reasonSince >= reasonStandsMs ? this.#reason : null;
    }

    /**
     * One frame.
     * @param {Figures} figures
     * @param {readonly Reason[]} reasons
     * @param {number} now
     * @returns {boolean} whether this frame is the picture to take
     */
    see(figures, reasons, now) {
        if (this.#pose === null || now < this.#notBefore) {
            return false;
        }
        if (now - this.#lastAt > gapMs) {
            this.forget();
        }
        const [reason = null] = reasons;
        if (reason !== this.#reason) {
            this.#reason = reason;
            this.#reasonSince = now;
        }
        const isSteady = reason === null && (this.#last === null || !hasMoved(this.#last, figures));
        if (reason !== null) {
            this.#goodFrames = 0;
        } else if (!isSteady || this.#goodFrames === 0) {
            this.#goodFrames = 1;
            this.#goodSince = now;
        } else {
            this.#goodFrames++;
        }
        this.#last = figures.faces > 0 ? figures : null;
        this.#lastAt = now;
        return this.#goodFrames >= steadyFrames && now - this.#goodSince >= steadyMs;
    }
}

/** @param {Figures} before @param {Figures} now */
function hasMoved(before, now) {
    return Math.hypot(now.offsetX - before.offsetX, now.offsetY - before.offsetY) > mostMoved
        || Math.abs(now.size - before.size) > mostMoved
        || Math.abs(now.yaw - before.yaw) > mostTurned
        || Math.abs(now.pitch - before.pitch) > mostTurned;
}
