// @ts-check
import { t } from '../languages/text.js';
import { make } from '../pages/dom.js';
import { keyOf } from './all-cameras.js';
import { CameraRow } from './camera-row.js';
import { rowsOf } from './camera-rows.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {import('./camera-rows.js').SortKey} SortKey
 * @typedef {import('./camera-rows.js').View} View
 */

/** @type {[key: SortKey | null, name: string, className: string][]} */
const columns = [
    ['state', t('State'), 'col-state'], ['name', t('Camera'), 'col-name'], ['node', t('Node'), 'col-node'], ['holder', t('Holder'), 'col-holder'],
    ['held', t('Held for'), 'col-held number'], ['rate', t('Frames/s'), 'col-rate number'], ['age', t('Frame age'), 'col-age number'],
    ['viewers', t('Viewers'), 'col-viewers number'], ['last', t('Last release'), 'col-last'], [null, t('Actions'), 'col-actions'],
];

/** The number of extra rows above and below the visible ones, so that they are ready when the user scrolls. */
const margin = 6;

/**
 * The table of all cameras. Only the rows that can be seen are in the document. All rows have the same height, so the scroll position
 * determines which rows these are. Two empty rows take the space of the others.
 */
export class CameraTable {
    #frame;
    #above = place();
    #below = place();
    /** @type {OpsCamera[]} */
    #shown = [];
    /** @type {Map<string, CameraRow>} */
    #rows = new Map();
    #rowHeight = 45;
    /** @type {View} */
    view = { text: '', state: '', node: '', sort: 'name', direction: 1 };

    /**
     * @param {{ frame: HTMLElement, table: HTMLTableElement, head: HTMLTableRowElement, body: HTMLTableSectionElement,
     *     now: () => number, onView: () => void, signal: AbortSignal }} parts
     */
    constructor({ frame, table, head, body, now, onView, signal }) {
        this.#frame = frame;
        this.now = now;
        this.table = table;
        body.append(this.#above, this.#below);
        head.append(...columns.map(([key, name, className]) => this.#column(key, name, className, onView)));
        head.setAttribute('aria-rowindex', '1');
        frame.addEventListener('scroll', () => this.render(), { signal, passive: true });
        const sizes = new ResizeObserver(() => this.render());
        sizes.observe(frame);
        const ticking = setInterval(() => this.#tick(), 1000);
        signal.addEventListener('abort', () => {
            sizes.disconnect();
            clearInterval(ticking);
        }, { once: true });
    }

    /** The number of cameras that the view shows. */
    get count() {
        return this.#shown.length;
    }

    /** @param {Iterable<OpsCamera>} cameras */
    show(cameras) {
        this.#shown = rowsOf(cameras, this.view);
        this.table.setAttribute('aria-rowcount', String(this.#shown.length + 1));
        this.render();
    }

    /** Shows new figures. The order stays, unless the table is sorted by one of the figures. @param {Iterable<OpsCamera>} cameras */
    showFigures(cameras) {
        if (['rate', 'age', 'viewers'].includes(this.view.sort)) {
            this.show(cameras);
        } else {
            this.render();
        }
    }

    render() {
        const { scrollTop, clientHeight } = this.#frame;
        const first = Math.max(0, Math.min(Math.floor(scrollTop / this.#rowHeight) - margin, this.#shown.length));
        const end = Math.min(this.#shown.length, Math.ceil((scrollTop + Math.max(clientHeight, 300)) / this.#rowHeight) + margin);
        const seen = this.#shown.slice(first, end);
        const now = this.now();
        const present = new Set(seen.map(keyOf));
        for (const [key, row] of this.#rows) {
            if (!present.has(key)) {
                if (row.element.contains(document.activeElement)) {
                    this.#frame.focus({ preventScroll: true }); // the focus of a keyboard user stays in the table
                }
                row.element.remove();
                this.#rows.delete(key);
            }
        }
        this.#above.style.height = `${first * this.#rowHeight}px`;
        this.#below.style.height = `${(this.#shown.length - end) * this.#rowHeight}px`;
        let after = /** @type {Element} */ (this.#above);
        seen.forEach((camera, at) => {
            const key = keyOf(camera);
            let row = this.#rows.get(key);
            if (!row) {
                row = new CameraRow(key);
                this.#rows.set(key, row);
            }
            row.fill(camera, first + at, now);
            if (after.nextElementSibling !== row.element) {
                after.after(row.element); // only if its place has changed, because moving it takes the focus away
            }
            after = row.element;
        });
        this.#measure(after);
    }

    /** Measures the row height again, because it depends on the font and the width of the page. @param {Element} row */
    #measure(row) {
        const height = row === this.#above ? 0 : row.getBoundingClientRect().height;
        if (height > 0 && Math.abs(height - this.#rowHeight) > 0.5) {
            this.#rowHeight = height;
            this.render();
        }
    }

    #tick() {
        if (document.visibilityState === 'visible') {
            const now = this.now();
            for (const row of this.#rows.values()) {
                row.tick(now);
            }
        }
    }

    /**
     * @param {SortKey | null} key
     * @param {string} name
     * @param {string} className
     * @param {() => void} onView
     */
    #column(key, name, className, onView) {
        const column = make('th', className);
        column.scope = 'col';
        if (key === null) {
            column.append(make('span', 'visually-hidden', name));
            return column;
        }
        const button = make('button', 'sort', name);
        button.type = 'button';
        column.append(button);
        this.#mark(column, key);
        button.addEventListener('click', () => {
            const isSame = this.view.sort === key;
            this.view.sort = key;
            this.view.direction = isSame && this.view.direction === 1 ? -1 : 1;
            [...(column.parentElement?.children ?? [])].forEach((other, at) => this.#mark(other, columns[at][0]));
            onView();
        });
        return column;
    }

    /**
     * @param {Element} column
     * @param {SortKey | null} key
     */
    #mark(column, key) {
        if (key === this.view.sort) {
            column.setAttribute('aria-sort', this.view.direction === 1 ? 'ascending' : 'descending');
        } else {
            column.removeAttribute('aria-sort');
        }
    }
}

function place() {
    const row = make('tr', 'camera-place');
    row.setAttribute('aria-hidden', 'true');
    return row;
}
