// @ts-check

/**
 * @typedef {import('./shot-figures.js').Figures} Figures
 * @typedef {import('./shot-judge.js').Limits} Limits
 * @typedef {import('./shot-judge.js').Pose} Pose
 * @typedef {import('./shot-judge.js').Reason} Reason
 */

/** @type {Record<Pose, { name: string, ask: string, further: string }>} */
const poseWords = {
    front: { name: 'Straight', ask: 'Look straight into the camera', further: 'Look straight into the camera.' },
    left: { name: 'To the left', ask: 'Turn your head slowly to your left', further: 'Turn your head a little further to your left.' },
    right: { name: 'To the right', ask: 'Turn your head slowly to your right', further: 'Turn your head a little further to your right.' },
    up: { name: 'Up', ask: 'Raise your chin slowly', further: 'Raise your chin a little further.' },
    down: { name: 'Down', ask: 'Lower your chin slowly', further: 'Lower your chin a little further.' },
};

/** @type {Record<Exclude<Reason, 'wrong_pose'>, string>} */
const reasonWords = {
    no_face: 'No face is to be seen: come in front of the camera.',
    several_faces: 'More than one face is to be seen: only one person, please.',
    too_small_picture: 'This camera’s picture is too small: choose another camera.',
    too_dark: 'Too dark: turn on a light or face a window.',
    too_bright: 'Too bright: turn away from the light.',
    move_closer: 'Move closer.',
    move_back: 'Move back a little.',
    centre_face: 'Move your face into the middle.',
    blurred: 'Blurred: hold still. If it stays so, clean the lens or turn on a light.',
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
        return reasonWords[reason] ?? 'The picture is not good enough yet.';
    }
    return way === 'back' ? 'Not so far: turn back a little.'
        : way === 'straight' && pose !== 'front' ? 'Do not turn your head aside.'
        : poseWords[pose].further;
}

/**
 * Tells what is wrong with a picture that the server checked.
 * @param {string} reason
 * @param {Pose} pose
 */
export function wordsForRefusedPicture(reason, pose) {
    const words = reason === 'wrong_pose' ? poseWords[pose].further : reasonWords[/** @type {keyof typeof reasonWords} */ (reason)];
    return words ?? 'It is not good enough.';
}
