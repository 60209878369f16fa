// @ts-check
import { asProblem, request } from '../camera/api.js';
import { takeStreamPlace } from '../camera/stream-places.js';
import { jittered } from '../camera/timing.js';

/** `crowded`: other windows of this browser use all stream places. @typedef {'connecting' | 'live' | 'lost' | 'signed_out' | 'crowded'} Connection */

const names = ['snapshot', 'cameras', 'figures', 'trend', 'nodes', 'alerts', 'alert_opened', 'alert_acknowledged', 'alert_resolved', 'action'];
/** The server sends something at least every 10 s. A connection that is silent for longer than this is dead. */
const silenceMs = 30_000;
const watchEveryMs = 5000;
const longestWaitMs = 15_000;
const crowdedWaitMs = 3000;

/**
 * The one connection from which the console gets its live data. It reconnects by itself until its signal aborts; when the user is signed
 * out, it waits until the page becomes visible again.
 * Events: `told` (detail: `{ name, data }`), and `change` when `connection` changes.
 */
export class LiveStream extends EventTarget {
    #url;
    /** @type {EventSource | null} */
    #source = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #again;
    #failures = 0;
    /** @type {Connection} */
    connection = 'connecting';
    /** When the last message arrived, in ms of the page's clock; null before the first one. @type {number | null} */
    heardAt = null;
    /** When `connection` last changed, in ms of the page's clock. */
    changedAt = performance.now();

    /**
     * @param {string} url
     * @param {AbortSignal} signal closes the stream when it aborts
     */
    constructor(url, signal) {
        super();
        this.#url = url;
        const watching = setInterval(() => this.#watch(), watchEveryMs);
        signal.addEventListener('abort', () => {
            clearInterval(watching);
            this.#close();
        }, { once: true });
        addEventListener('online', () => this.connection === 'lost' && this.#open(), { signal });
        document.addEventListener('visibilitychange', () => { // the user may have signed in again in another tab
            if (document.visibilityState === 'visible' && this.connection === 'signed_out') {
                this.#open();
            }
        }, { signal });
        void this.#begin(signal);
    }

    /** @param {AbortSignal} signal */
    async #begin(signal) {
        while (!signal.aborted && !await takeStreamPlace(signal)) {
            this.#change('crowded');
            await new Promise(resolve => setTimeout(resolve, crowdedWaitMs));
        }
        if (!signal.aborted) {
            this.#change('connecting');
            this.#open();
        }
    }

    #open() {
        this.#close();
        const source = this.#source = new EventSource(this.#url);
        for (const name of names) {
            source.addEventListener(name, event => this.#take(name, event.data));
        }
        source.addEventListener('error', () => source === this.#source && this.#fail(source.readyState === EventSource.CLOSED));
    }

    #close() {
        clearTimeout(this.#again);
        this.#source?.close();
        this.#source = null;
    }

    /**
     * @param {string} name
     * @param {string} text
     */
    #take(name, text) {
        this.heardAt = performance.now();
        this.dispatchEvent(new CustomEvent('told', { detail: { name, data: JSON.parse(text) } }));
        if (name === 'snapshot') { // the snapshot of at least one node: only now is the shown data current again
            this.#failures = 0;
            this.#change('live');
        }
    }

    /**
     * Handles a failed connection. A browser reconnects by itself after a network failure, but not after a refusal, and it does not tell
     * the reason of a refusal.
     * @param {boolean} isRefused
     */
    #fail(isRefused) {
        if (this.connection !== 'signed_out') {
            this.#change('lost');
        }
        if (isRefused) {
            this.#close();
            this.#failures++;
            void this.#askWhy();
            this.#again = setTimeout(() => this.#open(), jittered(Math.min(longestWaitMs, 500 * 2 ** this.#failures)));
        }
    }

    async #askWhy() {
        try {
            await request('/api/operations/accounts');
        } catch (error) {
            const { status } = asProblem(error);
            if ((status === 401 || status === 403) && this.connection !== 'live') {
                clearTimeout(this.#again);
                this.#change('signed_out');
            }
        }
    }

    #watch() {
        if (this.connection === 'live' && this.heardAt !== null && performance.now() - this.heardAt > silenceMs) {
            this.#change('lost');
            this.#open();
        }
    }

    /** @param {Connection} connection */
    #change(connection) {
        if (this.connection !== connection) {
            this.connection = connection;
            this.changedAt = performance.now();
            this.dispatchEvent(new Event('change'));
        }
    }
}
