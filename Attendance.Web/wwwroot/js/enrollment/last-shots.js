// @ts-check

/**
 * @typedef {import('../camera/camera-session.js').CameraSession} CameraSession
 * @typedef {import('./capture-session.js').CaptureSession} CaptureSession
 */

/**
 * Waits until no picture is on its way any more. The server takes one only as long as the camera is held.
 * @param {CaptureSession} capture
 */
export async function sent(capture) {
    while (capture.isSending) {
        await new Promise(changed => capture.addEventListener('change', changed, { once: true }));
    }
}

/**
 * Makes a link give the camera back before it leaves the page while pictures are being sent, because that waits for them. Otherwise it
 * works as any link.
 * @param {HTMLAnchorElement} link
 * @param {CaptureSession} capture
 * @param {() => CameraSession | null} camera the camera in use
 */
export function leaveWhenSent(link, capture, camera) {
    link.addEventListener('click', event => {
        const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        const used = camera();
        if (isPlain && used && capture.isSending) {
            event.preventDefault();
            void used.release().then(() => location.assign(link.href));
        }
    });
}
