// @ts-check

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
    one_person_only: 'One person at a time, please',
    move_closer: 'Come a little closer',
    more_light: 'It is too dark here. Turn to the light',
    less_light: 'It is too bright here. Turn away from the light',
    hold_still: 'Hold still for a moment',
    done: 'You are checked in',
};

/** @type {Record<string, string>} */
const actions = {
    look_straight: 'Look straight at the camera',
    turn_left: 'Turn your head to your left',
    turn_right: 'Turn your head to your right',
    blink: 'Blink once',
};

/** @type {Record<string, string>} */
const faults = {
    too_slow: 'That took too long.',
    wrong_side: 'That was the other side.',
    another_face: 'The face changed.',
    several_faces: 'One person at a time, please.',
    face_lost: 'Your face was not in the picture.',
    frames_cut: 'The picture was interrupted.',
};

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** @param {Answer} answer @returns {Said} */
export function wordsFor(answer) {
    switch (answer.state) {
        case 'looking':
            return { tone: answer.hint === 'done' ? 'good' : 'quiet', words: hints[answer.hint ?? ''] ?? 'Look at the camera', detail: answer.hint ? '' : 'or use your code' };
        case 'asked':
            return { tone: 'busy', words: actions[answer.action ?? ''] ?? 'One moment…', detail: answer.step ? `Step ${answer.step}` : '' };
        case 'welcome':
            return welcome(answer);
        case 'not_live':
            return { tone: 'warn', words: 'That did not work', detail: `${faults[answer.hint ?? ''] ?? ''} Try again, or use your code.`.trim() };
        case 'doubt':
            return { tone: 'warn', words: 'Please use your code, or ask', detail: 'You were not recognized for certain.' };
        case 'unknown':
            return { tone: 'warn', words: 'You were not recognized', detail: 'Use your code, or ask somebody.' };
        case 'not_expected':
            return { tone: 'warn', words: 'You are not expected here now', detail: 'Ask somebody if you think you are.' };
        case 'period_closed':
            return { tone: 'warn', words: 'This day is closed', detail: 'Ask somebody.' };
        case 'number_first':
            return { tone: 'quiet', words: 'Enter your number, or show your QR code', detail: 'So many people are expected that a face alone is not enough.' };
        default:
            return { tone: 'quiet', words: 'No session is open', detail: '' };
    }
}

/** @param {Answer} answer @returns {Said} */
function welcome({ first_name, at, marks, is_repeat }) {
    const isLeaving = (marks ?? []).length > 0 && (marks ?? []).every(mark => mark.is_leaving);
    const words = isLeaving ? `Goodbye, ${first_name}` : is_repeat ? `You are checked in, ${first_name}` : `Welcome, ${first_name}`;
    const parts = (marks ?? []).map(mark => `${mark.session}: ${mark.word.toLowerCase()}`);
    const isGood = (marks ?? []).every(mark => mark.mark === 'present');
    return { tone: isGood ? 'good' : 'busy', words, detail: [...(at ? [time.format(new Date(at))] : []), ...parts].join(' · ') };
}
