// @ts-check
import { t } from '../languages/text.js';

/**
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Limits} Limits
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-judge.js').Reason} Reason
 */

/** @type {Record<Pose, { name: string, ask: string, further: string }>} */
const poseWords = {
    front: { name: t('Straight'), ask: t('Look straight into the camera'), further: t('Look straight into the camera.') },
    left: { name: t('To the left'), ask: t('Turn your head slowly to your left'), further: t('Turn your head a little further to your left.') },
    right: { name: t('To the right'), ask: t('Turn your head slowly to your right'), further: t('Turn your head a little further to your right.') },
    up: { name: t('Up'), ask: t('Raise your chin slowly'), further: t('Raise your chin a little further.') },
    down: { name: t('Down'), ask: t('Lower your chin slowly'), further: t('Lower your chin a little further.') },
};

/** @type {Record<Exclude<Reason, 'wrong_pose'>, string>} */
const reasonWords = {
    no_face: t('No face is to be seen: come in front of the camera.'),
    several_faces: t('More than one face is to be seen: only one person, please.'),
    too_small_picture: t('This camera’s picture is too small: choose another camera.'),
    too_dark: t('Too dark: turn on a light or face a window.'),
    too_bright: t('Too bright: turn away from the light.'),
    move_closer: t('Move closer.'),
    move_back: t('Move back a little.'),
    centre_face: t('Move your face into the middle.'),
    blurred: t('Blurred: hold still. If it stays so, clean the lens or turn on a light.'),
};

/** @param {Pose} pose */
export function nameOfPose(pose) {
    return poseWords[pose].name;
}

/** @param {Pose} pose */
export function askFor(pose) {
    return poseWords[pose].ask;
}

/**
 * Tells the person what to do so that the picture can be taken.
 * @param {Reason} reason
 * @param {Pose} pose
 * @param {'there' | 'further' | 'back' | 'straight'} way how the head has to move to be in the pose
 */
export function wordsForFlaw(reason, pose, way) {
    if (reason !== 'wrong_pose') {
        return reasonWords[reason] ?? t('The picture is not good enough yet.');
    }
    return way === 'back' ? t('Not so far: turn back a little.')
        : way === 'straight' && pose !== 'front' ? t('Do not turn your head aside.')
        : poseWords[pose].further;
}

/**
 * Tells what is wrong with a picture that the server checked.
 * @param {string} reason
 * @param {Pose} pose
 */
export function wordsForRefusedPicture(reason, pose) {
    const words = reason === 'wrong_pose' ? poseWords[pose].further : reasonWords[/** @type {keyof typeof reasonWords} */ (reason)];
    return words ?? t('It is not good enough.');
}
