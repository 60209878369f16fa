// @ts-check
import { Problem, request } from '../camera/api.js';
import { serverNow } from '../camera/server-clock.js';
import { Trace } from '../camera/trace.js';
import { describe, howLong, wordsForProblem, wordsForState } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element } from './dom.js';

/** @typedef {import('../camera/api.js').ListedCamera} Camera */

const everyMs = 3000;
const answerWithinMs = 8000;

const list = element('cameras', HTMLUListElement);
const summary = element('summary', HTMLElement);
const trouble = element('trouble', HTMLElement);
const empty = element('empty', HTMLElement);

/** @type {Map<string, HTMLLIElement>} */
const cards = new Map();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
let refreshing = false;

document.addEventListener('visibilitychange', schedule);
addEventListener('pageshow', event => event.persisted && schedule());
schedule();

/** Keeps the page up to date while it is visible. A hidden page sends no requests. */
function schedule() {
    clearTimeout(next);
    if (document.visibilityState === 'visible') {
        void refresh();
    }
}

async function refresh() {
    if (refreshing) {
        return;
    }
    refreshing = true;
    try {
        const response = await request('/api/cameras', { signal: AbortSignal.timeout(answerWithinMs), headers: Trace.unsampled.headers });
        const { cameras } = /** @type {{ cameras: Camera[] }} */ (await response.json());
        show(cameras);
    } catch (error) {
        complain(error instanceof Problem ? error : new Problem(0, 'camera_api_unavailable'));
    } finally {
        refreshing = false;
        clearTimeout(next);
        if (document.visibilityState === 'visible') {
            next = setTimeout(refresh, everyMs);
        }
    }
}

/** @param {Camera[]} cameras */
function show(cameras) {
    trouble.hidden = true;
    list.setAttribute('aria-busy', 'false');
    list.classList.remove('stale');
    empty.hidden = cameras.length > 0;
    list.hidden = cameras.length === 0;
    say(summarize(cameras));

    for (const waiting of list.querySelectorAll('.card-waiting')) {
        waiting.remove();
    }
    const present = new Set(cameras.map(camera => camera.camera_id));
    for (const [id, card] of cards) {
        if (!present.has(id)) {
            card.remove();
            cards.delete(id);
        }
    }
    cameras.forEach((camera, at) => {
        let card = cards.get(camera.camera_id);
        if (!card) {
            card = create(camera);
            cards.set(camera.camera_id, card);
        }
        fill(card, camera);
        if (list.children[at] !== card) {
            list.insertBefore(card, list.children[at] ?? null); // only if its place has changed, because moving it takes the focus away
        }
    });
}

/** @param {Problem} problem */
function complain(problem) {
    trouble.textContent = cards.size > 0
        ? t('{0} Below is what was last known. This page goes on asking.', wordsForProblem(problem))
        : t('{0} This page goes on asking.', wordsForProblem(problem));
    trouble.hidden = false;
    list.setAttribute('aria-busy', 'false');
    list.classList.toggle('stale', cards.size > 0);
    list.hidden = cards.size === 0;
    empty.hidden = true;
    say(cards.size > 0 ? t('Not up to date') : t('Cameras are not known just now'));
}

/** @param {Camera[]} cameras */
function summarize(cameras) {
    const available = cameras.filter(camera => camera.state === 'available').length;
    return cameras.length === 0 ? t('No cameras')
        : cameras.length === 1 ? t('1 camera, {0} available', available) : t('{0} cameras, {1} available', cameras.length, available);
}

/**
 * Writes the status only if it has changed, because screen readers read out a status whenever it is written.
 * @param {string} text
 */
function say(text) {
    if (summary.textContent !== text) {
        summary.textContent = text;
    }
}

/** @param {Camera} camera */
function create(camera) {
    const template = document.createElement('li');
    template.className = 'card';
    const head = template.appendChild(document.createElement('div'));
    head.className = 'card-head';
    const link = head.appendChild(document.createElement('a'));
    link.className = 'card-link';
    if (camera.kind !== 'browser') { // a browser camera can be seen only in its own browser
        link.href = `/cameras/${encodeURIComponent(camera.camera_id)}`;
    }
    const badge = head.appendChild(document.createElement('span'));
    badge.className = 'badge';
    for (const name of ['card-meaning', 'card-facts muted small', 'card-tags']) {
        template.appendChild(document.createElement('p')).className = name;
    }
    return template;
}

/**
 * @param {HTMLElement} card
 * @param {Camera} camera
 */
function fill(card, camera) {
    const words = wordsForState(camera.state);
    const since = camera.held_since && camera.state === 'held' ? ` ${t('For {0}.', howLong(new Date(camera.held_since), new Date(serverNow())))}` : '';
    card.dataset.state = camera.state;
    write(card, '.card-link', camera.name || camera.camera_id);
    write(card, '.badge', words.word);
    write(card, '.card-meaning', camera.detail ? `${words.meaning} (${camera.detail})` : words.meaning + since);
    write(card, '.card-facts', `${describe(camera)}${camera.may && !camera.may.includes('borrow') ? ` · ${t('for you to watch')}` : ''}`);
    write(card, '.card-tags', (camera.tags ?? []).join(', '));
    const badge = /** @type {HTMLElement} */ (card.querySelector('.badge'));
    badge.dataset.tone = words.tone;
}

/**
 * @param {HTMLElement} card
 * @param {string} selector
 * @param {string} text
 */
function write(card, selector, text) {
    const target = /** @type {HTMLElement} */ (card.querySelector(selector));
    if (target.textContent !== text) {
        target.textContent = text;
    }
    target.hidden = text === '';
}
