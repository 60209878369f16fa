// @ts-check
import { asProblem, request } from '../camera/api.js';
import { delay } from '../camera/timing.js';
import { Trace } from '../camera/trace.js';

/**
 * How far an export is.
 * @typedef {object} ExportProgress
 * @property {number | null} rows how many rows the server has sent, or null while that is not known
 * @property {number} bytes how much has arrived
 */

const askEveryMs = 700;
const answerWithinMs = 5000;

/**
 * Fetches an export. It is handed over only if it is whole: a response that breaks off is an error.
 * @param {string} url
 * @param {(progress: ExportProgress) => void} told is called while it runs, and once at its end
 * @param {AbortSignal} signal ends it
 * @returns {Promise<{ file: Blob, name: string }>}
 * @throws {import('../camera/api.js').Problem} if the server refuses it, or if it breaks off (`unreachable`)
 */
export async function fetchExport(url, told, signal) {
    const id = crypto.randomUUID();
    /** @type {ExportProgress} */
    const progress = { rows: null, bytes: 0 };
    const over = new AbortController();
    const asking = askAgain(id, rows => told(Object.assign(progress, { rows })), AbortSignal.any([signal, over.signal]));
    try {
        const answer = await request(`${url}&export=${id}`, { signal });
        const count = new TransformStream({
            transform(chunk, controller) {
                progress.bytes += chunk.byteLength;
                told(progress);
                controller.enqueue(chunk);
            },
        });
        const file = await new Response(answer.body?.pipeThrough(count), { headers: { 'Content-Type': answer.headers.get('Content-Type') ?? '' } }).blob();
        progress.rows = await rowsOf(id, signal) ?? progress.rows;
        told(progress);
        return { file, name: nameIn(answer.headers.get('Content-Disposition')) };
    } catch (error) {
        throw signal.aborted ? error : asProblem(error);
    } finally {
        over.abort();
        await asking;
    }
}

/**
 * @param {string} id
 * @param {(rows: number) => void} told
 * @param {AbortSignal} signal
 */
async function askAgain(id, told, signal) {
    while (!signal.aborted) {
        await delay(askEveryMs, signal).catch(() => {}); // the export is over
        const rows = signal.aborted ? null : await rowsOf(id, signal);
        if (rows !== null && !signal.aborted) {
            told(rows);
        }
    }
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<number | null>} null if it is not known, for example because another server sends the export
 */
async function rowsOf(id, signal) {
    try {
        const answer = await request(`/api/reports/exports/${id}`, {
            headers: Trace.unsampled.headers, signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
        });
        return (await answer.json()).rows;
    } catch {
        return null;
    }
}

/** @param {string | null} disposition */
function nameIn(disposition) {
    return /filename="([^"]+)"/.exec(disposition ?? '')?.[1] ?? 'attendance';
}
