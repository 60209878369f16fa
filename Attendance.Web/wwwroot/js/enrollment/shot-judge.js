// @ts-check

/**
 * @typedef {import('./shot-figures.js').Figures} Figures
 *
 * @typedef {'front' | 'left' | 'right' | 'up' | 'down'} Pose left and right are from the person's own point of view
 *
 * @typedef {'no_face' | 'several_faces' | 'too_small_picture' | 'too_dark' | 'too_bright' | 'move_closer' | 'move_back'
 *   | 'centre_face' | 'blurred' | 'wrong_pose'} Reason why a shot is not good, as a code of the server
 *
 * The limits for a good shot, as configured on the server.
 * @typedef {object} Limits
 * @property {number} minWidth the least width of the picture, in pixels
 * @property {number} minHeight
 * @property {number} minSize
 * @property {number} maxSize
 * @property {number} maxOffset
 * @property {number} minBrightness
 * @property {number} maxBrightness
 * @property {number} minSharpness
 * @property {number} maxFrontYaw
 * @property {number} minTurn
 * @property {number} maxTurn
 * @property {number} minNod
 * @property {number} minFrontPitch
 * @property {number} maxFrontPitch
 */

/** All poses, in the order in which they are asked for. @type {readonly Pose[]} */
export const poses = ['front', 'left', 'right', 'up', 'down'];

/**
 * @param {Figures} figures
 * @param {Limits} limits
 * @param {Pose} pose
 * @param {number | null} frontPitch the pitch of the person's front shot, or null if unknown; people differ, so up and down are
 *   measured relative to it
 * @returns {Reason[]} everything that is wrong, the most important first; empty if the shot is good
 */
export function judge(figures, limits, pose, frontPitch) {
    const isSmall = figures.width < limits.minWidth || figures.height < limits.minHeight;
    if (figures.faces === 0) {
        return isSmall ? ['no_face', 'too_small_picture'] : ['no_face'];
    }
    /** @type {[Reason, boolean][]} */
    const found = [
        ['several_faces', figures.faces > 1],
        ['too_small_picture', isSmall],
        ['too_dark', figures.brightness < limits.minBrightness],
        ['too_bright', figures.brightness > limits.maxBrightness],
        ['move_closer', figures.size < limits.minSize],
        ['move_back', figures.size > limits.maxSize],
        ['centre_face', Math.max(Math.abs(figures.offsetX), Math.abs(figures.offsetY)) > limits.maxOffset],
        ['blurred', figures.sharpness < limits.minSharpness],
        ['wrong_pose', wayTo(pose, figures, limits, frontPitch) !== 'there'],
    ];
    return found.flatMap(([reason, isSo]) => isSo ? [reason] : []);
}

/**
 * Tells how the head has to move to be in the pose.
 * @param {Pose} pose
 * @param {Figures} figures
 * @param {Limits} limits
 * @param {number | null} frontPitch
 * @returns {'there' | 'further' | 'back' | 'straight'} `there`: the head is in the pose; `straight`: it is turned or tilted and should not be
 */
export function wayTo(pose, { yaw, pitch }, limits, frontPitch) {
    const front = frontPitch ?? (limits.minFrontPitch + limits.maxFrontPitch) / 2;
    const isStraight = Math.abs(yaw) <= limits.maxFrontYaw;
    switch (pose) {
        case 'front':
            return isStraight && pitch >= limits.minFrontPitch && pitch <= limits.maxFrontPitch ? 'there' : 'straight';
        case 'left':
        case 'right': {
            const turn = pose === 'left' ? yaw : -yaw;
            return turn < limits.minTurn ? 'further' : turn > limits.maxTurn ? 'back' : 'there';
        }
        case 'up':
        case 'down': {
            const nod = pose === 'down' ? pitch - front : front - pitch;
            return !isStraight ? 'straight' : nod < limits.minNod ? 'further' : 'there';
        }
    }
}
