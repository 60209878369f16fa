// @ts-check
import { t } from '../languages/text.js';
import { wordsForRefusedPicture } from './shot-words.js';

/**
 * @typedef {object} Refusal
 * @property {string} words why the server refused the picture, and what happens now; empty if the page shows that as its problem
 * @property {boolean} [isFinal] whether no picture of this person may be taken
 * @property {boolean} isExpected whether the next picture may be good
 */

/**
 * Tells what follows when the server refuses a picture.
 * @param {string} code
 * @param {readonly string[]} reasons with `shot_not_good`: what is wrong with the picture, the most important first
 * @param {import('./shot-judge.js').Pose} pose
 * @returns {Refusal}
 */
export function refusalOf(code, [reason], pose) {
    switch (code) {
        case 'shot_not_good':
            return { words: t('The picture was checked again and not taken. {0}', wordsForRefusedPicture(reason, pose)), isExpected: true };
        case 'lease_ended':
        case 'stale_token':
            return { words: t('The camera had been given back before this picture arrived, so it is asked for once more.'), isExpected: true };
        case 'consent_missing':
        case 'unknown_person':
            return { words: '', isFinal: true, isExpected: true };
        default:
            return { words: t('The server did not take the picture ({0}). Load this page again, then go on.', code), isExpected: false };
    }
}
