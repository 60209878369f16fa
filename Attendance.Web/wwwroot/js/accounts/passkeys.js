// @ts-check
import { t } from '../languages/text.js';

/** Returns whether this browser can make and use passkeys on this page. */
export function canUsePasskeys() {
    return isSecureContext && typeof PublicKeyCredential === 'function'
        && typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function' && typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function';
}

/** Returns whether the browser can offer passkeys where it fills in user names. */
export async function canOfferInForm() {
    return canUsePasskeys() && typeof PublicKeyCredential.isConditionalMediationAvailable === 'function' && await PublicKeyCredential.isConditionalMediationAvailable();
}

/**
 * Makes a passkey, for which the person confirms at the device.
 * @param {string} address where the server's question is
 * @returns {Promise<string>} the answer, for the server
 */
export async function makePasskey(address) {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await ask(address));
    return answerOf(await navigator.credentials.create({ publicKey }));
}

/**
 * Shows a passkey to the server.
 * @param {string} address where the server's question is
 * @param {AbortSignal} signal ends the wait for the person
 * @param {boolean} inForm whether the browser waits until the person chooses a passkey among the user names that it offers
 * @returns {Promise<string>} the answer, for the server
 */
export async function showPasskey(address, signal, inForm = false) {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await ask(address));
    signal.throwIfAborted();
    return answerOf(await navigator.credentials.get({ publicKey, signal, ...inForm ? { mediation: 'conditional' } : {} }));
}

/**
 * Sends an answer to the server in a form.
 * @param {HTMLFormElement} form has a field `credential`
 * @param {string} answer
 */
export function sendAnswer(form, answer) {
    const credential = form.elements.namedItem('credential');
    if (credential instanceof HTMLInputElement) {
        credential.value = answer;
        form.submit();
    }
}

/**
 * Says in words why there is no passkey.
 * @param {unknown} error
 */
export function wordsFor(error) {
    switch (error instanceof Error ? error.name : '') {
        case 'NotAllowedError': return t('No passkey was used: it was cancelled, took too long, or there is none for this address here.');
        case 'InvalidStateError': return t('This device has a passkey for your account already.');
        case 'SecurityError': return t('Passkeys need an address with a name, from https or localhost.');
        default: return t('That did not work. Try again.');
    }
}

/** @param {string} address */
async function ask(address) {
    const response = await fetch(address, { cache: 'no-store' });
    if (!response.ok || response.redirected) {
        throw new Error(`The server answered ${response.status}.`);
    }
    return response.json();
}

/** @param {Credential | null} credential */
function answerOf(credential) {
    if (!(credential instanceof PublicKeyCredential)) {
        throw new Error('The browser gave no passkey.');
    }
    return JSON.stringify(credential.toJSON());
}
