// @ts-check
import { Problem, asProblem, request } from '../camera/api.js';
import { log } from '../camera/log.js';
import { delay, jittered } from '../camera/timing.js';
import { FaceFinder } from './face-finder.js';
import { PoseGuide, nextPose } from './pose-guide.js';
import { figuresOf, poseOf } from './shot-figures.js';
import { judge, poses as knownPoses, wayTo } from './shot-judge.js';
import { ShotSender, answered, transientStatuses } from './shot-sender.js';
import { wordsForFlaw, wordsForRefusal } from './shot-words.js';

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Limits} Limits
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-sender.js').KeptShot} KeptShot
 * @typedef {import('./shot-sender.js').Claim} Claim
 *
 * @typedef {'loading' | 'waiting' | 'guiding' | 'finishing' | 'done' | 'blocked'} CaptureState
 *   `waiting`: there is no live picture; `finishing`: all pictures are taken, but the server has not confirmed all of them
 *
 * @typedef {object} PoseShot
 * @property {'missing' | 'sending' | 'waiting' | 'taken'} state `waiting`: the picture is kept in this page until the server can be reached
 * @property {KeptShot | null} kept the shot that the server has, if any
 * @property {string | null} preview the URL of a picture that is not confirmed yet; the picture is in memory only
 */

/** The allowed transitions: from each state to these states. @type {Record<CaptureState, readonly CaptureState[]>} */
export const transitions = {
    loading: ['waiting', 'guiding', 'finishing', 'done', 'blocked'],
    waiting: ['guiding', 'finishing', 'done', 'blocked'],
    guiding: ['waiting', 'finishing', 'done', 'blocked'],
    finishing: ['waiting', 'guiding', 'done', 'blocked'],
    done: ['waiting', 'guiding', 'finishing', 'blocked'],
    blocked: ['loading'],
};

/** The least time between the starts of two frame checks. It leaves a slow machine half of its time for everything else. */
const lookEveryMs = 100;
/** The least time between two pictures, so that a double press of the button takes one picture, not two poses. */
const betweenTakesMs = 700;
const failuresBeforeGivingUp = 3;
const firstRetryMs = 1000;
const slowestRetryMs = 10_000;
const refusalStandsMs = 5000;
const jpegQuality = 0.92;
/** The longest side of a picture, in pixels. More pixels show no more of a face and take long to send. */
const longestSide = 1920;

/**
 * Guides one person through the poses. Checks the live picture of a {@link CameraSession}, takes a picture when it is good, sends it,
 * and gives the camera back when the server has all pictures.
 *
 * Event: `change`. {@link dispose} ends everything in this session; the caller still owns the camera session.
 */
export class CaptureSession extends EventTarget {
    #url;
    #limits;
    #sender;
    #finder = new FaceFinder();
    #guide = new PoseGuide();
    #life = new AbortController();
    /** @type {CaptureState} */
    #state = 'loading';
    /** @type {Pose[] | null} */
    #asked = null;
    /** @type {Map<Pose, PoseShot>} */
    #shots = new Map();
    /** The newest shot of each pose that the server has not confirmed or refused yet. @type {Map<Pose, import('./shot-sender.js').Shot>} */
    #newest = new Map();
    /** The pose to take again although a picture of it exists. @type {Pose | null} */
    #again = null;
    /** @type {Pose | null} */
    #guided = null;
    /** @type {Problem | null} */
    #problem = null;
    /** @type {Problem | null} */
    #sending = null;

    /** @type {CameraSession | null} */
    #camera = null;
    /** @type {HTMLVideoElement | HTMLCanvasElement | null} */
    #source = null;
    #attached = new AbortController();
    #frame = document.createElement('canvas');
    #looking = false;
    #lookedAt = -Infinity;
    #takenAt = -Infinity;
    #failures = 0;
    /** @type {'loading' | 'ready' | 'failed'} */
    #finding = 'loading';
    /** The pitch of the front shot as this page measures it; the server's detector places the points slightly differently. @type {number | null} */
    #frontPitch = null;
    /** @type {string | null} */
    #flaw = null;
    #message = { words: '', until: 0 };
    /** False after an unexpected refusal: reloading the page may help, but taking one picture after another does not. */
    #automatic = true;

    /**
     * @param {object} options
     * @param {string} options.url the URL of the person's shots
     * @param {string} options.token the token that protects against forged requests
     * @param {Limits} options.limits
     */
    constructor({ url, token, limits }) {
        super();
        this.#url = url;
        this.#limits = limits;
        this.#sender = new ShotSender(url, token);
        const { signal } = this.#life;
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
        return this.#again ?? nextPose(this.#asked ?? [], pose => this.shot(pose).state !== 'missing');
    }

