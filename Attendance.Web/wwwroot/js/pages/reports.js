// @ts-check
import { asProblem } from '../camera/api.js';
import { fetchExport } from '../reports/export.js';
import { write } from './dom.js';

const shownEveryMs = 500;

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
        say('The export has begun.', false);
        stop.hidden = false;
        try {
            const { file, name } = await fetchExport(url, progress => {
                last = amount(progress);
                if (performance.now() - shownAt > shownEveryMs) {
                    shownAt = performance.now();
                    say(`Exporting: ${last} so far.`, false);
                }
            }, signal);
            save(file, name);
            say(`Exported: ${last}. The file is ${name}.`, false);
        } catch (error) {
            const problem = signal.aborted ? null : asProblem(error);
            say(problem === null ? 'The export was stopped. No file was saved.'
                : problem.status === 0 ? 'The export broke off, so no file was saved. Check the network and try again.'
                : problem.message, problem !== null);
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
    const size = bytes < 100_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
    return rows === null ? size : `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}, ${size}`;
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
