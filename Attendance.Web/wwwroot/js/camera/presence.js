// @ts-check
import { log } from './log.js';
import { socketAddress } from './socket-address.js';
import { jittered } from './timing.js';

/**
 * The callbacks for the server's messages about one lease of this page.
 * @typedef {object} Watcher
 * @property {(ttlSeconds: number) => void} renewed the lease lives this long from now on
 * @property {(reason: string, detail: string | null) => void} ended the lease has ended; nothing may use it after this returns
 * @property {(move: import('./api.js').CurrentLease) => void} moved the lease's camera was lost, and the lease has another camera from now on
 * @property {() => void} connected the server renews the lease from now on
 * @property {() => void} cut only this page can renew the lease now, and the server waits for two seconds only
 * @property {() => void} doubtful the server does not list the lease among those of this session
 *
 * @typedef {{ lease_id: string, camera_id?: string, ttl_seconds?: number }} NamedLease
 */

const protocol = 'attendance.presence.v1';
const firstRetryMs = 500;
const slowestRetryMs = 30_000;
const openTimeoutMs = 10_000;
const replaced = 4000;

/**
 * Shows the server that this page is alive. It uses a socket because the browser's network stack keeps answering, however slow the
 * page's own timers are. The socket is open while there is a lease to watch; without it, the leases are renewed by HTTP.
 */
export class Presence {
    #sessionId;
    /** @type {(leases: NamedLease[]) => void} */
    #onUnknown;
    /** @type {() => boolean} */
    #isAsking;
    /** @type {Map<string, Watcher>} */
    #watchers = new Map();
    /** Ended leases that are not confirmed yet. The end may arrive before the answer that grants the lease. @type {Map<string, string>} */
    #ended = new Map();
    /** @type {WebSocket | null} */
    #socket = null;
    /** @type {AbortController} */
    #listening = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;
    #failures = 0;
    #hidden = false;

    /**
     * @param {string} sessionId
     * @param {() => boolean} isAsking whether a lease may be on its way that is not watched yet
     * @param {(leases: NamedLease[]) => void} onUnknown called with the leases that the server renews but this page does not watch
     */
    constructor(sessionId, isAsking, onUnknown) {
        this.#sessionId = sessionId;
        this.#isAsking = isAsking;
        this.#onUnknown = onUnknown;
    }

    get isOpen() {
        return this.#socket?.readyState === WebSocket.OPEN;
    }

    /**
     * @param {string} leaseId
     * @param {Watcher} watcher
     */
    watch(leaseId, watcher) {
        this.#watchers.set(leaseId, watcher);
        const reason = this.#ended.get(leaseId);
        if (reason !== undefined) {
            this.#end(leaseId, reason, null);
        } else if (!this.#socket && this.#timer === undefined) {
            this.#connect();
        }
    }

    /** @param {string} leaseId */
    unwatch(leaseId) {
        if (this.#watchers.delete(leaseId)) {
            this.#closeIfIdle();
        }
    }

    /** Confirms that no ended lease is in use here. The server takes this as proof that those cameras are free. */
    settle() {
        for (const lease_id of this.#ended.keys()) {
            this.#send({ type: 'stopped', lease_id });
        }
        this.#ended.clear();
    }

    /** @param {boolean} hidden */
    setHidden(hidden) {
        this.#hidden = hidden;
        this.#send({ type: 'visibility', hidden });
    }

    /** Drops the socket and connects again, because a socket that was silent for too long may only look open. */
    distrust() {
        if (this.#socket) {
            log('presence: silent for too long');
            this.#drop();
            this.#each(watcher => watcher.cut());
            this.#reconnect();
        }
    }

    close() {
        this.#drop();
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#failures = 0;
        this.#ended.clear();
    }

