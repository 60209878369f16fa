// @ts-check

/**
 * @typedef {{ x: number, y: number }} Point pixels of the picture as the camera sees it, not mirrored
 *
 * @typedef {object} Face
 * @property {Point} leftEye the eye at the picture's left
 * @property {Point} rightEye
 * @property {Point} nose
 * @property {Point} mouth
 *
 * What a shot is judged by; the server measures the same.
 * @typedef {object} Figures
 * @property {number} width of the picture, pixels
 * @property {number} height
 * @property {number} faces how many are about as near as the nearest
 * @property {number} yaw about 0.3 when turned to the person's own left, -0.3 to the right; 0 without a face, as all below
 * @property {number} pitch smaller when looking up
 * @property {number} size of the face, in parts of the shorter side
 * @property {number} offsetX of the face from the middle, in parts of the width
 * @property {number} offsetY in parts of the height
 * @property {number} brightness of the face, 0 to 255
 * @property {number} sharpness of the face
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Area
 */

/** The face is brought to this size before its light is measured, so that near and far faces compare. */
const sidePx = 128;
/** Whoever is much smaller than the nearest person is somebody in the background. */
const smallestShare = 1 / 3;
/** Of the face's square, in units of its larger measure. */
const squareUnits = 2.2;

/**
 * @param {Face[]} faces the largest first
 * @param {number} width
 * @param {number} height
 * @param {(area: Area) => ImageData} pixelsOf
 * @returns {Figures}
 */
export function figuresOf(faces, width, height, pixelsOf) {
    const [face] = faces;
    if (!face) {
        return { width, height, faces: 0, yaw: 0, pitch: 0, size: 0, offsetX: 0, offsetY: 0, brightness: 0, sharpness: 0 };
    }
    const { yaw, pitch, extent, centre } = poseOf(face);
    const near = faces.filter(other => poseOf(other).extent >= extent * smallestShare);
    const area = squareOf(face, width, height);
    const luma = area ? scaledLuma(pixelsOf(area)) : new Float32Array(sidePx * sidePx); // nothing of the face is in the picture
    return {
        width, height, faces: near.length, yaw, pitch,
        size: extent / Math.min(width, height),
        offsetX: (centre.x - width / 2) / width,
        offsetY: (centre.y - height / 2) / height,
        brightness: brightnessOf(luma),
        sharpness: sharpnessOf(luma),
    };
}

/**
 * @param {Face} face
 * @returns {{ yaw: number, pitch: number, extent: number, centre: Point }} `extent` in pixels
 */
export function poseOf({ leftEye, rightEye, nose, mouth }) {
    const mid = middle(leftEye, rightEye);
    const eyes = Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y);
    // Along the eyes, and down the face, however the head is tilted.
    const x = eyes > 0 ? { x: (rightEye.x - leftEye.x) / eyes, y: (rightEye.y - leftEye.y) / eyes } : { x: 1, y: 0 };
    const y = { x: -x.y, y: x.x };
    const toMouth = along(mouth, mid, y);
    return {
        yaw: eyes > 0 ? along(nose, mid, x) / eyes : 0,
        pitch: toMouth > 0 ? along(nose, mid, y) / toMouth : 0,
        extent: Math.max(eyes, toMouth),
        centre: middle(mid, mouth),
    };
}

/**
 * Of anything else nothing could be measured.
 * @param {Face} face
 */
export function isUpright({ leftEye, rightEye, nose, mouth }) {
    const eyes = Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y);
    return eyes >= 1 && Number.isFinite(nose.x + nose.y)
        && ((mouth.y - (leftEye.y + rightEye.y) / 2) * (rightEye.x - leftEye.x)
            - (mouth.x - (leftEye.x + rightEye.x) / 2) * (rightEye.y - leftEye.y)) / eyes >= 1;
}

/**
 * The part of the picture that light and sharpness are measured in.
 * @param {Face} face
 * @param {number} width
 * @param {number} height
 * @returns {Area | null} whole pixels; null where nothing of it is in the picture
 */
export function squareOf(face, width, height) {
    const { extent, centre } = poseOf(face);
    const half = squareUnits * extent / 2;
    const left = Math.max(0, Math.round(centre.x - half));
    const top = Math.max(0, Math.round(centre.y - half));
    const right = Math.min(width, Math.round(centre.x + half));
    const bottom = Math.min(height, Math.round(centre.y + half));
    return right - left >= 1 && bottom - top >= 1 ? { left, top, width: right - left, height: bottom - top } : null;
}

/**
 * @param {ImageData} pixels
 * @returns {Float32Array} 128 × 128 values of 0 to 255, each the mean of the area it stands for
 */
export function scaledLuma({ data, width, height }) {
    const luma = new Float32Array(width * height);
    for (let at = 0, from = 0; at < luma.length; at++, from += 4) {
        luma[at] = 0.299 * data[from] + 0.587 * data[from + 1] + 0.114 * data[from + 2];
    }
    return meansOfRows(transposed(meansOfRows(luma, width, height), height), height, sidePx);
}

/** @param {Float32Array} luma */
export function brightnessOf(luma) {
    return luma.reduce((sum, value) => sum + value, 0) / luma.length;
}

/**
 * The variance of the Laplacian: edges make it large, and blur takes them away.
 * @param {Float32Array} luma 128 × 128
 */
export function sharpnessOf(luma) {
    let sum = 0;
    let squares = 0;
    for (let row = 1; row < sidePx - 1; row++) {
        for (let at = row * sidePx + 1; at < (row + 1) * sidePx - 1; at++) {
            const value = luma[at - 1] + luma[at + 1] + luma[at - sidePx] + luma[at + sidePx] - 4 * luma[at];
            sum += value;
            squares += value * value;
        }
    }
    const count = (sidePx - 2) ** 2;
    return squares / count - (sum / count) ** 2;
}

/**
 * Every row shortened, or stretched, to 128 values; the picture comes out turned over its diagonal.
 * @param {Float32Array} values
 * @param {number} width
 * @param {number} height
 */
function meansOfRows(values, width, height) {
    const scaled = new Float32Array(sidePx * height);
    const share = width / sidePx;
    for (let column = 0; column < sidePx; column++) {
        const from = column * share;
        const to = Math.min((column + 1) * share, width);
        for (let row = 0; row < height; row++) {
            let sum = 0;
            for (let at = Math.floor(from); at < to; at++) {
                sum += values[row * width + at] * (Math.min(at + 1, to) - Math.max(at, from));
            }
            scaled[row * sidePx + column] = sum / (to - from);
        }
    }
    return scaled;
}

/**
 * @param {Float32Array} values rows of 128
 * @param {number} height
 */
function transposed(values, height) {
    const turned = new Float32Array(values.length);
    for (let row = 0; row < height; row++) {
        for (let column = 0; column < sidePx; column++) {
            turned[column * height + row] = values[row * sidePx + column];
        }
    }
    return turned;
}

/** @param {Point} one @param {Point} other @returns {Point} */
function middle(one, other) {
    return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}

/** How far a point is from another in a direction. @param {Point} point @param {Point} from @param {Point} direction */
function along(point, from, direction) {
    return (point.x - from.x) * direction.x + (point.y - from.y) * direction.y;
}
