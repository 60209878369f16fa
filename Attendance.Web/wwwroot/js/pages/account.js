// @ts-check
import { canUsePasskeys, makePasskey, wordsFor } from '../accounts/passkeys.js';
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
    const credential = form.elements.namedItem('credential');
    try {
        const answer = await makePasskey('/account?handler=PasskeyOptions');
        if (credential instanceof HTMLInputElement) {
            credential.value = answer;
            form.submit();
        }
    } catch (error) {
        write(trouble, wordsFor(error));
        trouble.hidden = false;
    }
}
