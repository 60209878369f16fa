// @ts-check

const key = 'camera_session_id';

/**
 * Claims this tab's session id. A reload keeps the id, so that the page finds its own lease again. A duplicated tab starts with a copy
 * of the other tab's storage. Two tabs with one id would release each other's camera, so the copy gets a new id.
 * @param {AbortSignal} signal ends the claim when it aborts; a page in the back/forward cache must hold no lock
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

/** Tells whether the page was reached by a reload or through the history. If so, its former lease or the release may still be on its way. */
export function arrivedByReloadOrHistory() {
    const [navigation] = performance.getEntriesByType('navigation');
    return navigation instanceof PerformanceNavigationTiming
        && (navigation.type === 'reload' || navigation.type === 'back_forward');
}

/**
 * Locks the id. Duplicating a tab counts as "back_forward", so only a lock tells the original from the copy.
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false if another tab has the id
 */
function claim(id, signal) {
    if (!navigator.locks || signal.aborted) {
        return Promise.resolve(true); // locks need a secure context; without them only the kind of navigation decides
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
    // On plain HTTP from another machine, randomUUID does not exist; these bytes are at least as random.
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
        // Storage is switched off: every load is a new session.
    }
}
