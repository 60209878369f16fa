// @ts-check

/**
 * Draws a picture on a canvas that becomes as large as the picture, or smaller if one of its sides is too long. The picture is never mirrored.
 * @param {HTMLVideoElement | HTMLCanvasElement} source
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {number} longestSide in pixels
 * @returns {boolean} whether there was a picture
 */
export function drawScaled(source, canvas, longestSide) {
    const [width, height] = source instanceof HTMLVideoElement ? [source.videoWidth, source.videoHeight] : [source.width, source.height];
    const context = /** @type {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D | null} */ (canvas.getContext('2d'));
    if (!context || width === 0 || height === 0) {
        return false;
    }
    const scale = Math.min(1, longestSide / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return true;
}
