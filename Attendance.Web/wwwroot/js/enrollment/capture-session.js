// @ts-check
import { Problem } from '../camera/api.js';
import { log } from '../camera/log.js';
import { t } from '../languages/text.js';
import { stateOf, transitions } from './capture-states.js';
import { FrameChecker } from './frame-checker.js';
import { FrontPitch } from './front-pitch.js';
import { Guidance } from './guidance.js';
import { LivePicture, encodeJpeg } from './live-picture.js';
import { PoseShots } from './pose-shots.js';
import { isBlocking, loadShots } from './shot-list.js';
import { refusalOf } from './shot-refusal.js';
import { ShotSender } from './shot-sender.js';

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('./capture-states.js').CaptureState} CaptureState
 * @typedef {import('./pose-shots.js').PoseShot} PoseShot
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Limits} Limits
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-sender.js').Claim} Claim
 */

/** The least time between two pictures, so that a double press of the button takes one picture, not two poses. */
const betweenTakesMs = 700;

/**
 * Guides one person through the poses. Checks the live picture of a {@link CameraSession}, takes a picture when it is good, sends it,
 * and gives the camera back when the server has all pictures.
 *
 * Event: `change`. {@link dispose} ends everything in this session; the caller still owns the camera session.
 */
export class CaptureSession extends EventTarget {
    #url;
    #sender;
    #guidance;
    #shots = new PoseShots();
    #checker = new FrameChecker(() => this.#onCheckerFailed());
    #frontPitch = new FrontPitch(this.#checker, this.#shots);
    #lifetime = new AbortController();
    /** @type {CaptureState} */
    #state = 'loading';
    /** The pose to take again although a picture of it exists. @type {Pose | null} */
    #retaking = null;
    /** @type {Problem | null} */
    #problem = null;
    /** @type {Problem | null} */
    #sendingProblem = null;

    #picture = new LivePicture();
    #frame = document.createElement('canvas');
    #takenAt = -Infinity;
    /** False after an unexpected refusal: reloading the page may help, but taking one picture after another does not. */
    #isAutomatic = true;

    /**
     * @param {object} options
     * @param {string} options.url the URL of the person's shots
     * @param {string} options.token the token that protects against forged requests
     * @param {Limits} options.limits
     */
    constructor({ url, token, limits }) {
        super();
        this.#url = url;
        this.#sender = new ShotSender(url, token);
        this.#guidance = new Guidance(limits);
        const { signal } = this.#lifetime;
        /** @param {string} type @param {(detail: any) => void} act */
        const on = (type, act) => this.#sender.addEventListener(type, event => act(/** @type {CustomEvent} */ (event).detail), { signal });
        on('sent', detail => this.#onSent(detail));
        on('refused', detail => this.#onRefused(detail));
        on('waiting', detail => this.#onWaiting(detail));
        document.addEventListener('visibilitychange', () => this.#onVisible(), { signal });
        addEventListener('pageshow', event => event.persisted && this.#onVisible(), { signal });
    }

    get state() {
        return this.#state;
    }

    /** The pose that the person is asked for; null when no pose is missing or the poses are not known yet. @returns {Pose | null} */
    get pose() {
        return this.#retaking ?? this.#shots.next;
    }

    /** @returns {readonly Pose[]} */
    get poses() {
        return this.#shots.poses ?? [];
    }

    /** The pose that is being taken again, or null. @returns {Pose | null} */
    get retaking() {
        return this.#retaking;
    }

    /** The problem that blocks the capture or delays its loading, or null. */
    get problem() {
        return this.#problem;
    }

    /** The problem that keeps the server from confirming pictures, or null. */
    get sendingProblem() {
        return this.#sendingProblem;
    }

    /** The number of pictures that exist only in this page. */
    get pending() {
        return this.#sender.pending;
    }

    /** Whether pictures are on their way to the server, and none of them has to wait for it. */
    get isSending() { return this.#shots.areOnTheirWay; }

    /** The state of the face finder: `loading`, `ready`, or `failed`. */
    get finding() {
        return this.#checker.state;
    }

    /** The progress of holding still, 0 to 1. */
    get progress() {
        return this.#state === 'guiding' ? this.#guidance.progress : 0;
    }

    /** Tells the person what to do so that the picture is taken; empty when there is nothing to say. */
    get hint() {
        return this.#state === 'guiding' ? this.#guidance.hint : this.#guidance.message;
    }

    /** @param {Pose} pose @returns {PoseShot} */
    shot(pose) {
        return this.#shots.get(pose);
    }

    /** Asks the server which shots exist, and retries while the server is away. Loads the face finder at the same time. */
    async start() {
        void this.#loadChecker();
        await this.#loadShots();
    }

    /**
     * Uses this camera from now on, instead of any earlier one.
     * @param {CameraSession} camera
     * @param {HTMLVideoElement | HTMLCanvasElement} source the element that shows its picture
     */
    attach(camera, source) {
        this.#picture.attach(camera, source, { onChange: () => this.#update(), onFrame: () => this.#onFrame(), signal: this.#lifetime.signal });
        this.#update();
    }

    /** Takes the picture now, good or not: the server makes the final decision. */
    async take() {
        const { pose } = this;
        const claim = this.#picture.claim;
        const frame = document.createElement('canvas');
        const now = performance.now();
        if (this.#state === 'guiding' && pose && claim && now - this.#takenAt > betweenTakesMs && this.#picture.grab(frame)) {
            await this.#submit(pose, claim, frame, null);
        }
    }

    /** @param {Pose} pose */
    retake(pose) {
        this.#retaking = pose;
        this.#isAutomatic = true;
        this.#update();
    }

    /** Cancels {@link retake}: the existing picture stays. */
    keep() {
        this.#retaking = null;
        this.#update();
    }

    dispose() {
        this.#lifetime.abort();
        this.#sender.dispose();
        this.#shots.dispose();
    }

    async #loadShots() {
        const loaded = await loadShots(this.#url, this.#lifetime.signal, problem => {
            this.#problem = problem;
            this.#update();
        });
        if (loaded) {
            this.#problem = loaded.consent === true ? null : new Problem(403, 'consent_missing');
            this.#shots.load(loaded.poses, loaded.shots);
            void this.#frontPitch.measureKept();
            this.#update();
        }
    }

    async #loadChecker() {
        if (await this.#checker.load()) {
            await this.#frontPitch.measureKept();
            this.#update();
        }
    }

    #onCheckerFailed() {
        this.#guidance.forget();
        this.#update();
    }

    #onFrame() {
        if (this.#state === 'guiding' && document.visibilityState === 'visible') {
            void this.#checker.run(() => this.#checkFrame());
        }
    }

    /** Checks the current frame, and takes it as the picture when it is good. */
    async #checkFrame() {
        const { pose } = this;
        const claim = this.#picture.claim;
        if (!pose || !claim || !this.#picture.grab(this.#frame)) {
            return;
        }
        const at = performance.now();
        const figures = await this.#checker.measure(this.#frame);
        if (this.#state !== 'guiding' || this.pose !== pose || this.#picture.claim?.leaseId !== claim.leaseId) {
            return;
        }
        const isDue = this.#guidance.judge(pose, figures, this.#frontPitch.value, at);
        this.#changed();
        if (isDue && this.#isAutomatic) {
            await this.#submit(pose, claim, this.#frame, figures);
        }
    }

