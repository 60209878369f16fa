// @ts-check

/** @typedef {import('./contract.js').TrendPoint} TrendPoint */

const pointsKept = 60;
const counts = /** @type {const} */ (['active', 'acquired', 'ended', 'failures', 'refused']);
/** Percentiles of several nodes cannot be combined, so the value of the slowest node is shown. */
const times = /** @type {const} */ (['acquire_p50', 'acquire_p99', 'release_p50', 'release_p99']);

/**
 * Combines the last hour of all nodes, minute by minute.
 * @param {Iterable<TrendPoint[]>} nodes
 * @returns {TrendPoint[]}
 */
export function together(nodes) {
    /** @type {Map<number, TrendPoint>} */
    const minutes = new Map();
    for (const points of nodes) {
        for (const point of points) {
            const minute = Date.parse(point.at);
            const sum = minutes.get(minute);
            minutes.set(minute, sum ? add(sum, point) : point);
        }
    }
    return [...minutes.keys()].sort((a, b) => a - b).map(minute => /** @type {TrendPoint} */ (minutes.get(minute))).slice(-pointsKept);
}

/**
 * @param {TrendPoint[]} points
 * @param {TrendPoint} point the point of the current minute
 */
export function withLatest(points, point) {
    return [...points.filter(({ at }) => at !== point.at), point].slice(-pointsKept);
}

/**
 * @param {TrendPoint} a
 * @param {TrendPoint} b
 * @returns {TrendPoint}
 */
function add(a, b) {
    const sum = { ...a };
    for (const key of counts) {
        sum[key] += b[key];
    }
    for (const key of times) {
        sum[key] = a[key] === null ? b[key] : b[key] === null ? a[key] : Math.max(a[key], b[key]);
    }
    return sum;
}
