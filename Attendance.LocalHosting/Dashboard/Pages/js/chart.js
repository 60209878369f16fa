// @ts-check
import { timeOf } from "./words.js";

/** @typedef {{ times: number[], values: (number | null)[], colour: number, dashes: number }} Line */

const size = { width: 900, height: 320, left: 70, right: 15, top: 12, bottom: 28 };
const names = "http://www.w3.org/2000/svg";
const numbers = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 });

/**
 * Lines over time. What a picture cannot say to everybody is in its label.
 * @param {Line[]} lines
 * @param {string} label
 */
export function chartOf(lines, label) {
    const chart = shape("svg", { class: "chart", viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": label });
    const times = lines.flatMap(line => line.times);
    const values = lines.flatMap(line => line.values).filter(value => value !== null);
    if (values.length === 0) {
        chart.append(shape("text", { x: size.left, y: 40 }, "Nothing was measured in this time."));
        return chart;
    }

    const [first, last] = [Math.min(...times), Math.max(...times)];
    const { from, to, step } = scaleOf(Math.min(0, ...values), Math.max(...values));
    /** @param {number} time */
    const x = time => size.left + (last === first ? 0.5 : (time - first) / (last - first)) * (size.width - size.left - size.right);
    /** @param {number} value */
    const y = value => size.height - size.bottom - (value - from) / (to - from) * (size.height - size.top - size.bottom);
    for (let value = from; value <= to + step / 2; value += step) {
        chart.append(
            shape("line", { class: "grid", x1: size.left, x2: size.width - size.right, y1: y(value), y2: y(value) }),
            shape("text", { x: size.left - 8, y: y(value) + 4, "text-anchor": "end" }, numbers.format(value)));
    }

    for (const [time, anchor] of first === last ? /** @type {const} */ ([[first, "middle"]]) : /** @type {const} */ ([[first, "start"], [(first + last) / 2, "middle"], [last, "end"]])) {
        chart.append(shape("text", { x: x(time), y: size.height - 8, "text-anchor": anchor }, timeOf(time).slice(0, 8)));
    }

    for (const line of lines) {
        const points = line.times.flatMap((time, i) => line.values[i] === null ? [] : [[x(time), y(line.values[i] ?? 0)]]);
        const group = shape("g", { "data-series": line.colour % 8 });
        group.append(shape("polyline", { class: `line dashes-${line.dashes}`, points: points.map(point => point.map(n => n.toFixed(1)).join()).join(" ") }));
        if (points.length <= 60) {
            group.append(...points.map(([cx, cy]) => shape("circle", { class: "dot", cx, cy, r: 2.5 })));
        }

        chart.append(group);
    }

    return chart;
}

/**
 * Round steps, about five of them.
 * @param {number} low @param {number} high
 */
function scaleOf(low, high) {
    const range = high - low || Math.abs(high) || 1;
    const power = 10 ** Math.floor(Math.log10(range / 5));
    const step = [1, 2, 5, 10].map(n => n * power).find(n => range / n <= 5.5) ?? power * 10;
    return { from: Math.floor(low / step) * step, to: Math.ceil((low + range) / step) * step, step };
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function shape(name, attributes, text) {
    const created = document.createElementNS(names, name);
    for (const [key, value] of Object.entries(attributes)) {
        created.setAttribute(key, String(value));
    }

    if (text !== undefined) {
        created.textContent = text;
    }

    return created;
}
