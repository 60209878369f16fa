// @ts-check

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('../camera/phone-pairing.js').PhonePairing} PhonePairing
 * @typedef {import('./camera-choice.js').Choice} Choice
 */

/** The phone whose camera takes the pictures, while one does. */
export class PhoneChoice {
    /** @type {PhonePairing | null} */
    #pairing = null;
    #life = new AbortController();

    /** The choice that means the phone's camera. @type {Choice} */
    choice = 'auto';

    /**
     * Follows a pairing, in place of any other, until it ends.
     * @param {PhonePairing} pairing
     * @param {string} cameraId the camera that the phone publishes
     * @param {(choice: Choice) => void} ended called with the choice that has no camera any more
     */
    follow(pairing, cameraId, ended) {
        this.#life.abort();
        const { signal } = this.#life = new AbortController();
        const choice = this.choice = /** @type {const} */ (`server:${cameraId}`);
        this.#pairing = pairing;
        void pairing.watch(({ state }) => {
            if (state === 'ended') {
                this.#pairing = null;
                this.#life.abort();
                ended(choice);
            }
        }, signal);
    }

    /**
     * Binds the pairing to what a session borrows, if that is the phone's camera.
     * @param {CameraSession} session
     * @param {Choice} wanted what the session is for
     */
    bindTo(session, wanted) {
        if (wanted === this.choice) {
            this.#pairing?.bindTo(session, this.#life.signal);
        }
    }
}
