// @ts-check
import { asProblem } from '../camera/api.js';
import { PhonePairing, wordsForPairingEnd } from '../camera/phone-pairing.js';
import { wordsForProblem } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';

/** @typedef {import('../camera/phone-pairing.js').ShownPairing} ShownPairing */

const dialog = element('phone-dialog', HTMLDialogElement);
const state = element('phone-state', HTMLElement);
const insecure = element('phone-insecure', HTMLElement);
const local = element('phone-local', HTMLElement);
const offer = element('phone-offer', HTMLElement);
const picture = element('phone-picture', HTMLImageElement);
const address = element('phone-address', HTMLElement);
const code = element('phone-code', HTMLElement);
const left = element('phone-left', HTMLElement);
const again = element('phone-again', HTMLButtonElement);

/** @type {PhonePairing | null} */
let pairing = null;
/** Covers the pairing that is shown. */
let showing = new AbortController();
/** @type {(pairing: PhonePairing, cameraId: string) => void} */
let paired = (made, cameraId) => location.assign(`/cameras/${cameraId}?phone=${made.id}`);

for (const button of document.querySelectorAll('[data-phone-camera]')) {
    button.addEventListener('click', () => {
        dialog.showModal();
        void make();
    });
}
again.addEventListener('click', () => void make());
element('phone-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
dialog.addEventListener('close', drop);
addEventListener('pagehide', drop);
addEventListener('pageshow', event => event.persisted && dialog.close());

/**
 * Opens the phone's camera in this page, instead of a page of its own.
 * @param {(pairing: PhonePairing, cameraId: string) => void} open
 */
export function openPhoneWith(open) {
    paired = open;
}

/** Shows a code, in place of any that is shown. */
async function make() {
    drop();
    const { signal } = showing = new AbortController();
    offer.hidden = true;
    again.hidden = true;
    insecure.hidden = isSecureContext;
    local.hidden = !isSecureContext || !/^(localhost|127\..*|\[::1\])$/.test(location.hostname);
    write(state, isSecureContext ? t('Making a code…') : '');
    if (!isSecureContext) {
        return;
    }
    try {
        const made = await PhonePairing.make();
        if (signal.aborted) {
            made.pairing.end();
            return;
        }
        pairing = made.pairing;
        await draw(made.picture);
        write(address, made.address.replace(/^https?:\/\//, ''));
        write(code, `${made.code.slice(0, 4)}-${made.code.slice(4)}`);
        offer.hidden = false;
        countDown(made.secondsLeft, signal);
        void pairing.watch(show, signal);
    } catch (error) {
        const problem = asProblem(error);
        write(state, problem.status === 429 ? t('You have as many pairings as may be. End one of them first.') : wordsForProblem(problem));
        again.hidden = false;
    }
}

/** @param {ShownPairing} shown */
function show({ state: now, camera_id, reason }) {
    offer.hidden = now !== 'waiting';
    again.hidden = now !== 'ended';
    write(state, now === 'waiting' ? t('Waiting for a phone.')
        : now === 'used' ? t('A phone has used the code. Allow it to use its camera there; its picture appears here by itself.')
        : now === 'published' ? t('Opening the phone’s camera…')
        : wordsForPairingEnd(reason));
    if (now === 'published' && pairing && camera_id) {
        const made = pairing;
        pairing = null; // it goes on without this dialog
        showing.abort();
        dialog.close();
        paired(made, camera_id);
    } else if (now === 'ended') {
        pairing = null;
        showing.abort();
    }
}

/** Ends the pairing that is shown: its code is worth nothing once nobody sees it. */
function drop() {
    showing.abort();
    pairing?.end();
    pairing = null;
}

/** @param {string} svg */
async function draw(svg) {
    const before = picture.src;
    picture.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    await picture.decode();
    URL.revokeObjectURL(before);
}

/**
 * @param {number} seconds
 * @param {AbortSignal} signal
 */
function countDown(seconds, signal) {
    const until = performance.now() + seconds * 1000;
    const tick = () => {
        const rest = Math.max(0, Math.ceil((until - performance.now()) / 1000));
        write(left, `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, '0')}`);
    };
    const timer = setInterval(tick, 250);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    tick();
}