    /**
     * Makes the picture and hands it to the sender.
     * @param {Pose} pose
     * @param {Claim} claim
     * @param {HTMLCanvasElement} frame
     * @param {Figures | null} figures null if the person pressed the button
     */
    async #submit(pose, claim, frame, figures) {
        this.#retaking = null;
        this.#takenAt = performance.now();
        this.#guidance.clearMessage();
        this.#shots.reserve(pose);
        this.#update();
        const picture = await encodeJpeg(frame);
        if (this.#lifetime.signal.aborted) {
            return;
        }
        if (!picture) {
            this.#discard(pose, t('The picture could not be made. Try again.'));
            return;
        }
        const shot = { pose, claim, manual: figures === null, picture };
        this.#shots.add(shot);
        this.#sender.send(shot);
        this.#update();
        if (pose === 'front') {
            await this.#frontPitch.measureTaken(frame, figures);
        }
    }

    /** @param {import('./shot-sender.js').Sent} sent */
    #onSent({ shot, kept }) {
        this.#sendingProblem = null;
        this.#shots.confirm(shot, kept);
        this.#update();
    }

    /** @param {import('./shot-sender.js').Waiting} waiting */
    #onWaiting({ shot, problem }) {
        this.#sendingProblem = problem;
        this.#shots.delay(shot);
        this.#update();
    }

    /** @param {import('./shot-sender.js').Refused} refused */
    #onRefused({ shot, problem, reasons }) {
        this.#sendingProblem = null;
        if (!this.#shots.refuse(shot)) {
            this.#update();
            return;
        }
        const refusal = refusalOf(problem.code, reasons, shot.pose);
        this.#problem = refusal.isFinal ? problem : this.#problem;
        this.#isAutomatic &&= refusal.isExpected;
        this.#discard(shot.pose, refusal.words);
    }

    /**
     * Discards a picture that could not be made or was refused, and asks for the pose again.
     * @param {Pose} pose
     * @param {string} words
     */
    #discard(pose, words) {
        if (this.#shots.discard(pose)) {
            this.#retaking = pose;
        }
        if (pose === 'front') {
            this.#frontPitch.reset();
        }
        this.#guidance.showMessage(words);
        this.#guidance.restart();
        this.#update();
    }

    /** Loads again if blocked: the user may have signed in, or recorded the consent, in another tab. */
    #onVisible() {
        if (document.visibilityState === 'visible' && this.#state === 'blocked') {
            this.#shots.unload();
            this.#problem = null;
            this.#update();
            void this.#loadShots();
        }
    }

    /** Derives the state from what is known now, and acts on a change. */
    #update() {
        const to = this.#stateNow();
        const from = this.#state;
        if (to !== from) {
            if (!transitions[from].includes(to)) {
                throw new Error(`A capture cannot go from ${from} to ${to}.`);
            }
            log(`capture: ${from} → ${to}`);
            this.#state = to;
            this.#guidance.restart();
        }
        // This also releases a camera that was requested earlier and becomes live only when it is no longer needed.
        if ((to === 'done' || to === 'blocked') && (to !== from || this.#picture.isOpen)) {
            this.#picture.release();
        }
        this.#guidance.guideTo(to === 'guiding' ? this.pose : null);
        this.#changed();
    }

    #stateNow() {
        return stateOf({
            isBlocked: this.#problem !== null && isBlocking(this.#problem),
            isLoaded: this.#shots.poses !== null,
            isMissing: this.pose !== null,
            isConfirmed: this.#sender.pending === 0 && this.#shots.areComplete,
            isLive: this.#picture.claim !== null,
        });
    }

    #changed() {
        if (!this.#lifetime.signal.aborted) {
            this.dispatchEvent(new Event('change'));
        }
    }
}
