// @ts-check

/**
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-judge.js').Reason} Reason
 */

const steadyMs = 500;
const steadyFrames = 3;
/** Two frames that are further apart than this say nothing about the time between them. */
const gapMs = 1500;
/** The most movement between two frames, in the units of the figures; a moving head is blurred. */
const mostMoved = 0.04;
const mostTurned = 0.12;
/** A reason must last this long before it is shown, because hints that come and go are worse than none. */
const reasonStandsMs = 1000;
/** The pause after a pose is asked for: nobody can read and follow the instruction sooner. */
const pauseMs = 700;

/**
 * @param {readonly Pose[]} asked the poses, in the order in which they are asked for
 * @param {(pose: Pose) => boolean} isTaken
 * @returns {Pose | null} the next pose; null when all are taken
 */
export function nextPose(asked, isTaken) {
    return asked.find(pose => !isTaken(pose)) ?? null;
}

/** Watches one pose after the other, and tells when to take the picture. All times come from one monotonic clock, in milliseconds. */
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
     * Starts watching for the next pose, or for the same pose again.
     * @param {Pose | null} pose
     * @param {number} now
     * @param {number} [pause]
     */
    ask(pose, now, pause = pauseMs) {
        this.#pose = pose;
        this.#notBefore = now + pause;
        this.forget();
    }

    /** Discards what was seen so far, for example after a gap in the picture. */
    forget() {
        this.#goodFrames = 0;
        this.#last = null;
        this.#lastAt = -Infinity;
        this.#reason = null;
    }

    /** The share of the holding-still time that has passed, 0 to 1. */
    get progress() {
        return this.#goodFrames === 0 ? 0 : Math.min(1, (this.#lastAt - this.#goodSince) / steadyMs, this.#goodFrames / steadyFrames);
    }

    /** The reason why the picture is not taken, once it has lasted for a while; otherwise null. @returns {Reason | null} */
    get reason() {
        return this.#reason !== null && this.#lastAt - this.#reasonSince >= reasonStandsMs ? this.#reason : null;
    }

    /**
     * Processes one frame.
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
