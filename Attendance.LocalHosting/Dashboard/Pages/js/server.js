// @ts-check

/**
 * @typedef {{ name: string, status: string, text: string | null }} Check
 * @typedef {{ name: string, text: string, description: string | null, confirmation: string | null, isHighlighted: boolean, isEnabled: boolean }} Command
 * @typedef {{ name: string, type: string, state: string, tone: string, checks: Check[], addresses: { url: string, text: string, isLink: boolean }[],
 *   started: string | null, processId: number | null, exitCode: number | null, errors: number, commands: Command[] }} Resource
 * @typedef {{ id: number, at: string, title: string, message: string, intent: string, linkText: string | null, linkUrl: string | null }} Notification
 * @typedef {{ id: number, resource: string, at: number, severity: number, level: string, category: string, message: string,
 *   traceId: string, spanId: string, attributes: Record<string, string> }} Log
 * @typedef {{ id: string, name: string, resource: string, start: number, duration: number, spans: number, errors: number, resources: Record<string, number> }} Trace
 * @typedef {{ at: number, name: string, attributes: Record<string, string> }} SpanEvent
 * @typedef {{ traceId: string, spanId: string, parentId: string, resource: string, scope: string, name: string, kind: string, start: number,
 *   duration: number, isError: boolean, statusText: string, attributes: Record<string, string>, events: SpanEvent[] }} Span
 * @typedef {{ scope: string, name: string, description: string, unit: string, kind: string }} Instrument
 * @typedef {{ attributes: Record<string, string>, times: number[], values: Record<string, (number | null)[]> }} Series
 * @typedef {{ instrument: Instrument, attributes: Record<string, string[]>, series: Series[], left: number }} Chart
 */

/**
 * @param {string} address
 * @param {AbortSignal} [signal]
 */
export async function ask(address, signal) {
    return answerOf(await fetch(address, { signal }));
}

/** @param {string} address */
export async function tell(address) {
    return answerOf(await fetch(address, { method: "POST" }));
}

/** @param {Response} response */
async function answerOf(response) {
    if (response.status === 401) {
        location.assign("/login"); // the application has started anew, and with it the session
    }

    if (!response.ok) {
        throw new Error(`The dashboard answered ${response.status}.`);
    }

    return response.status === 204 ? null : response.json();
}

/**
 * An address with those parameters that have a value.
 * @param {string} path
 * @param {Record<string, string | number | boolean | undefined>} parameters
 */
export function withQuery(path, parameters) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined && value !== "" && value !== false) {
            query.set(name, String(value));
        }
    }

    return `${path}?${query}`;
}
