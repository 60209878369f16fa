// @ts-check

/**
 * @typedef {'loading' | 'waiting' | 'guiding' | 'finishing' | 'done' | 'blocked'} CaptureState
 *   `waiting`: there is no live picture; `finishing`: all pictures are taken, but the server has not confirmed all of them
 */

/** The allowed transitions: from each state to these states. @type {Record<CaptureState, readonly CaptureState[]>} */
export const transitions = {
    loading: ['waiting', 'guiding', 'finishing', 'done', 'blocked'],
    waiting: ['guiding', 'finishing', 'done', 'blocked'],
    guiding: ['waiting', 'finishing', 'done', 'blocked'],
    finishing: ['waiting', 'guiding', 'done', 'blocked'],
    done: ['waiting', 'guiding', 'finishing', 'blocked'],
    blocked: ['loading'],
};

/**
 * Derives the state from what is known now.
 * @param {object} known
 * @param {boolean} known.isBlocked
 * @param {boolean} known.isLoaded whether the server has said which poses it asks for
 * @param {boolean} known.isMissing whether a pose is to be taken
 * @param {boolean} known.isConfirmed whether the server has all pictures
 * @param {boolean} known.isLive whether there is a live picture
 * @returns {CaptureState}
 */
export function stateOf({ isBlocked, isLoaded, isMissing, isConfirmed, isLive }) {
    return isBlocked ? 'blocked'
        : !isLoaded ? 'loading'
        : isMissing ? isLive ? 'guiding' : 'waiting'
        : isConfirmed ? 'done' : 'finishing';
}
