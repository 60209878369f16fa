// @ts-check
import { request } from '../camera/api.js';

const withinMs = 60_000;

/**
 * Sends a command to the server. The server knows the user from the sign-in.
 * @param {string} url
 * @param {Record<string, unknown>} body
 * @returns {Promise<any>}
 */
export async function command(url, body) {
    const response = await request(url, {
        method: 'POST',
        signal: AbortSignal.timeout(withinMs),
        headers: {
            'Content-Type': 'application/json',
            RequestVerificationToken: document.querySelector('meta[name="request-token"]')?.getAttribute('content') ?? '',
        },
        body: JSON.stringify(body),
    });
    return response.json();
}

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function read(url) {
    return (await request(url, { signal: AbortSignal.timeout(withinMs) })).json();
}