    /** @returns {readonly Pose[]} */
    get poses() {
        return this.#asked ?? [];
    }

    /** The pose that is being taken again, or null. @returns {Pose | null} */
    get retaking() {
        return this.#again;
    }

    /** The problem that blocks the capture or delays its loading, or null. */
    get problem() {
        return this.#problem;
    }

    /** The problem that keeps the server from confirming pictures, or null. */
    get sendingProblem() {
        return this.#sending;
    }

    /** The number of pictures that exist only in this page. */
    get pending() {
        return this.#sender.pending;
    }

    get finding() {
        return this.#finding;
    }

    /** The progress of holding still, 0 to 1. */
    get progress() {
        return this.#state === 'guiding' ? this.#guide.progress : 0;
    }

    /** Tells the person what to do so that the picture is taken; empty when there is nothing to say. */
    get hint() {
        if (this.#message.words !== '' && (this.#state !== 'guiding' || performance.now() < this.#message.until)) {
            return this.#message.words;
        }
        return this.#state === 'guiding' && this.#guide.reason !== null ? this.#flaw ?? '' : '';
    }

    /** @param {Pose} pose @returns {PoseShot} */
    shot(pose) {
        return this.#shots.get(pose) ?? { state: 'missing', kept: null, preview: null };
    }

    /** Asks the server which shots exist, and retries while the server is away. Loads the face finder at the same time. */
    async start() {
        void this.#openFinder();
        await this.#load();
    }

    /**
     * Uses this camera from now on, instead of any earlier one.
     * @param {CameraSession} camera
     * @param {HTMLVideoElement | HTMLCanvasElement} source the element that shows its picture
     */
    attach(camera, source) {
        this.#attached.abort();
        this.#attached = new AbortController();
        const signal = AbortSignal.any([this.#attached.signal, this.#life.signal]);
        this.#camera = camera;
        this.#source = source;
        camera.addEventListener('statechange', () => this.#update(), { signal });
        camera.addEventListener('picturechange', () => this.#update(), { signal });
        camera.addEventListener('stopping', () => this.#update(), { signal });
        camera.addEventListener('frame', () => this.#onFrame(), { signal });
        this.#update();
    }

    /** Takes the picture now, good or not: the server makes the final decision. */
    async take() {
        const { pose } = this;
        const claim = this.#claim;
        const frame = document.createElement('canvas');
        const now = performance.now();
        if (this.#state === 'guiding' && pose && claim && now - this.#takenAt > betweenTakesMs && this.#grab(frame)) {
            await this.#keep(pose, claim, frame, true, null);
        }
    }

    /** @param {Pose} pose */
    retake(pose) {
        this.#again = pose;
        this.#automatic = true;
        this.#update();
    }

    /** Cancels {@link retake}: the existing picture stays. */
    keep() {
        this.#again = null;
        this.#update();
    }

    dispose() {
        this.#life.abort();
        this.#sender.dispose();
        for (const pose of this.#shots.keys()) {
            this.#setShot(pose, { preview: null });
        }
    }

    get #claim() {
        return this.#camera?.state === 'live' && this.#camera.pictureState === 'showing' ? this.#camera.claim : null;
    }

    async #load() {
        const { signal } = this.#life;
        for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, slowestRetryMs)) {
            try {
                const { consent, poses, shots } = await answered(signal => request(this.#url, { signal }), signal);
                this.#problem = consent === true ? null : new Problem(403, 'consent_missing');
                this.#fill(poses, shots);
                this.#update();
                return;
            } catch (error) {
                if (signal.aborted) {
                    return;
                }
                this.#problem = asProblem(error);
                log(`shots: ${this.#problem.code}`);
                this.#update();
                if (this.#problem.status === 401 || !transientStatuses.includes(this.#problem.status)) {
                    return;
                }
                await delay(jittered(wait), signal).catch(() => {});
            }
        }
    }

    /**
     * @param {string[]} asked
     * @param {KeptShot[]} kept
     */
    #fill(asked, kept) {
        this.#asked = knownPoses.filter(pose => asked.includes(pose));
        for (const shot of kept.filter(({ pose }) => knownPoses.includes(pose))) {
            if (!this.#newest.has(shot.pose)) {
                this.#setShot(shot.pose, { state: 'taken', kept: shot });
            }
        }
        void this.#measureFront();
    }

    async #openFinder() {
        try {
            await this.#finder.load();
            this.#finding = 'ready';
            await this.#measureFront();
        } catch (error) {
            this.#failed(error);
        }
        this.#update();
    }

    /** @param {unknown} error */
    #failed(error) {
        log('face finder:', String(error));
        this.#finding = 'failed';
        this.#guide.forget();
    }

    /** Measures the pitch of the server's front shot with this page's own face finder; if that fails, uses the server's pitch. */
    async #measureFront() {
        const { kept } = this.shot('front');
        if (!kept || this.#finding !== 'ready' || this.#frontPitch !== null || this.#newest.has('front')) {
            return;
        }
        let { pitch } = kept;
        try {
            const image = new Image();
            image.src = kept.picture_url;
            await image.decode();
            const [face] = await this.#finder.find(image);
            pitch = face ? poseOf(face).pitch : pitch;
        } catch (error) {
            log('front shot:', String(error));
        }
        if (this.shot('front').kept === kept && !this.#newest.has('front')) {
            this.#frontPitch ??= pitch;
        }
    }

