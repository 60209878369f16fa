// @ts-check
import { Problem, request } from '../camera/api.js';
import { Trace } from '../camera/trace.js';
import { wordsForProblem, wordsForReason } from '../camera/words.js';
import { wordsFor } from '../kiosk/answers.js';
import { FrameSender } from '../kiosk/frame-sender.js';
import { KioskCamera } from '../kiosk/kiosk-camera.js';
import { element, write } from './dom.js';

/** @typedef {import('../kiosk/answers.js').Answer} Answer */

const statusEveryMs = 15_000;
const shownMs = 3000;
const idleFormMs = 30_000;

const main = element('kiosk', HTMLElement);
const words = element('words', HTMLElement);
const detail = element('detail', HTMLElement);
const sessions = element('sessions', HTMLElement);
const trouble = element('trouble', HTMLElement);
const video = element('video', HTMLVideoElement);
const canvas = element('canvas', HTMLCanvasElement);
const openCode = element('open-code', HTMLButtonElement);
const closeCode = element('close-code', HTMLButtonElement);
const form = element('code-form', HTMLFormElement);
const number = element('number', HTMLInputElement);
const code = element('code', HTMLInputElement);
const codeProblem = element('code-problem', HTMLElement);

const token = document.querySelector('meta[name="request-token"]')?.getAttribute('content') ?? '';
const version = document.body.dataset.version ?? '';
const life = new AbortController();
/** Until when an answer to a code is shown, whatever the camera sees. */
let shownUntil = 0;
/** The id of the check-in that is being entered, so that one that is sent again is recorded once. */
let eventId = crypto.randomUUID();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let idleForm;
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

openCode.addEventListener('click', () => {
    form.hidden = false;
    openCode.hidden = true;
    number.focus();
    waitForInput();
});
closeCode.addEventListener('click', closeForm);
form.addEventListener('input', waitForInput);
form.addEventListener('submit', event => {
    event.preventDefault();
    void enter();
});
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
    main.dataset.state = answer.state;
    main.dataset.tone = said.tone;
    write(words, said.words);
    write(detail, said.detail);
}

function showTrouble() {
    const said = troubles.server || troubles.camera;
    trouble.hidden = said === '';
    write(trouble, said === '' ? '' : `${said} You can check in by code.`);
    if (said !== '' && performance.now() >= shownUntil) {
        main.dataset.state = 'trouble';
        main.dataset.tone = 'warn';
        write(words, 'Use your code');
        write(detail, 'The camera is not ready. It comes back by itself.');
    }
}

/** @param {Problem} problem */
function failed(problem) {
    if (problem.status === 401 || problem.status === 403) {
        void ask(); // says whether this is still a kiosk
    } else if (problem.status === 0 || problem.status >= 500) {
        troubles.server = problem.status === 0 ? 'The server cannot be reached. It is tried again.' : wordsForProblem(problem);
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
        if (status.version !== version && form.hidden) {
            location.reload();
        }
    } catch (error) {
        if (error instanceof Problem && error.status === 401) {
            location.assign('/kiosk/setup');
        } else if (!life.signal.aborted) {
            troubles.server = 'The server cannot be reached. It is tried again.';
            showTrouble();
        }
    }
}

async function enter() {
    const entered = { event_id: eventId, number: number.value, code: code.value };
    try {
        const response = await request('/api/kiosk/code', {
            method: 'POST', body: JSON.stringify(entered), signal: AbortSignal.timeout(10_000),
            headers: { 'Content-Type': 'application/json', RequestVerificationToken: token },
        });
        closeForm();
        shownUntil = performance.now() + shownMs;
        show(await response.json());
    } catch (error) {
        const problem = error instanceof Problem ? error : new Problem(0, 'unreachable');
        write(codeProblem, problem.status === 0 ? 'The server cannot be reached. Try again in a moment.' : problem.message);
        code.value = '';
        code.focus();
    }
}

function closeForm() {
    clearTimeout(idleForm);
    form.reset();
    form.hidden = true;
    openCode.hidden = false;
    write(codeProblem, '');
    eventId = crypto.randomUUID();
    openCode.focus();
}

/** Closes the form if nobody goes on, so that nobody finds what another has begun to enter. */
function waitForInput() {
    clearTimeout(idleForm);
    idleForm = setTimeout(closeForm, idleFormMs);
}

async function stayAwake() {
    if (document.visibilityState === 'visible' && 'wakeLock' in navigator) {
        await navigator.wakeLock.request('screen').catch(() => {}); // not granted on battery, for example
    }
}
