// @ts-check
import { t } from '../languages/text.js';

// Says that a file is too large before it is sent: a browser that is refused while it sends shows no reason.
for (const form of document.querySelectorAll('form[data-largest]')) {
    if (form instanceof HTMLFormElement) {
        watch(form, Number(form.dataset.largest), form.dataset.words ?? '');
    }
}

/**
 * @param {HTMLFormElement} form
 * @param {number} largest
 * @param {string} words
 */
function watch(form, largest, words) {
    const problem = form.querySelector('.field-error');
    const chosen = [...form.querySelectorAll('input[type="file"]')].filter(input => input instanceof HTMLInputElement);
    form.addEventListener('submit', event => {
        const size = chosen.flatMap(input => [...(input.files ?? [])]).reduce((sum, file) => sum + file.size, 0);
        if (size > largest && problem !== null) {
            event.preventDefault();
            problem.textContent = t('That is larger than {0}. Split it into several files.', words);
        }
    });
}
