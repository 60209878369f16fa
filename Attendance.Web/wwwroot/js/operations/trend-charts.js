// @ts-check
import uPlot from '/lib/uplot/uplot.esm.js';
import { locale, t } from '../languages/text.js';
import { make, write } from '../pages/dom.js';
import { shortTime } from './words.js';

/**
 * @typedef {import('./contract.js').TrendPoint} TrendPoint
 * @typedef {{ name: string, key: keyof TrendPoint, colour: string, isFilled?: boolean, isBars?: boolean }} Line
 * @typedef {{ title: string, lines: Line[], isTime?: boolean }} Chart
 */

/** @type {Chart[]} */
const charts = [
    { title: t('Cameras in use'), lines: [{ name: t('in use'), key: 'active', colour: '--accent', isFilled: true }] },
    { title: t('Acquiring'), isTime: true, lines: [{ name: t('half within'), key: 'acquire_p50', colour: '--busy' }, { name: t('99 % within'), key: 'acquire_p99', colour: '--warn' }] },
    { title: t('Releasing'), isTime: true, lines: [{ name: t('half within'), key: 'release_p50', colour: '--busy' }, { name: t('99 % within'), key: 'release_p99', colour: '--warn' }] },
    { title: t('Not granted'), lines: [{ name: t('failed'), key: 'failures', colour: '--bad', isBars: true }, { name: t('refused, in use'), key: 'refused', colour: '--muted', isBars: true }] },
];

const height = 120;
const minute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Small charts of the last hour. The text above each chart shows the newest figures, or those under the pointer. */
export class TrendCharts {
    #target;
    #rows;
    #fold;
    /** @type {{ plot: uPlot, show: (index: number | null) => void }[]} */
    #plots = [];
    /** @type {TrendPoint[]} */
    #points = [];

    /**
     * @param {HTMLElement} target
     * @param {HTMLDetailsElement} fold
     * @param {HTMLElement} rows the rows of the same data as a table, filled while `fold` is open
     */
    constructor(target, fold, rows) {
        this.#target = target;
        this.#fold = fold;
        this.#rows = rows;
        fold.addEventListener('toggle', () => this.#list());
        matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#build());
        new ResizeObserver(() => this.#plots.forEach(({ plot }) => {
            const width = plot.root.parentElement?.clientWidth ?? 0;
            if (width > 0 && width !== plot.width) {
                plot.setSize({ width, height });
            }
        })).observe(target);
        this.#build();
    }

    /** @param {TrendPoint[]} points */
    show(points) {
        this.#points = points;
        this.#plots.forEach(({ plot, show }, at) => {
            plot.setData(dataOf(points, charts[at]));
            show(null);
        });
        this.#list();
    }

    #build() {
        this.#plots.forEach(({ plot }) => plot.destroy());
        this.#target.replaceChildren();
        this.#plots = charts.map(chart => this.#create(chart));
        this.show(this.#points);
    }

    /** @param {Chart} chart */
    #create(chart) {
        const figure = make('figure', 'chart');
        const caption = make('figcaption');
        caption.append(make('strong', '', chart.title));
        const figures = chart.lines.map(line => {
            const key = make('span', 'chart-key');
            key.dataset.colour = line.colour.slice(2);
            const value = make('b');
            key.append(`${line.name} `, value);
            caption.append(key);
            return value;
        });
        const frame = make('div', 'chart-frame');
        frame.setAttribute('aria-hidden', 'true'); // the table below has the same data
        figure.append(caption, frame);
        this.#target.append(figure);

        /** @param {number | null} index */
        const show = index => {
            const point = this.#points[index ?? this.#points.length - 1];
            chart.lines.forEach((line, at) => write(figures[at], point ? wordsOf(point[line.key], chart) : '–'));
        };
        const plot = new uPlot(optionsOf(chart, figure.clientWidth - 2, show), dataOf(this.#points, chart), frame);
        return { plot, show };
    }

    #list() {
        if (this.#fold.open) {
            this.#rows.replaceChildren(...[...this.#points].reverse().map(point => {
                const row = make('tr');
                const time = make('th', '', minute.format(new Date(point.at)));
                time.scope = 'row';
                row.append(time, ...[point.active, point.acquired, point.ended, point.failures, point.refused].map(count => make('td', 'number', String(count))),
                    ...[point.acquire_p50, point.acquire_p99, point.release_p50, point.release_p99].map(seconds => make('td', 'number', shortTime(seconds))));
                return row;
            }));
        }
    }
}

/**
 * @param {TrendPoint[]} points
 * @param {Chart} chart
 * @returns {uPlot.AlignedData}
 */
function dataOf(points, chart) {
    return /** @type {uPlot.AlignedData} */ ([
        points.map(point => Date.parse(point.at) / 1000),
        ...chart.lines.map(line => points.map(point => /** @type {number | null} */ (point[line.key]))),
    ]);
}

/**
 * @param {Chart} chart
 * @param {number} width
 * @param {(index: number | null) => void} onPoint
 * @returns {uPlot.Options}
 */
function optionsOf(chart, width, onPoint) {
    const colours = getComputedStyle(document.documentElement);
    /** @param {string} name */
    const colour = name => colours.getPropertyValue(name).trim();
    /** @type {uPlot.Axis} */
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    return {
        width: Math.max(width, 100),
        height,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
        scales: { x: { time: true }, y: { range: (_, __, most) => [0, Math.max(chart.isTime ? 0.1 : 4, most * 1.1)] } },
        axes: [
            { ...axis, size: 24, gap: 4, space: 60, values: (_, times) => times.map(time => minute.format(new Date(time * 1000))) },
            { ...axis, size: 52, gap: 4, space: 26, values: (_, values) => values.map(value => chart.isTime ? value === 0 ? '0' : shortTime(value) : String(value)), incrs: chart.isTime ? undefined : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
        ],
        series: [{}, ...chart.lines.map(line => ({
            stroke: colour(line.colour),
            width: line.isBars ? 0 : 2,
            fill: line.isBars ? colour(line.colour) : line.isFilled ? `${colour(line.colour)}22` : undefined,
            paths: line.isBars ? uPlot.paths.bars?.({ size: [0.7, 10] }) : undefined,
            points: { show: false },
        }))],
        hooks: { setCursor: [plot => onPoint(plot.cursor.idx ?? null)] },
    };
}

/**
 * @param {string | number | null} value
 * @param {Chart} chart
 */
function wordsOf(value, chart) {
    return typeof value !== 'number' ? '–' : chart.isTime ? shortTime(value) : String(value);
}
