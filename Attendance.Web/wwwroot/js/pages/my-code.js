// @ts-check
import { Problem, request } from '../camera/api.js';
import { Trace } from '../camera/trace.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';

const answerWithinMs = 8000;
const againAfterMs = 3000;
const tickMs = 250;

const main = element('my-code', HTMLElement);
const picture = element('picture', HTMLImageElement);
const left = element('left', HTMLElement);
const time = element('time', HTMLProgressElement);
const seconds = element('seconds', HTMLElement);
const trouble = element('trouble', HTMLElement);

/** Until when the code that is shown is the one of now. */
let until = 0;
let isAsking = false;
let askAgainAt = 0;

time.max = Number(main.dataset.seconds);
setInterval(tick, tickMs);
document.addEventListener('visibilitychange', () => void shown());
addEventListener('pageshow', event => event.persisted && void shown());
addEventListener('online', () => {
    askAgainAt = 0;
    tick();
});
void shown();

function tick() {
    const rest = Math.max(0, until - performance.now()) / 1000;
    time.value = rest;
    write(seconds, String(Math.ceil(rest)));
    if (rest === 0 && performance.now() >= askAgainAt && document.visibilityState === 'visible') {
        void ask();
    }
}

/** Asks for the code of now. While there is none, none is shown: an old one is worth nothing at the door. */
async function ask() {
    if (isAsking) {
        return;
    }
    isAsking = true;
    try {
        const response = await request('/api/phone/code', { headers: Trace.unsampled.headers, signal: AbortSignal.timeout(answerWithinMs) });
        const code = await response.json();
        await show(code.picture);
        until = performance.now() + code.seconds_left * 1000;
        write(trouble, '');
        trouble.hidden = true;
        left.hidden = false;
    } catch (error) {
        if (error instanceof Problem && error.status === 401) {
            location.assign('/my-code/setup'); // it was revoked
            return;
        }
        hide(navigator.onLine ? t('The server cannot be reached, so there is no code now. It is tried again.') : t('This phone has no network, so there is no code now.'));
        askAgainAt = performance.now() + againAfterMs;
    } finally {
        isAsking = false;
    }
}

/** @param {string} svg */
async function show(svg) {
    const before = picture.src;
    picture.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
    await picture.decode();
    picture.hidden = false;
    URL.revokeObjectURL(before);
}

/** @param {string} why */
function hide(why) {
    picture.hidden = true;
    left.hidden = true;
    write(trouble, why);
    trouble.hidden = false;
}

async function shown() {
    if (document.visibilityState !== 'visible') {
        return;
    }
    askAgainAt = 0;
    tick();
    if ('wakeLock' in navigator) {
        await navigator.wakeLock.request('screen').catch(() => {}); // not granted on battery, for example
    }
}
