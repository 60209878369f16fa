// @ts-check
import { make } from '../pages/dom.js';
import { countOf, when, wordsForAction } from './words.js';

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
            badge(node.state === 'lost' ? 'Lost' : node.followed ? 'Up' : 'No answer', node.state === 'up' && node.followed ? 'good' : 'bad'),
            make('td', 'no-break', node.state === 'up' ? when(node.started_at) : `last seen ${when(node.seen_at)}`),
            make('td', 'number', String(node.cameras)),
            make('td', 'number', String(node.held)),
            node.state === 'lost' ? make('td', '', '–')
                : badge(node.store === 'available' ? 'Available' : 'Away', node.store === 'available' ? 'good' : 'bad'));
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
            make('td', '', `${wordsForAction(action)}${camera ? `${action === 'acknowledge' ? ',' : ''} ${nameOfCamera(camera, node)}` : ''}`),
            make('td', 'no-break', node),
            make('td', 'free-text', why ?? ''),
            make('td', 'free-text', result));
        return row;
    }));
    if (entries.length === 0) {
        target.replaceChildren(nothing('Nobody has done anything yet.'));
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
            make('td', '', letter.event.replaceAll('_', ' ')),
            make('td', 'number', countOf(letter.attempts, 'time')),
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
