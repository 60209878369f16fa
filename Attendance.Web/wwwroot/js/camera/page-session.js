// @ts-check
import { giveBack, sayGoodbye, send } from './api.js';
import { log } from './log.js';
import { Presence } from './presence.js';
import { claimSessionId } from './session-id.js';

/**
 * @typedef {import('./api.js').Lease} Lease
 *
 * A camera session, as its page sees it.
 * @typedef {object} Member
 * @property {boolean} holds it has a camera, or is asking for one
 * @property {(reason: string) => void} gone stop at once; the server is told by the page
 * @property {() => void} back
 * @property {(hidden: boolean) => void} visibility
 * @property {() => boolean} stopKey Ctrl+Shift+C; false: not for this one
 */

/** A page that comes back within it was reloaded. */
const reloadGraceMs = 500;
const giveBackTimeoutMs = 10_000;

/** How long a goodbye may be on its way. */
const goodbyeMs = 2000;

/** @type {PageSession | null} */
let current = null;
let lastGoodbye = -Infinity;

/**
 * What all camera sessions of a page share: its session id, its presence, its goodbye. It lives while there is one of
 * them, and leaves nothing behind.
 */
export class PageSession {
    /** @type {Set<Member>} */
    #members = new Set();
    #life = new AbortController();
    /** Holds the claim on the session id while the page is not cached. */
    #claim = new AbortController();
    /** @type {Promise<string> | null} */
    #claiming = null;
    /** @type {string | null} */
    #id = null;
    /** @type {Presence | null} */
    #presence = null;
    #asking = 0;

    /**
     * @param {Member} member
     * @returns {PageSession} the one of this page
     */
    static join(member) {
        current ??= new PageSession();
        current.#members.add(member);
        return current;
    }

    constructor() {
        const { signal } = this.#life;
        // pagehide, not beforeunload: that one is unreliable on phones and keeps pages out of the back/forward cache.
        addEventListener('pagehide', event => this.#onGone(event.persisted ? 0 : reloadGraceMs), { signal });
        addEventListener('pageshow', event => event.persisted && this.#onBack(), { signal });
        document.addEventListener('freeze', () => this.#onGone(0), { signal });
        document.addEventListener('resume', () => this.#onBack(), { signal });
        document.addEventListener('visibilitychange', () => this.#onVisibility(), { signal });
        addEventListener('keydown', event => this.#onKey(event), { signal });
    }

    /** Until then a camera that is in use may be what this page itself has just given back. */
    get goodbyeUntil() {
        return lastGoodbye + goodbyeMs;
    }

    /** Only while a lease is held. */
    get presence() {
        return this.#presence;
    }

    /** @param {Member} member */
    part(member) {
        if (this.#members.delete(member) && this.#members.size === 0) {
            this.#life.abort();
            this.#claim.abort();
            this.#presence?.close();
            current = current === this ? null : current;
        }
    }

    /**
     * Asks for a camera.
     * @param {{ camera_id: string, takeover?: boolean }} wish
     * @param {AbortSignal} signal
     * @param {import('./trace.js').Trace} trace
     * @returns {Promise<Lease>}
     */
    async acquire(wish, signal, trace) {
        const session_id = await this.#session();
        signal.throwIfAborted();
        this.#asking++;
        try {
            const lease = /** @type {Lease} */ (await send('/api/leases', 'POST', { session_id, ...wish }, signal, trace));
            signal.throwIfAborted();
            return lease;
        } finally {
            this.#asking--;
            if (this.#asking === 0) {
                setTimeout(() => this.#asking === 0 && this.#presence?.settle()); // after the one that asked has seen its answer
            }
        }
    }

    /**
     * Whoever says goodbye for the session gives back all that it holds: only right where that is one member's.
     * @param {Member} member
     * @param {string} reason
     * @returns {boolean} whether the goodbye was said
     */
    leaveAlone(member, reason) {
        if (!this.#id || [...this.#members].some(other => other !== member && other.holds)) {
            return false;
        }
        sayGoodbye(this.#id, reason);
        lastGoodbye = performance.now();
        return true;
    }

    /** @returns {Promise<string>} */
    #session() {
        return this.#claiming ??= claimSessionId(this.#claim.signal).then(id => {
            this.#id = id;
            this.#presence = new Presence(id, () => this.#asking > 0, leases => this.#giveBackUnknown(leases));
            this.#presence.setHidden(document.visibilityState === 'hidden');
            return id;
        });
    }

    /**
     * A lease whose asking was given up, or that this page held before it was reloaded. The server would renew it for ever.
     * @param {import('./presence.js').NamedLease[]} leases
     */
    #giveBackUnknown(leases) {
        if (this.#asking > 0) {
            return;
        }
        for (const { lease_id, camera_id } of leases) {
            log(`${camera_id ?? 'a camera'}: held for nobody here, given back`);
            giveBack(lease_id, 'client', giveBackTimeoutMs).catch(() => {}); // the next round of renewals names it again
        }
    }

    /** @param {number} graceMs */
    #onGone(graceMs) {
        const holding = [...this.#members].filter(member => member.holds);
        // An open socket would keep the page out of the back/forward cache. Closed without a goodbye: should the other one
        // be lost, the loss of the socket still frees what this page had.
        this.#presence?.close();
        for (const member of this.#members) {
            member.gone('page_hide');
        }
        if (this.#id && holding.length > 0) {
            sayGoodbye(this.#id, 'page_hide', graceMs);
        }
        this.#presence = null;
        this.#claim.abort();
        this.#claim = new AbortController();
        this.#claiming = null;
        this.#id = null;
    }

    #onBack() {
        for (const member of [...this.#members]) {
            member.back();
        }
    }

    #onVisibility() {
        const hidden = document.visibilityState === 'hidden';
        this.#presence?.setHidden(hidden);
        for (const member of [...this.#members]) {
            member.visibility(hidden);
        }
    }

    /** @param {KeyboardEvent} event */
    #onKey(event) {
        if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') {
            for (const member of [...this.#members]) {
                if (member.stopKey()) {
                    event.preventDefault();
                }
            }
        }
    }
}