    /** Starts the check of a frame. Frames that arrive during a check are skipped. */
    #onFrame() {
        if (this.#state === 'guiding' && this.#finding === 'ready' && !this.#looking && document.visibilityState === 'visible'
            && performance.now() - this.#lookedAt >= lookEveryMs) {
            void this.#look();
        }
    }

    async #look() {
        this.#looking = true;
        this.#lookedAt = performance.now();
        const { pose } = this;
        const claim = this.#claim;
        try {
            if (!pose || !claim || !this.#grab(this.#frame)) {
                return;
            }
            const at = performance.now();
            const figures = await this.#figures(this.#frame);
            this.#failures = 0;
            if (this.#state !== 'guiding' || this.pose !== pose || this.#claim?.leaseId !== claim.leaseId) {
                return;
            }
            const reasons = judge(figures, this.#limits, pose, this.#frontPitch);
            this.#flaw = reasons.length > 0 ? wordsForFlaw(reasons[0], pose, wayTo(pose, figures, this.#limits, this.#frontPitch)) : null;
            const isDue = this.#guide.see(figures, reasons, at);
            this.#changed();
            if (isDue && this.#automatic) {
                await this.#keep(pose, claim, this.#frame, false, figures);
            }
        } catch (error) {
            if (++this.#failures >= failuresBeforeGivingUp) {
                this.#failed(error);
                this.#update();
            }
        } finally {
            this.#looking = false;
        }
    }

    /** @param {HTMLCanvasElement} frame @returns {Promise<Figures>} */
    async #figures(frame) {
        const faces = await this.#finder.find(frame);
        const context = /** @type {CanvasRenderingContext2D} */ (frame.getContext('2d', { willReadFrequently: true }));
        return figuresOf(faces, frame.width, frame.height, ({ left, top, width, height }) => context.getImageData(left, top, width, height));
    }

    /** Copies the current frame as the camera sees it, never mirrored. Returns false if there is no frame. @param {HTMLCanvasElement} canvas */
    #grab(canvas) {
        const source = this.#source;
        const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source?.width ?? 0, source?.height ?? 0];
        const context = canvas.getContext('2d', { willReadFrequently: true });
        if (!source || !context || width === 0 || height === 0) {
            return false;
        }
        const scale = Math.min(1, longestSide / Math.max(width, height));
        canvas.width = Math.round(width * scale);
        canvas.height = Math.round(height * scale);
        context.drawImage(source, 0, 0, canvas.width, canvas.height);
        return true;
    }

    /**
     * @param {Pose} pose
     * @param {Claim} claim
     * @param {HTMLCanvasElement} frame
     * @param {boolean} manual
     * @param {Figures | null} figures
     */
    async #keep(pose, claim, frame, manual, figures) {
        this.#again = null;
        this.#takenAt = performance.now();
        this.#message = { words: '', until: 0 };
        this.#setShot(pose, { state: 'sending' }); // at once, so that the same pose is not taken twice
        this.#update();
        /** @type {Blob | null} */
        const picture = await new Promise(resolve => frame.toBlob(resolve, 'image/jpeg', jpegQuality));
        if (this.#life.signal.aborted) {
            return;
        }
        if (!picture) {
            this.#putBack(pose, 'The picture could not be made. Try again.');
            return;
        }
        this.#setShot(pose, { state: 'sending', preview: URL.createObjectURL(picture) });
        const shot = { pose, claim, manual, picture };
        this.#newest.set(pose, shot);
        this.#sender.send(shot);
        this.#update();
        if (pose === 'front') {
            this.#frontPitch = figures?.pitch ?? await this.#pitchIn(frame);
        }
    }

    /** @param {HTMLCanvasElement} frame */
    async #pitchIn(frame) {
        if (this.#finding !== 'ready') {
            return null;
        }
        const [face] = await this.#finder.find(frame).catch(() => []);
        return face ? poseOf(face).pitch : null;
    }

    /** @param {import('./shot-sender.js').Sent} sent */
    #onSent({ shot, kept }) {
        this.#sending = null;
        if (this.#newest.get(shot.pose) === shot) {
            this.#newest.delete(shot.pose);
            this.#setShot(shot.pose, { state: 'taken', kept, preview: null });
        } else {
            this.#setShot(shot.pose, { kept }); // the pose was taken again in the meantime
        }
        this.#update();
    }

    /** @param {import('./shot-sender.js').Waiting} waiting */
    #onWaiting({ shot, problem }) {
        this.#sending = problem;
        if (this.#newest.get(shot.pose) === shot) {
            this.#setShot(shot.pose, { state: 'waiting' });
        }
        this.#update();
    }

    /** @param {import('./shot-sender.js').Refused} refused */
    #onRefused({ shot, problem, reasons }) {
        const { pose } = shot;
        this.#sending = null;
        if (this.#newest.get(pose) !== shot) {
            this.#update(); // the pose was taken again in the meantime
            return;
        }
        this.#newest.delete(pose);
        switch (problem.code) {
            case 'shot_not_good':
                this.#putBack(pose, wordsForRefusal(reasons, pose));
                break;
            case 'lease_ended':
            case 'stale_token':
                this.#putBack(pose, 'The camera had been given back before this picture arrived, so it is asked for once more.');
                break;
            case 'consent_missing':
            case 'unknown_person':
                this.#problem = problem;
                this.#putBack(pose, '');
                break;
            default:
                this.#automatic = false;
                this.#putBack(pose, `The server did not take the picture (${problem.code}). Load this page again, then go on.`);
        }
    }

    /**
     * Discards a picture that could not be made or was refused, and asks for the pose again.
     * @param {Pose} pose
     * @param {string} words
     */
    #putBack(pose, words) {
        const { kept } = this.shot(pose);
        this.#setShot(pose, { state: kept ? 'taken' : 'missing', preview: null });
        this.#again = kept ? pose : this.#again;
        if (pose === 'front') {
            this.#frontPitch = null;
            void this.#measureFront();
        }
        this.#message = { words, until: performance.now() + refusalStandsMs };
        this.#guided = null; // asks for the pose again, after a pause to read the reason
        this.#update();
    }

    /** @param {Pose} pose @param {Partial<PoseShot>} change */
    #setShot(pose, change) {
        const former = this.shot(pose);
        const shot = { ...former, ...change };
        if (former.preview !== null && former.preview !== shot.preview) {
            URL.revokeObjectURL(former.preview);
        }
        this.#shots.set(pose, shot);
    }

    /** Loads again if blocked: the user may have signed in, or recorded the consent, in another tab. */
    #onVisible() {
        if (document.visibilityState === 'visible' && this.#state === 'blocked') {
            this.#asked = null;
            this.#problem = null;
            this.#update();
            void this.#load();
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
            this.#guided = null;
        }
        // This also releases a camera that was requested earlier and becomes live only when it is no longer needed.
        if ((to === 'done' || to === 'blocked') && (to !== from || this.#camera?.state === 'live' || this.#camera?.state === 'paused')) {
            void this.#camera?.release('client');
        }
        const pose = to === 'guiding' ? this.pose : null;
        if (pose !== this.#guided) {
            this.#guided = pose;
            this.#flaw = null;
            this.#guide.ask(pose, performance.now(), performance.now() < this.#message.until ? refusalStandsMs / 2 : undefined);
        }
        this.#changed();
    }

    /** @returns {CaptureState} */
    #stateNow() {
        if (this.#problem && !transientStatuses.includes(this.#problem.status) || this.#problem?.status === 401) {
            return 'blocked';
        }
        if (this.#asked === null) {
            return 'loading';
        }
        if (this.pose === null) {
            return this.#sender.pending > 0 || this.#asked.some(pose => this.shot(pose).state !== 'taken') ? 'finishing' : 'done';
        }
        return this.#claim ? 'guiding' : 'waiting';
    }

    #changed() {
        if (!this.#life.signal.aborted) {
            this.dispatchEvent(new Event('change'));
        }
    }
}
