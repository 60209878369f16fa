// @ts-check
import { locale, t, withinLine } from '../languages/text.js';

/**
 * What the server says about whoever stands in front of the kiosk.
 * @typedef {object} Answer
 * @property {string} state
 * @property {string | null} [hint]
 * @property {string | null} [action]
 * @property {number | null} [step]
 * @property {string | null} [first_name]
 * @property {string | null} [at]
 * @property {{ session: string, mark: string, word: string, is_leaving: boolean }[] | null} [marks]
 * @property {boolean} [is_repeat]
 *
 * @typedef {{ tone: 'quiet' | 'busy' | 'good' | 'warn' | 'bad', words: string, detail: string }} Said
 */

/** @type {Record<string, string>} */
const hints = {
    one_person_only: t('One person at a time, please'),
    move_closer: t('Come a little closer'),
    more_light: t('It is too dark here. Turn to the light'),
    less_light: t('It is too bright here. Turn away from the light'),
    hold_still: t('Hold still for a moment'),
    done: t('You are checked in'),
};

/** @type {Record<string, string>} */
const actions = {
    look_straight: t('Look straight at the camera'),
    turn_left: t('Turn your head to your left'),
    turn_right: t('Turn your head to your right'),
    blink: t('Blink once'),
};

/** @type {Record<string, string>} */
const faults = {
    too_slow: t('That took too long.'),
    wrong_side: t('That was the other side.'),
    another_face: t('The face changed.'),
    several_faces: t('One person at a time, please.'),
    face_lost: t('Your face was not in the picture.'),
    frames_cut: t('The picture was interrupted.'),
};

const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });

/** @param {Answer} answer @returns {Said} */
export function wordsFor(answer) {
    switch (answer.state) {
        case 'looking':
            return { tone: answer.hint === 'done' ? 'good' : 'quiet', words: hints[answer.hint ?? ''] ?? t('Look at the camera'), detail: answer.hint ? '' : t('or use your code') };
        case 'asked':
            return { tone: 'busy', words: actions[answer.action ?? ''] ?? t('One moment…'), detail: answer.step ? t('Step {0}', answer.step) : '' };
        case 'welcome':
            return welcome(answer);
        case 'not_live':
            return { tone: 'warn', words: t('That did not work'), detail: t('{0} Try again, or use your code.', faults[answer.hint ?? ''] ?? '').trim() };
        case 'doubt':
            return { tone: 'warn', words: t('Please use your code, or ask'), detail: t('You were not recognized for certain.') };
        case 'unknown':
            return { tone: 'warn', words: t('You were not recognized'), detail: t('Use your code, or ask somebody.') };
        case 'not_expected':
            return { tone: 'warn', words: t('You are not expected here now'), detail: t('Ask somebody if you think you are.') };
        case 'period_closed':
            return { tone: 'warn', words: t('This day is closed'), detail: t('Ask somebody.') };
        case 'number_first':
            return { tone: 'quiet', words: t('Enter your number, or show your QR code'), detail: t('So many people are expected that a face alone is not enough.') };
        default:
            return { tone: 'quiet', words: t('No session is open'), detail: '' };
    }
}

/** @param {Answer} answer @returns {Said} */
function welcome({ first_name, at, marks, is_repeat }) {
    const name = first_name ?? '';
    const isLeaving = (marks ?? []).length > 0 && (marks ?? []).every(mark => mark.is_leaving);
    const words = isLeaving ? t('Goodbye, {0}', name) : is_repeat ? t('You are checked in, {0}', name) : t('Welcome, {0}', name);
    const parts = (marks ?? []).map(mark => `${mark.session}: ${withinLine(mark.word)}`);
    const isGood = (marks ?? []).every(mark => mark.mark === 'present');
    return { tone: isGood ? 'good' : 'busy', words, detail: [...(at ? [time.format(new Date(at))] : []), ...parts].join(' · ') };
}
