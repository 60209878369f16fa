// @ts-check
/** The language of this page, for numbers and times too. */
export const locale = globalThis.document?.documentElement.lang || 'en';

/** The texts of this language by the English ones. @type {Record<string, string>} */
const words = locale.startsWith('de') ? (await import('./de.js')).words : {};

/**
 * Returns a text in the language of this page, or the English one where there is no other.
 * @param {string} english
 * @param {...(string | number)} values what {0}, {1} stand for
 */
export function t(english, ...values) {
    const text = locale === 'qps-Ploc' ? `⟦${english}⟧` : words[english] ?? english;
    return text.replace(/\{(\d)\}/g, (_, at) => String(values[Number(at)]));
}
