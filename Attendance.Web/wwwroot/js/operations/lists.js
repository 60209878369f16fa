// @ts-check
import { t } from '../languages/text.js';
import { make } from '../pages/dom.js';
import { when, wordsForAction, wordsForEvent } from './words.js';

/**
 * @param {HTMLElement} target
 * @param {import('./contract.js').OpsNode[]} nodes
 */
export function showNodes(target, nodes) {
    target.replaceChildren(...nodes.map(node => {
        const row = make('tr');
        const name = make('th', '', node.node);
        name.scope = 'row';
        row.append(
            name,
            badge(node.state === 'lost' ? t('Lost') : node.followed ? t('Up | a node') : t('No answer'), node.state === 'up' && node.followed ? 'good' : 'bad'),
            make('td', 'no-break', node.state === 'up' ? when(node.started_at) : t('last seen {0}', when(node.seen_at))),
            make('td', 'number', String(node.cameras)),
            make('td', 'number', String(node.held)),
            node.state === 'lost' ? make('td', '', '–')
                : badge(node.store === 'available' ? t('Available') : t('Away'), node.store === 'available' ? 'good' : 'bad'));
        return row;
    }));
}

/**
 * @param {HTMLElement} target
 * @param {import('./contract.js').AuditEntry[]} entries newest first
 * @param {(id: string | null, node: string) => string} nameOfCamera
 * @param {(id: string) => string} nameOfAccount
 */
export function showAudit(target, entries, nameOfCamera, nameOfAccount) {
    target.replaceChildren(...entries.map(({ at, by, action, camera_id: camera, node, why, result }) => {
        const row = make('tr');
        row.append(
            make('td', 'no-break', when(at)),
            make('td', 'no-break', nameOfAccount(by)),
            make('td', '', wordsForAction(action, nameOfCamera(camera, node))),
            make('td', 'no-break', node),
            make('td', 'free-text', why ?? ''),
            make('td', 'free-text', result));
        return row;
    }));
    if (entries.length === 0) {
        target.replaceChildren(nothing(t('Nobody has done anything yet.')));
    }
}

/**
 * @param {HTMLElement} target
 * @param {import('./contract.js').DeadLetter[]} letters newest first
 */
export function showDeadLetters(target, letters) {
    target.replaceChildren(...letters.map(letter => {
        const row = make('tr');
        row.append(
            make('td', 'no-break', when(letter.at)),
            make('td', '', letter.webhook),
            make('td', 'no-break', letter.node),
            make('td', '', wordsForEvent(letter.event)),
            make('td', 'number', letter.attempts === 1 ? t('1 time') : t('{0} times', letter.attempts)),
            make('td', 'free-text', letter.error));
        return row;
    }));
}

/**
 * @param {string} word
 * @param {string} tone
 */
function badge(word, tone) {
    const cell = make('td');
    const made = make('span', 'badge', word);
    made.dataset.tone = tone;
    cell.append(made);
    return cell;
}

/** @param {string} words */
function nothing(words) {
    const row = make('tr');
    const cell = make('td', 'muted', words);
    cell.colSpan = 6;
    row.append(cell);
    return row;
}
