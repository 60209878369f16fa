// @ts-check
import { Problem, request } from '../camera/api.js';
import { Trace } from '../camera/trace.js';
import { wordsForProblem, wordsForReason } from '../camera/words.js';
import { wordsFor } from '../kiosk/answers.js';
import { EntryForm } from '../kiosk/entry-form.js';
import { FrameSender } from '../kiosk/frame-sender.js';
import { KioskCamera } from '../kiosk/kiosk-camera.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';

/** @typedef {import('../kiosk/answers.js').Answer} Answer */

const statusEveryMs = 15_000;
const shownMs = 3000;

const main = element('kiosk', HTMLElement);
const words = element('words', HTMLElement);
const detail = element('detail', HTMLElement);
const sessions = element('sessions', HTMLElement);
const trouble = element('trouble', HTMLElement);
const video = element('video', HTMLVideoElement);
const canvas = element('canvas', HTMLCanvasElement);
const openCode = element('open-code', HTMLButtonElement);
const number = element('number', HTMLInputElement);
const code = element('code', HTMLInputElement);
const openNumber = element('open-number', HTMLButtonElement);
const faceNumber = element('face-number', HTMLInputElement);

const token = document.querySelector('meta[name="request-token"]')?.getAttribute('content') ?? '';
const version = document.body.dataset.version ?? '';
const life = new AbortController();
/** Until when an answer to a code is shown, whatever the camera sees. */
let shownUntil = 0;
/** Whether so many people are expected that they say first who they are. */
let numberFirst = false;
/** @type {Record<'camera' | 'server', string>} */
const troubles = { camera: '', server: '' };

const camera = new KioskCamera(document.body.dataset.camera ?? '', canvas, video, (problem, reason) => {
    troubles.camera = reason === undefined ? '' : problem ? wordsForProblem(problem) : wordsForReason(reason);
    showTrouble();
});
const frames = new FrameSender(token, answer => {
    troubles.server = '';
    showTrouble();
    if (performance.now() >= shownUntil) {
        show(answer);
    }
}, failed);

const codeForm = new EntryForm(
    element('code-form', HTMLFormElement), openCode, element('close-code', HTMLButtonElement), element('code-problem', HTMLElement), token,
    eventId => ({ path: '/api/kiosk/code', body: { event_id: eventId, number: number.value, code: code.value } }),
    answer => {
        shownUntil = performance.now() + shownMs;
        show(answer);
    },
    showButtons);
const numberForm = new EntryForm(
    element('number-form', HTMLFormElement), openNumber, element('close-number', HTMLButtonElement), element('number-problem', HTMLElement), token,
    () => ({ path: '/api/kiosk/number', body: { number: faceNumber.value } }),
    show,
    showButtons);
document.addEventListener('visibilitychange', () => void stayAwake());
addEventListener('online', () => void ask());
addEventListener('pagehide', () => life.abort());
addEventListener('pageshow', event => event.persisted && location.reload());

camera.start();
void frames.run(camera.session, camera.source, life.signal);
void stayAwake();
void ask();
setInterval(() => void ask(), statusEveryMs);

/** @param {Answer} answer */
function show(answer) {
    const said = wordsFor(answer);
    if (['number_first', 'closed'].includes(answer.state) || (answer.state === 'looking' && !answer.hint)) {
        // While somebody is looked at, or reads what is said to them, it stays as it is.
        numberFirst = answer.state === 'number_first';
        showButtons();
    }
    main.dataset.state = answer.state;
    main.dataset.tone = said.tone;
    write(words, said.words);
    write(detail, said.detail);
}

function showTrouble() {
    const said = troubles.server || troubles.camera;
    trouble.hidden = said === '';
    write(trouble, said === '' ? '' : t('{0} You can check in by code.', said));
    if (said !== '' && performance.now() >= shownUntil) {
        main.dataset.state = 'trouble';
        main.dataset.tone = 'warn';
        write(words, t('Use your code'));
        write(detail, t('The camera is not ready. It comes back by itself.'));
    }
}

/** @param {Problem} problem */
function failed(problem) {
    if (problem.status === 401 || problem.status === 403) {
        void ask(); // says whether this is still a kiosk
    } else if (problem.status === 0 || problem.status >= 500) {
        troubles.server = problem.status === 0 ? t('The server cannot be reached. It is tried again.') : wordsForProblem(problem);
        showTrouble();
    }
}

/** Asks which sessions are open and whether this is still a kiosk, of the same version as the page. */
async function ask() {
    try {
        const response = await request('/api/kiosk/status', {
            headers: Trace.unsampled.headers, signal: AbortSignal.any([life.signal, AbortSignal.timeout(8000)]),
        });
        const status = await response.json();
        write(sessions, status.sessions.join(' · '));
        if (status.sessions.length === 0 && performance.now() >= shownUntil && troubles.camera === '') {
            show({ state: 'closed' });
        }
        if (status.version !== version && !codeForm.isOpen && !numberForm.isOpen) {
            location.reload();
        }
    } catch (error) {
        if (error instanceof Problem && error.status === 401) {
            location.assign('/kiosk/setup');
        } else if (!life.signal.aborted) {
            troubles.server = t('The server cannot be reached. It is tried again.');
            showTrouble();
        }
    }
}

/** One form at a time, and the number only where it is asked for. */
function showButtons() {
    const isEntering = codeForm.isOpen || numberForm.isOpen;
    openCode.hidden = isEntering;
    openNumber.hidden = isEntering || !numberFirst;
}

async function stayAwake() {
    if (document.visibilityState === 'visible' && 'wakeLock' in navigator) {
        await navigator.wakeLock.request('screen').catch(() => {}); // not granted on battery, for example
    }
}
