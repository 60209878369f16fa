// @ts-check
import { t } from '../languages/text.js';
import { read } from './commands.js';

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The names of the accounts whose ids camera-api has recorded. Event: `change`, after each attempt to read the names. */
export class AccountNames extends EventTarget {
    /** @type {Map<string, string>} */
    #names = new Map();
    /** The ids that were asked for and were not known: usually those of deleted accounts. @type {Set<string>} */
    #unknown = new Set();
    #isReading = false;

    /** @param {string} by */
    nameOf(by) {
        const name = this.#names.get(by);
        if (name !== undefined || !id.test(by)) {
            return name ?? by; // an id that is not an account's is the name of a service
        }
        if (!this.#unknown.has(by)) {
            this.#unknown.add(by);
            void this.#read();
        }
        return this.#isReading ? '…' : t('deleted ({0})', by.slice(0, 8));
    }

    /** Allows unknown ids to be asked for again, because they may be known by now. */
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
            // Callers show the ids until the names are asked for again.
        } finally {
            this.#isReading = false;
            this.dispatchEvent(new Event('change'));
        }
    }
}
