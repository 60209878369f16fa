// @ts-check
import { canOfferInForm, canUsePasskeys, sendAnswer, showPasskey, wordsFor } from '../accounts/passkeys.js';
import { element, write } from './dom.js';

const question = '/sign-in?handler=PasskeyOptions';
const form = element('passkey', HTMLFormElement);
const trouble = element('passkey-trouble', HTMLElement);
let waiting = new AbortController();

if (canUsePasskeys()) {
    form.hidden = false;
    form.addEventListener('submit', event => {
        event.preventDefault();
        void signIn();
    });
    addEventListener('pagehide', () => waiting.abort());
    void offer();
}

/** Lets the browser offer passkeys where it offers user names, for as long as the page is open. */
async function offer() {
    try {
        if (await canOfferInForm()) {
            sendAnswer(form, await showPasskey(question, waiting.signal, true));
        }
    } catch {
        // Nobody has chosen one. The button is there, and the password.
    }
}

async function signIn() {
    waiting.abort(); // the browser waits for one answer at a time
    waiting = new AbortController();
    trouble.hidden = true;
    try {
        sendAnswer(form, await showPasskey(question, waiting.signal));
    } catch (error) {
        write(trouble, wordsFor(error));
        trouble.hidden = false;
    }
}
