// @ts-check

/**
 * @typedef {{ x: number, y: number }} Point a position in pixels of the picture as the camera sees it, not mirrored
 *
 * @typedef {object} Face
 * @property {Point} leftEye the eye on the left side of the picture
 * @property {Point} rightEye
 * @property {Point} nose
 * @property {Point} mouth
 *
 * The measurements by which a shot is judged; the server measures the same.
 * @typedef {object} Figures
 * @property {number} width the width of the picture, in pixels
 * @property {number} height
 * @property {number} faces the number of faces that are about as near as the nearest
 * @property {number} yaw about 0.3 when turned to the person's own left, -0.3 to the right; 0 without a face, as are all values below
 * @property {number} pitch the vertical tilt of the head; smaller when looking up
 * @property {number} size the size of the face, as a fraction of the picture's shorter side
 * @property {number} offsetX the face's distance from the middle, as a fraction of the width
 * @property {number} offsetY the face's distance from the middle, as a fraction of the height
 * @property {number} brightness the brightness of the face, 0 to 255
 * @property {number} sharpness the sharpness of the face, as {@link sharpnessOf} measures it
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Area
 */

/** The face is scaled to this size before its light is measured, so that near and far faces are comparable. */
const sidePx = 128;
/** A face smaller than this share of the nearest face belongs to a person in the background. */
const smallestShare = 1 / 3;
/** The side of the face's square, as a multiple of the face's extent. */
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
    const luma = area ? scaledLuma(pixelsOf(area)) : new Float32Array(sidePx * sidePx); // no part of the face is in the picture
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
    // Axes along the eyes and down the face, however the head is tilted.
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
 * Tells whether the face is upright and complete. Any other face cannot be measured.
 * @param {Face} face
 */
export function isUpright({ leftEye, rightEye, nose, mouth }) {
    const eyes = Math.hypot(rightEye.x - leftEye.x, rightEye.y - leftEye.y);
    return eyes >= 1 && Number.isFinite(nose.x + nose.y)
        && ((mouth.y - (leftEye.y + rightEye.y) / 2) * (rightEye.x - leftEye.x)
            - (mouth.x - (leftEye.x + rightEye.x) / 2) * (rightEye.y - leftEye.y)) / eyes >= 1;
}

/**
 * Returns the part of the picture in which light and sharpness are measured.
 * @param {Face} face
 * @param {number} width
 * @param {number} height
 * @returns {Area | null} the area in whole pixels; null if no part of it is in the picture
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
 * @returns {Float32Array} 128 × 128 values of 0 to 255, each the mean of the area that it covers
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
 * Returns the variance of the Laplacian: edges make it large, and blur removes edges.
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
 * Scales every row to 128 values, each the mean of the part of the row that it covers.
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

/** Returns how far a point is from another in a direction. @param {Point} point @param {Point} from @param {Point} direction */
function along(point, from, direction) {
    return (point.x - from.x) * direction.x + (point.y - from.y) * direction.y;
}
