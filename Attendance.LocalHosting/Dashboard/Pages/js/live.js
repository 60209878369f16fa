// @ts-check

/** @typedef {import("./server.js").Resource} Resource */
/** @typedef {import("./server.js").Notification} Notification */

/**
 * What the server tells as long as the page is open. An event of each name whenever what it tells of has changed, and
 * "connection" when it comes or goes.
 */
export class Live extends EventTarget {
    /** @type {Resource[]} */
    resources = [];

    /** @type {Notification[]} */
    notifications = [];

    isConnected = false;

    open() {
        const source = new EventSource("/api/live");
        source.addEventListener("open", () => this.#connected(true));
        source.addEventListener("error", () => {
            this.#connected(false);
            if (source.readyState === EventSource.CLOSED) {
                location.assign("/login"); // it was refused, not lost: the application has started anew
            }
        });
        source.addEventListener("resources", event => {
            this.resources = JSON.parse(event.data);
            this.dispatchEvent(new Event("resources"));
        });
        source.addEventListener("notifications", event => {
            this.notifications = JSON.parse(event.data);
            this.dispatchEvent(new Event("notifications"));
        });
        for (const name of ["logs", "traces", "metrics"]) {
            source.addEventListener(name, () => this.dispatchEvent(new Event(name)));
        }
    }

    /** @param {boolean} isConnected */
    #connected(isConnected) {
        this.isConnected = isConnected;
        this.dispatchEvent(new Event("connection"));
    }
}

/**
 * Does something now and after every such event, never twice at a time, and at most twice a second.
 * @param {Live} live
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {() => Promise<void>} refresh
 * @returns {() => void} asks for it at once
 */
export function refreshing(live, name, signal, refresh) {
    let isBusy = false;
    let isWanted = false;
    async function run() {
        isWanted = true;
        while (isWanted && !isBusy && !signal.aborted) {
            isBusy = true;
            isWanted = false;
            try {
                await refresh();
            } catch (error) {
                if (!signal.aborted) {
                    console.warn("Not refreshed:", error instanceof Error ? error.message : error);
                }
            }

            await new Promise(resolve => setTimeout(resolve, 500));
            isBusy = false;
        }
    }

    live.addEventListener(name, run, { signal });
    void run();
    return run;
}
