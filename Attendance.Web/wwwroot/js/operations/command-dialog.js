// @ts-check
import { asProblem } from '../camera/api.js';
import { t } from '../languages/text.js';
import { element, make } from '../pages/dom.js';
import { command } from './commands.js';
import { wordsForRefusal } from './words.js';

/**
 * A command that the user has to confirm.
 * @typedef {object} Command
 * @property {string} title
 * @property {string} words describes what will happen
 * @property {string} confirm the label of the button
 * @property {boolean} [isHarsh] whether it takes something away from people
 * @property {string} url
 * @property {Record<string, unknown>} [body]
 * @property {() => Promise<{ words: string, affected: string[] }>} [preview] tells who is affected; must be shown
 *   before the command can be confirmed
 * @property {(result: any) => string} done describes what has happened
 */

const dialog = element('command', HTMLDialogElement);
const form = element('command-form', HTMLFormElement);
const title = element('command-title', HTMLElement);
const words = element('command-words', HTMLElement);
const preview = element('command-preview', HTMLElement);
const previewWords = element('command-preview-words', HTMLElement);
const affected = element('command-affected', HTMLElement);
const whyField = element('command-why-field', HTMLElement);
const why = element('command-why', HTMLInputElement);
const problem = element('command-problem', HTMLElement);
const result = element('command-result', HTMLElement);
const confirm = element('command-confirm', HTMLButtonElement);
const cancel = element('command-cancel', HTMLButtonElement);

/** @type {Command | null} */
let asked = null;

form.addEventListener('submit', event => {
    event.preventDefault();
    void carryOut();
});
cancel.addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => {
    asked = null;
});

/** @param {Command} wanted */
export function ask(wanted) {
    asked = wanted;
    title.textContent = wanted.title;
    words.textContent = wanted.words;
    words.hidden = false;
    confirm.textContent = wanted.confirm;
    confirm.classList.toggle('button-bad', wanted.isHarsh === true);
    confirm.classList.toggle('button-strong', wanted.isHarsh !== true);
    confirm.hidden = whyField.hidden = false;
    confirm.disabled = wanted.preview !== undefined;
    cancel.textContent = t('Cancel');
    problem.textContent = why.value = '';
    result.hidden = true;
    preview.hidden = wanted.preview === undefined;
    dialog.showModal();
    why.focus();
    if (wanted.preview) {
        void look(wanted, wanted.preview);
    }
}

/**
 * @param {Command} wanted
 * @param {NonNullable<Command['preview']>} lookAhead
 */
async function look(wanted, lookAhead) {
    previewWords.textContent = t('Looking who is affected…');
    affected.hidden = true;
    try {
        const seen = await lookAhead();
        if (asked === wanted) {
            previewWords.textContent = seen.words;
            affected.replaceChildren(...seen.affected.map(text => make('li', '', text)));
            affected.hidden = seen.affected.length === 0;
            confirm.disabled = false;
        }
    } catch (error) {
        if (asked === wanted) {
            previewWords.textContent = '';
            problem.textContent = wordsForRefusal(asProblem(error));
        }
    }
}

async function carryOut() {
    const wanted = asked;
    if (!wanted || confirm.disabled) {
        return;
    }
    problem.textContent = '';
    confirm.disabled = true;
    try {
        const answer = await command(wanted.url, { ...wanted.body, why: why.value.trim() });
        if (asked === wanted) {
            result.textContent = wanted.done(answer);
            result.hidden = false;
            words.hidden = preview.hidden = confirm.hidden = whyField.hidden = true;
            cancel.textContent = t('Close');
            cancel.focus();
        }
    } catch (error) {
        if (asked === wanted) {
            problem.textContent = wordsForRefusal(asProblem(error));
            confirm.disabled = false;
        }
    }
}
