// @ts-check
import { canUsePasskeys, makePasskey, sendAnswer, wordsFor } from '../accounts/passkeys.js';
import { element, write } from './dom.js';

const form = element('add-passkey', HTMLFormElement);
const trouble = element('passkey-trouble', HTMLElement);

if (canUsePasskeys()) {
    form.hidden = false;
    element('no-passkeys', HTMLElement).hidden = true;
    form.addEventListener('submit', event => {
        event.preventDefault();
        void add();
    });
}

async function add() {
    trouble.hidden = true;
    try {
        sendAnswer(form, await makePasskey('/account?handler=PasskeyOptions'));
    } catch (error) {
        write(trouble, wordsFor(error));
        trouble.hidden = false;
    }
}
