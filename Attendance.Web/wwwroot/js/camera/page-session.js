// @ts-check
import { giveBack, sayGoodbye, send } from './api.js';
import { log } from './log.js';
import { Presence } from './presence.js';
import { claimSessionId } from './session-id.js';

/**
 * @typedef {import('./api.js').Lease} Lease
 *
 * A camera session, as the page session sees it.
 * @typedef {object} Member
 * @property {boolean} holds whether it has a camera or is asking for one
 * @property {(reason: string) => void} gone stops the member at once; the page tells the server
 * @property {() => void} back
 * @property {(hidden: boolean) => void} visibility
 * @property {() => boolean} stopKey handles Ctrl+Shift+C; returns false if the member ignores it
 */

/** How long the server waits for a page that is left: it may be loaded again. A browser that says so gets more time for it. */
const leaveGraceMs = 650;
const reloadGraceMs = 2000;
const giveBackTimeoutMs = 10_000;

/** How long a goodbye may take to reach the server. */
const goodbyeMs = 2000;

/** @type {PageSession | null} */
let current = null;
let lastGoodbye = -Infinity;

/**
 * Holds what all camera sessions of a page share: the session id, the presence and the goodbye. It exists as long as the page has a
 * camera session, and leaves no listeners or sockets behind.
 */
export class PageSession {
    /** @type {Set<Member>} */
    #members = new Set();
    #life = new AbortController();
    /** Holds the claim on the session id until the page is left or cached. */
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
     * @returns {PageSession} the shared session of this page
     */
    static join(member) {
        current ??= new PageSession();
        current.#members.add(member);
        return current;
    }

    constructor() {
        const { signal } = this.#life;
        let isReloaded = false;
        addEventListener('pageswap', event => isReloaded = event.activation?.navigationType === 'reload', { signal });
        // pagehide, not beforeunload: beforeunload is unreliable on phones and keeps pages out of the back/forward cache.
        addEventListener('pagehide', event => this.#onGone(event.persisted ? 0 : isReloaded ? reloadGraceMs : leaveGraceMs), { signal });
        addEventListener('pageshow', event => event.persisted && this.#onBack(), { signal });
        document.addEventListener('freeze', () => this.#onGone(0), { signal });
        document.addEventListener('resume', () => this.#onBack(), { signal });
        document.addEventListener('visibilitychange', () => this.#onVisibility(), { signal });
        addEventListener('keydown', event => this.#onKey(event), { signal });
    }

    /** Until this time, a camera that is in use may be one that this page itself has just given back. */
    get goodbyeUntil() {
        return lastGoodbye + goodbyeMs;
    }

    /** The presence of this page; null before the session id is claimed and after the page was left. */
    get presence() {
        return this.#presence;
    }

    /** @param {Member} member */
    leave(member) {
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
                setTimeout(() => this.#asking === 0 && this.#presence?.settle()); // after the caller has seen the answer
            }
        }
    }

    /**
     * Says goodbye for the session if no other member holds a camera, because a goodbye gives back everything that the session holds.
     * @param {Member} member
     * @param {string} reason
     * @returns {boolean} whether the goodbye was said
     */
    sayGoodbyeIfLast(member, reason) {
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
     * Gives back leases that no member uses: their request was cancelled, or this page held them before its reload. Otherwise the server
     * would renew them forever.
     * @param {import('./presence.js').NamedLease[]} leases
     */
    #giveBackUnknown(leases) {
        if (this.#asking > 0) {
            return;
        }
        for (const { lease_id, camera_id } of leases) {
            log(`${camera_id ?? 'a camera'}: held for nobody here, given back`);
            giveBack(lease_id, 'client', giveBackTimeoutMs).catch(() => {}); // if this fails, the next round of renewals names the lease again
        }
    }

    /** @param {number} graceMs */
    #onGone(graceMs) {
        const holding = [...this.#members].filter(member => member.holds);
        // An open socket would keep the page out of the back/forward cache. It is closed without its own goodbye: if the goodbye request
        // below is lost, the loss of the socket still frees what this page held.
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
