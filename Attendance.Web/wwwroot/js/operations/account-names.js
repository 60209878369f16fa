// @ts-check
import { read } from './commands.js';

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Who the ids are that camera-api has written down. Event: "change", when more of them are known. */
export class AccountNames extends EventTarget {
    /** @type {Record<string, string>} */
    #names = {};
    /** Asked for and not there: of accounts that were deleted. @type {Set<string>} */
    #unknown = new Set();
    #isReading = false;

    /** @param {string} by */
    nameOf(by) {
        if (by in this.#names || !id.test(by)) {
            return this.#names[by] ?? by; // a service has a name of its own
        }
        if (!this.#unknown.has(by)) {
            this.#unknown.add(by);
            void this.#read();
        }
        return `deleted (${by.slice(0, 8)})`;
    }

    async #read() {
        if (this.#isReading) {
            return;
        }
        this.#isReading = true;
        try {
            this.#names = (await read('/api/operations/accounts')).accounts;
            this.dispatchEvent(new Event('change'));
        } catch {
            this.#unknown.clear(); // asked again when they are needed again
        } finally {
            this.#isReading = false;
        }
    }
}