    #connect() {
        let socket;
        try {
            socket = new WebSocket(socketAddress(`/api/sessions/${this.#sessionId}/presence`), protocol);
        } catch (error) {
            log('presence: no sockets here', String(error)); // a policy forbids sockets: leases are renewed by HTTP from now on
            return;
        }
        this.#socket = socket;
        const { signal } = this.#listening = new AbortController();
        this.#timer = setTimeout(() => socket.close(), openTimeoutMs); // some proxies neither open nor refuse
        socket.addEventListener('open', () => this.#onOpen(), { signal });
        socket.addEventListener('message', event => this.#onMessage(event.data), { signal });
        socket.addEventListener('close', event => this.#onClose(event.code), { signal });
    }

    #onOpen() {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        log('presence: open');
        this.#send({ type: 'visibility', hidden: this.#hidden });
        this.#each(watcher => watcher.connected());
    }

    /** @param {number} code */
    #onClose(code) {
        log(`presence: closed (${code})`);
        this.#drop();
        if (code === replaced) {
            this.#failures = 10; // another page has this session: do not compete for it every second
        }
        this.#each(watcher => watcher.cut());
        this.#reconnect();
    }

    /** Connects again, the first time at once: the server gives up leases that it does not hear about for two seconds. */
    #reconnect() {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        if (this.#watchers.size === 0) {
            return;
        }
        const wait = this.#failures === 0 ? 0 : Math.min(firstRetryMs * 2 ** (this.#failures - 1), slowestRetryMs);
        this.#failures++;
        this.#timer = setTimeout(() => {
            this.#timer = undefined;
            this.#connect();
        }, jittered(wait));
    }

    /** @param {unknown} data */
    #onMessage(data) {
        const message = parse(data);
        /** @type {NamedLease[]} */
        const leases = Array.isArray(message.leases) ? message.leases : [];
        switch (message.type) {
            case 'hello': {
                this.#failures = 0; // reset only now: a proxy may open a socket that it cannot keep open
                const known = new Set(leases.map(lease => lease.lease_id));
                this.#each((watcher, leaseId) => known.has(leaseId) || watcher.doubtful());
                break;
            }
            case 'renewed':
                for (const { lease_id, ttl_seconds } of leases) {
                    if (typeof ttl_seconds === 'number') {
                        this.#watchers.get(lease_id)?.renewed(ttl_seconds);
                    }
                }
                this.#onUnknown(leases.filter(lease => !this.#watchers.has(lease.lease_id)));
                break;
            case 'moved':
                this.#watchers.get(String(message.lease_id))?.moved(/** @type {import('./api.js').CurrentLease} */ (message));
                break;
            case 'ended':
                this.#end(String(message.lease_id), String(message.reason), typeof message.detail === 'string' ? message.detail : null);
                break;
        }
    }

    /**
     * @param {string} leaseId
     * @param {string} reason
     * @param {string | null} detail
     */
    #end(leaseId, reason, detail) {
        this.#ended.set(leaseId, reason);
        const watcher = this.#watchers.get(leaseId);
        this.#watchers.delete(leaseId);
        watcher?.ended(reason, detail);
        if (watcher || !this.#isAsking()) {
            this.settle();
        }
        if (watcher) {
            this.#closeIfIdle();
        }
    }

    #closeIfIdle() {
        if (this.#watchers.size === 0) {
            this.#send({ type: 'bye' });
            this.close();
        }
    }

    /** @param {object} message */
    #send(message) {
        if (this.isOpen) {
            this.#socket?.send(JSON.stringify(message));
        }
    }

    #drop() {
        this.#listening.abort();
        this.#socket?.close();
        this.#socket = null;
    }

    /** @param {(watcher: Watcher, leaseId: string) => void} act */
    #each(act) {
        for (const [leaseId, watcher] of [...this.#watchers]) {
            act(watcher, leaseId);
        }
    }
}

/** @param {unknown} data @returns {Record<string, unknown>} */
function parse(data) {
    try {
        const message = JSON.parse(String(data));
        return message !== null && typeof message === 'object' ? message : {};
    } catch {
        return {};
    }
}
