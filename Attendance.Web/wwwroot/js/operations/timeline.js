// @ts-check
import { t } from '../languages/text.js';
import { make } from '../pages/dom.js';
import { shortTime, when, wordsForEnd } from './words.js';

/** @typedef {import('./contract.js').HistoryItem} HistoryItem */

const svg = 'http://www.w3.org/2000/svg';
const width = 1000;
const height = 36;
/** The least width of a bar, so that a hold of one second is visible in a view of a day. */
const leastWidth = 3;

/** The time spans that the timeline can show; null stands for all known holds. @type {[words: string, ms: number | null][]} */
export const spans = [[t('{0} h', 1), 3_600_000], [t('{0} h', 24), 86_400_000], [t('All'), null]];

/**
 * Draws the holds of a camera as bars over time, in the colour of their end reason. The list below the timeline has the same in words.
 * @param {HTMLElement} target
 * @param {HistoryItem[]} items newest first
 * @param {{ heldSince: number | null, span: number | null, now: number }} view
 */
export function drawTimeline(target, items, { heldSince, span, now }) {
    const oldest = Math.min(heldSince ?? now, ...items.map(item => Date.parse(item.acquired_at)));
    const from = span === null ? Math.min(oldest, now - 60_000) : now - span;
    const scale = width / (now - from);
    const picture = document.createElementNS(svg, 'svg');
    picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.setAttribute('role', 'img');
    const seen = items.filter(item => Date.parse(item.ended_at) > from);
    picture.setAttribute('aria-label', wordsFor(seen.length, when(new Date(from).toISOString()), heldSince !== null));
    for (const item of seen) {
        const { words, tone } = wordsForEnd(item.reason);
        picture.append(bar(Date.parse(item.acquired_at), Date.parse(item.ended_at), tone, t('{0} to {1}: {2}', when(item.acquired_at), when(item.ended_at), words)));
    }
    if (heldSince !== null) {
        picture.append(bar(heldSince, now, 'now', t('In use since {0}', when(new Date(heldSince).toISOString()))));
    }
    const axis = make('p', 'timeline-axis muted small');
    axis.append(make('span', '', when(new Date(from).toISOString())), make('span', '', t('now')));
    target.replaceChildren(picture, axis);

    /**
     * @param {number} start
     * @param {number} end
     * @param {string} tone
     * @param {string} words
     */
    function bar(start, end, tone, words) {
        const rect = document.createElementNS(svg, 'rect');
        const length = Math.max(leastWidth, (end - Math.max(start, from)) * scale);
        rect.setAttribute('x', String(Math.max(0, end - from) * scale - length));
        rect.setAttribute('width', String(length));
        rect.setAttribute('height', String(height));
        rect.dataset.tone = tone;
        rect.appendChild(document.createElementNS(svg, 'title')).textContent = words;
        return rect;
    }
}

/**
 * @param {number} count
 * @param {string} since
 * @param {boolean} isInUse
 */
function wordsFor(count, since, isInUse) {
    return count === 1 ? isInUse ? t('1 hold since {0}, and in use now', since) : t('1 hold since {0}', since)
        : isInUse ? t('{0} holds since {1}, and in use now', count, since) : t('{0} holds since {1}', count, since);
}

/**
 * @param {HTMLElement} target
 * @param {HistoryItem[]} items newest first
 */
export function listHistory(target, items) {
    target.replaceChildren(...items.map(item => {
        const row = make('tr');
        const { words, tone } = wordsForEnd(item.reason);
        const reason = make('td');
        const mark = make('span', 'dot');
        mark.dataset.tone = tone;
        reason.append(mark, item.detail ? `${words} (${item.detail})` : words);
        row.append(make('td', '', when(item.ended_at)), make('td', 'number', shortTime(item.seconds)), reason, make('td', 'mono', item.lease_ref));
        return row;
    }));
}
