// @ts-check
import { read } from './commands.js';

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Who the ids are that camera-api has written down. Event: "change", when more of them are known. */
export class AccountNames extends EventTarget {
    /** @type {Map<string, string>} */
    #names = new Map();
    /** Asked for and not there: of accounts that were deleted. @type {Set<string>} */
    #unknown = new Set();
    #isReading = false;

    /** @param {string} by */
    nameOf(by) {
        const name = this.#names.get(by);
        if (name !== undefined || !id.test(by)) {
            return name ?? by; // a service has a name of its own
        }
        if (!this.#unknown.has(by)) {
            this.#unknown.add(by);
            void this.#read();
        }
        return this.#isReading ? '…' : `deleted (${by.slice(0, 8)})`;
    }

    /** Those that were not to be had may be now. */
    askAgain() {
        this.#unknown.clear();
    }

    async #read() {
        if (this.#isReading) {
            return;
        }
        this.#isReading = true;
        try {
            this.#names = new Map(Object.entries((await read('/api/operations/accounts')).accounts));
        } catch {
            // Whoever shows them says so by their ids, until they are asked for again.
        } finally {
            this.#isReading = false;
            this.dispatchEvent(new Event('change'));
        }
    }
}
