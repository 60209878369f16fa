// @ts-check
const lang = globalThis.document?.documentElement.lang ?? ''; // a worker has no page

/** The language of this page's texts, and its country if it names one. A language that has no texts is as English. */
const [, language = 'en', country = ''] = /^(en|de)(-(?:[a-z]{2}|\d{3}))?\b/i.exec(lang) ?? [];

/** For numbers, times and lists. Who asks for English of no country may be anywhere, and gets times of 24 hours. */
export const locale = language === 'en' && country === '' ? 'en-u-hc-h23' : language + country;

/** Formats a number with one decimal. */
export const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false });

/** The texts of this language by the English ones. @type {Record<string, string>} */
const words = language.toLowerCase() === 'de' ? (await import('./de.js')).words : {};

const numbers = new Intl.NumberFormat(locale, { useGrouping: false });

/**
 * Returns a text in the language of this page, or the English one where there is no other.
 * @param {string} english what stands behind ` | ` says which meaning a text has that has several; it is not shown
 * @param {...(string | number)} values what {0}, {1} stand for
 */
export function t(english, ...values) {
    const [shown] = english.split(' | ', 1);
    const text = lang === 'qps-Ploc' ? `⟦${shown}⟧` : words[english] ?? shown;
    return text.replace(/\{(\d)\}/g, (_, at) => {
        const value = values[Number(at)];
        return typeof value === 'number' ? numbers.format(value) : value;
    });
}

/**
 * Returns a text that begins with a capital letter as it is written after others. A noun of German keeps its capital, so it must not begin with one.
 * @param {string} text
 */
export function withinLine(text) {
    return text.charAt(0).toLocaleLowerCase(locale) + text.slice(1);
}
