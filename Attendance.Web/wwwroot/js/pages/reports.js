// @ts-check
import { asProblem } from '../camera/api.js';
import { locale, t, tenths } from '../languages/text.js';
import { fetchExport } from '../reports/export.js';
import { write } from './dom.js';

const shownEveryMs = 500;
const counts = new Intl.NumberFormat(locale);

/** What the server refuses whatever was asked for. @type {Record<string, string>} */
const refusals = {
    database_unavailable: t('The database is not available.'),
    internal_error: t('An internal error occurred. The log has the details.'),
    not_found: t('Nothing exists at this address.'),
    sign_in_required: t('Sign in first.'),
    too_many: t('This account or token has reached its limit for this. Close some, or wait.'),
};

for (const place of document.querySelectorAll('.exports')) {
    const [state, stop] = [place.querySelector('.export-state'), place.querySelector('[data-stop]')];
    if (state instanceof HTMLElement && stop instanceof HTMLButtonElement) {
        offer(place, state, stop);
    }
}

/**
 * Shows how far an export is. Without this script, the links download it.
 * @param {Element} place
 * @param {HTMLElement} state
 * @param {HTMLButtonElement} stop
 */
function offer(place, state, stop) {
    /** @type {AbortController | null} */
    let running = null;
    stop.addEventListener('click', () => running?.abort());
    addEventListener('pagehide', () => running?.abort());
    for (const link of place.querySelectorAll('a[data-export]')) {
        link.addEventListener('click', event => {
            if (link instanceof HTMLAnchorElement && event instanceof MouseEvent && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) {
                event.preventDefault();
                if (running === null) {
                    void run(link.getAttribute('href') ?? '');
                }
            }
        });
    }

    /** @param {string} url */
    async function run(url) {
        running = new AbortController();
        const { signal } = running;
        let [last, shownAt] = ['', 0];
        say(t('The export has begun.'), false);
        stop.hidden = false;
        try {
            const { file, name } = await fetchExport(url, progress => {
                last = amount(progress);
                if (performance.now() - shownAt > shownEveryMs) {
                    shownAt = performance.now();
                    say(t('Exporting: {0} so far.', last), false);
                }
            }, signal);
            save(file, name);
            say(t('Exported: {0}. The file is {1}.', last, name), false);
        } catch (error) {
            const problem = signal.aborted ? null : asProblem(error);
            say(problem === null ? t('The export was stopped. No file was saved.')
                : problem.status === 0 ? t('The export broke off, so no file was saved. Check the network and try again.')
                : refusals[problem.code] ?? problem.message, problem !== null);
        } finally {
            running = null;
            stop.hidden = true;
        }
    }

    /**
     * @param {string} text
     * @param {boolean} isBad
     */
    function say(text, isBad) {
        state.hidden = false;
        state.classList.toggle('field-error', isBad);
        write(state, text);
    }
}

/** @param {import('../reports/export.js').ExportProgress} progress */
function amount({ rows, bytes }) {
    const size = bytes < 100_000 ? t('{0} KB', Math.ceil(bytes / 1000)) : t('{0} MB', tenths.format(bytes / 1_000_000));
    return rows === null ? size : rows === 1 ? t('1 row, {0}', size) : t('{0} rows, {1}', counts.format(rows), size);
}

/**
 * @param {Blob} file
 * @param {string} name
 */
function save(file, name) {
    const url = URL.createObjectURL(file);
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it meanwhile
}
