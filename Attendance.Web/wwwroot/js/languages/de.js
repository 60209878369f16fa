// @ts-check
/** German, by the English text. Sorted. @type {Record<string, string>} */
export const words = {
};
