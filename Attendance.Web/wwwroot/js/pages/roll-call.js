// @ts-check
import { asProblem } from '../camera/api.js';
import { MarkSender } from '../attendance/mark-sender.js';
import { t } from '../languages/text.js';
import { write } from './dom.js';

/** @typedef {import('../attendance/mark-sender.js').MarkAnswer} MarkAnswer */

const roll = document.getElementById('roll');
if (roll instanceof HTMLTableElement && roll.dataset.call && roll.dataset.session) {
    begin(roll, new MarkSender(roll.dataset.session, document.querySelector('meta[name="request-token"]')?.getAttribute('content') ?? ''));
}

/**
 * @param {HTMLTableElement} table
 * @param {MarkSender} sender
 */
function begin(table, sender) {
    const rows = [...table.querySelectorAll('tr[data-person]')].filter(row => row instanceof HTMLTableRowElement);
    const keys = keysOf(rows[0]);
    const undoKey = (table.dataset.undo ?? 'U').toLowerCase();
    /** What was stated before each call; a row of whom nothing is stated has an empty attribute. To undo them in turn. @type {{ row: HTMLTableRowElement, before: string | null }[]} */
    const done = [];
    for (const row of rows) {
        paint(row);
        row.addEventListener('click', event => {
            if (event.target instanceof HTMLButtonElement && event.target.dataset.mark) {
                void call(row, event.target.dataset.mark);
            }
        });
    }
    table.addEventListener('keydown', event => onKey(event));
    buttonOf(rows[0])?.focus({ preventScroll: true });

    /** @param {KeyboardEvent} event */
    function onKey(event) {
        const row = event.target instanceof Element ? event.target.closest('tr') : null;
        const at = rows.findIndex(each => each === row);
        if (at < 0 || event.altKey || event.metaKey || (event.ctrlKey && event.key !== 'z')) {
            return;
        }
        const key = event.key.toLowerCase();
        if (key === 'arrowdown' || key === 'arrowup') {
            move(at + (key === 'arrowdown' ? 1 : -1));
        } else if (key === undoKey || (key === 'z' && event.ctrlKey)) {
            undo();
        } else if (keys.has(key)) {
            void call(rows[at], keys.get(key) ?? '');
            move(at + 1);
        } else if (key === 'arrowright' || key === 'arrowleft') {
            moveWithin(rows[at], key === 'arrowright' ? 1 : -1);
        } else {
            return;
        }
        event.preventDefault();
    }

    /** @param {number} at */
    function move(at) {
        const row = rows[Math.min(Math.max(at, 0), rows.length - 1)];
        buttonOf(row)?.focus();
        row?.scrollIntoView({ block: 'nearest' });
    }

    function undo() {
        const last = done.pop();
        if (last) {
            move(rows.indexOf(last.row));
            void send(last.row, last.before);
        }
    }

    /**
     * @param {HTMLTableRowElement} row
     * @param {string} mark
     */
    async function call(row, mark) {
        const entry = { row, before: row.dataset.stated || null };
        done.push(entry);
        if (!await send(row, mark)) {
            done.splice(done.indexOf(entry), 1);
        }
    }

    /**
     * @param {HTMLTableRowElement} row
     * @param {string | null} mark
     */
    async function send(row, mark) {
        const former = row.dataset.stated || null;
        state(row, mark);
        row.dataset.saving = 'true';
        try {
            show(row, await sender.send(row.dataset.person ?? '', mark));
            complain('');
            return true;
        } catch (error) {
            state(row, former);
            const problem = asProblem(error);
            complain(problem.status === 0
                ? t('{0} was not saved: the server does not answer. Check the network and press the key again.', nameOf(row)) : t('{0} was not saved: {1}', nameOf(row), problem.message));
            return false;
        } finally {
            delete row.dataset.saving;
        }
    }
}

/**
 * @param {HTMLTableRowElement} row
 * @param {MarkAnswer} answer
 */
function show(row, answer) {
    const badge = row.querySelector('[data-field="mark"]');
    if (badge instanceof HTMLElement) {
        write(badge, answer.word);
        badge.dataset.tone = answer.tone;
    }
    const by = row.querySelector('[data-field="by"]');
    if (by) {
        write(by, answer.by_word ?? '');
    }
    const said = document.getElementById('said');
    if (said) {
        said.textContent = `${nameOf(row)}: ${answer.word}`;
    }
}

/**
 * @param {HTMLTableRowElement} row
 * @param {string | null} mark
 */
function state(row, mark) {
    if (mark === null) {
        delete row.dataset.stated;
    } else {
        row.dataset.stated = mark;
    }
    paint(row);
}

/**
 * Shows which mark the roll call stated. One button of a row can be reached by Tab: the pressed one, else the first.
 * @param {HTMLTableRowElement} row
 */
function paint(row) {
    const buttons = [...row.querySelectorAll('button[data-mark]')].filter(button => button instanceof HTMLButtonElement);
    const pressed = buttons.find(button => button.dataset.mark === row.dataset.stated) ?? buttons[0];
    for (const button of buttons) {
        button.setAttribute('aria-pressed', String(button.dataset.mark === row.dataset.stated));
        button.tabIndex = button === pressed ? 0 : -1;
    }
}

/**
 * @param {HTMLTableRowElement} row
 * @param {number} by
 */
function moveWithin(row, by) {
    const buttons = [...row.querySelectorAll('button[data-mark]')].filter(button => button instanceof HTMLButtonElement);
    const at = buttons.findIndex(button => button === document.activeElement);
    buttons[Math.min(Math.max(at + by, 0), buttons.length - 1)]?.focus();
}

/**
 * Returns the mark of each key, as the buttons show them: each language has its own letters.
 * @param {HTMLTableRowElement | undefined} row
 */
function keysOf(row) {
    const buttons = [...row?.querySelectorAll('button[data-mark]') ?? []].filter(button => button instanceof HTMLButtonElement);
    return new Map(buttons.map(button => [button.textContent.trim().toLowerCase(), button.dataset.mark ?? '']));
}

/** @param {HTMLTableRowElement | undefined} row */
function buttonOf(row) {
    const button = row?.querySelector('button[data-mark][tabindex="0"]');
    return button instanceof HTMLButtonElement ? button : null;
}

/** @param {HTMLTableRowElement} row */
function nameOf(row) {
    return row.querySelector('th')?.textContent?.trim() ?? '';
}

/** @param {string} text */
function complain(text) {
    const trouble = document.getElementById('trouble');
    if (trouble) {
        write(trouble, text);
        trouble.hidden = text === '';
    }
}
