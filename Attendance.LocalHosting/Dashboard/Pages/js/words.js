// @ts-check

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/**
 * The time of day with its milliseconds.
 * @param {number} at milliseconds since 1970
 */
export function timeOf(at) {
    return `${clock.format(at)}.${String(Math.floor(at) % 1000).padStart(3, "0")}`;
}

/** @param {number} milliseconds */
export function durationOf(milliseconds) {
    return milliseconds >= 10_000 ? `${(milliseconds / 1000).toFixed(1)} s`
        : milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(2)} s`
        : milliseconds >= 10 ? `${milliseconds.toFixed(0)} ms`
        : milliseconds >= 0.1 ? `${milliseconds.toFixed(2)} ms`
        : `${(milliseconds * 1000).toFixed(0)} µs`;
}

/** @param {number} severity OTLP's number */
export function toneOf(severity) {
    return severity >= 17 ? "bad" : severity >= 13 ? "warn" : severity >= 9 ? "busy" : "quiet";
}

/** @param {number} count @param {string} one @param {string} many */
export function counted(count, one, many) {
    return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}
