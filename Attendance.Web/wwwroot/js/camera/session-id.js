// @ts-check

const key = 'camera_session_id';

/**
 * This tab's session id: a reload keeps it, so that it finds its own lease again. A duplicated tab is given a copy of the
 * other's storage; two tabs of one id would release each other's camera, so the copy gets a new one.
 * @param {AbortSignal} signal until when the id is ours; a page in the back/forward cache must hold no lock
 * @returns {Promise<string>}
 */
export async function claimSessionId(signal) {
    const stored = arrivedByReloadOrHistory() ? read() : null;
    if (stored && await claim(stored, signal)) {
        return stored;
    }
    const fresh = `camera_${randomId()}`;
    write(fresh);
    await claim(fresh, signal);
    return fresh;
}

/** Whether this page was here before: then an own lease, or its release, may still be on its way. */
export function arrivedByReloadOrHistory() {
    const [navigation] = performance.getEntriesByType('navigation');
    return navigation instanceof PerformanceNavigationTiming
        && (navigation.type === 'reload' || navigation.type === 'back_forward');
}

/**
 * Duplicating a tab counts as "back_forward", so only a lock tells the original from the copy.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false when another tab has it
 */
function claim(id, signal) {
    if (!navigator.locks || signal.aborted) {
        return Promise.resolve(true); // locks need a secure context; without them the kind of navigation decides alone
    }
    return new Promise(resolve => {
        navigator.locks.request(`camera-session:${id}`, { ifAvailable: true }, lock => {
            resolve(lock !== null);
            return lock === null ? undefined : new Promise(release => {
                signal.addEventListener('abort', () => release(undefined), { once: true });
            });
        }).catch(() => resolve(true));
    });
}

function randomId() {
    if (typeof crypto.randomUUID === 'function') {
        return crypto.randomUUID();
    }
    // Plain http on another machine's address: no randomUUID there, the same randomness all the same.
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('');
}

function read() {
    try {
        const id = sessionStorage.getItem(key);
        return id && /^[A-Za-z0-9_-]{8,128}$/.test(id) ? id : null;
    } catch {
        return null; // storage is switched off: every load is a new session
    }
}

/** @param {string} id */
function write(id) {
    try {
        sessionStorage.setItem(key, id);
    } catch {
        // As above.
    }
}
