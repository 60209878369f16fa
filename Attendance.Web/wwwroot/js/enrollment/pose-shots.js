// @ts-check
import { nextPose } from './pose-guide.js';
import { poses as knownPoses } from './shot-judge.js';

/**
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-sender.js').KeptShot} KeptShot
 * @typedef {import('./shot-sender.js').Shot} Shot
 *
 * @typedef {object} PoseShot
 * @property {'missing' | 'sending' | 'waiting' | 'taken'} state `waiting`: the picture is kept in this page until the server can be reached
 * @property {KeptShot | null} kept the shot that the server has, if any
 * @property {string | null} preview the URL of a picture that is not confirmed yet; the picture is in memory only
 */

/** Keeps account of the poses that the server asks for, and of the shot of each on its way to the server. */
export class PoseShots {
    /** @type {Pose[] | null} */
    #poses = null;
    /** @type {Map<Pose, PoseShot>} */
    #shots = new Map();
    /** The newest shot of each pose that the server has not confirmed or refused yet. @type {Map<Pose, Shot>} */
    #pending = new Map();

    /** The poses that the server asks for; null while that is not known. @returns {readonly Pose[] | null} */
    get poses() {
        return this.#poses;
    }

    /** The next pose without a shot; null when there is none or the poses are not known. */
    get next() {
        return nextPose(this.#poses ?? [], pose => this.get(pose).state !== 'missing');
    }

    /** Whether the server has a shot of every pose. */
    get areComplete() {
        return this.#poses?.every(pose => this.get(pose).state === 'taken') ?? false;
    }

    /** Whether shots are on their way, and none of them has to wait for the server. */
    get areOnTheirWay() {
        const states = [...this.#shots.values()].map(shot => shot.state);
        return states.includes('sending') && !states.includes('waiting');
    }

    /** @param {Pose} pose @returns {PoseShot} */
    get(pose) {
        return this.#shots.get(pose) ?? { state: 'missing', kept: null, preview: null };
    }

    /** @param {Pose} pose */
    isPending(pose) {
        return this.#pending.has(pose);
    }

    /**
     * Takes over what the server knows, except for shots that are newer here.
     * @param {string[]} asked
     * @param {KeptShot[]} kept
     */
    load(asked, kept) {
        this.#poses = knownPoses.filter(pose => asked.includes(pose));
        for (const shot of kept.filter(({ pose }) => knownPoses.includes(pose))) {
            if (!this.#pending.has(shot.pose)) {
                this.#set(shot.pose, { state: 'taken', kept: shot });
            }
        }
    }

    /** Forgets which poses the server asks for. The shots stay. */
    unload() {
        this.#poses = null;
    }

    /** Marks a pose whose picture is still being encoded, so that the same pose is not taken twice. @param {Pose} pose */
    reserve(pose) {
        this.#set(pose, { state: 'sending' });
    }

    /** @param {Shot} shot */
    add(shot) {
        this.#set(shot.pose, { state: 'sending', preview: URL.createObjectURL(shot.picture) });
        this.#pending.set(shot.pose, shot);
    }

    /** The server has the shot. @param {Shot} shot @param {KeptShot} kept */
    confirm(shot, kept) {
        if (this.#pending.get(shot.pose) === shot) {
            this.#pending.delete(shot.pose);
            this.#set(shot.pose, { state: 'taken', kept, preview: null });
        } else {
            this.#set(shot.pose, { kept }); // the pose was taken again in the meantime
        }
    }

    /** The shot is sent later. @param {Shot} shot */
    delay(shot) {
        if (this.#pending.get(shot.pose) === shot) {
            this.#set(shot.pose, { state: 'waiting' });
        }
    }

    /**
     * The server refused the shot.
     * @param {Shot} shot
     * @returns {boolean} false if the pose was taken again in the meantime
     */
    refuse(shot) {
        return this.#pending.get(shot.pose) === shot && this.#pending.delete(shot.pose);
    }

    /**
     * Discards a shot that could not be made or was refused.
     * @param {Pose} pose
     * @returns {boolean} whether the server has an earlier shot of the pose
     */
    discard(pose) {
        const { kept } = this.get(pose);
        this.#set(pose, { state: kept ? 'taken' : 'missing', preview: null });
        return kept !== null;
    }

    /** Frees the previews. */
    dispose() {
        for (const pose of this.#shots.keys()) {
            this.#set(pose, { preview: null });
        }
    }

    /** @param {Pose} pose @param {Partial<PoseShot>} change */
    #set(pose, change) {
        const former = this.get(pose);
        const shot = { ...former, ...change };
        if (former.preview !== null && former.preview !== shot.preview) {
            URL.revokeObjectURL(former.preview);
        }
        this.#shots.set(pose, shot);
    }
}
