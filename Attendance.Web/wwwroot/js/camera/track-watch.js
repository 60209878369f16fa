// @ts-check
import { permissionStatus } from './device.js';

/**
 * @typedef {import('./source.js').Viewer} Viewer
 * @typedef {'ended' | 'muted' | 'stuck'} Trouble
 */

const muteToleratedMs = 5000;
/** How long a track may deliver no frame. After a return from the background, some phones leave a track "live" that delivers nothing. */
const stuckAfterMs = 3000;
const firstPictureMs = 10_000;
const lookEveryMs = 500;

/**
 * Watches a camera of this device until its picture is gone.
 * @param {MediaStream} stream
 * @param {HTMLVideoElement | null} video the element that shows the stream
 * @param {Viewer} viewer
 * @param {boolean} isNew whether the stream has not delivered a picture yet, which takes some cameras a while
 * @param {AbortSignal} signal
 * @returns {Promise<Trouble>} rejects when aborted
 */
export function watchTrack(stream, video, viewer, isNew, signal) {
    const [track] = stream.getVideoTracks();
    const watching = new AbortController();
    const either = AbortSignal.any([signal, watching.signal]);
    const on = { signal: either };
    return new Promise((resolve, reject) => {
        /** @param {Trouble} trouble */
        const gone = trouble => {
            watching.abort();
            resolve(trouble);
        };
        signal.addEventListener('abort', () => reject(signal.reason), on);

        track.addEventListener('ended', () => gone('ended'), on);
        if (track.readyState === 'ended') {
            gone('ended');
            return;
        }

        let mutedSince = track.muted ? performance.now() : null;
        track.addEventListener('mute', () => mutedSince ??= performance.now(), on);
        track.addEventListener('unmute', () => mutedSince = null, on);

        void permissionStatus().then(status => {
            status?.addEventListener('change', () => status.state === 'denied' && gone('ended'), on);
        });

        const started = performance.now();
        let at = video?.currentTime ?? 0;
        let seen = false;
        let advanced = started;
        const picture = () => {
            advanced = performance.now();
            if (!seen) {
                seen = true;
                viewer.picture('showing');
            }
        };
        if (video) {
            onEveryFrame(video, either, () => {
                picture();
                viewer.size(video.videoWidth, video.videoHeight);
                viewer.frame();
            });
        } else if (!track.muted) {
            picture();
        } else {
            track.addEventListener('unmute', picture, on);
        }

        const look = setInterval(() => {
            const now = performance.now();
            if (track.readyState === 'ended') {
                gone('ended'); // no event is sent if the system has stopped the track in the background
            } else if (mutedSince !== null && now - mutedSince > muteToleratedMs) {
                gone('muted');
            } else if (video && mutedSince === null) {
                if (video.paused) {
                    video.play().catch(() => {}); // the system may pause the video like a film
                } else if (video.currentTime !== at) {
                    at = video.currentTime;
                    picture(); // also for browsers that do not announce frames
                } else if (now - advanced > (seen || !isNew ? stuckAfterMs : firstPictureMs)) {
                    gone('stuck');
                }
            }
        }, lookEveryMs);
        either.addEventListener('abort', () => clearInterval(look), { once: true });
    });
}

/**
 * @param {HTMLVideoElement} video
 * @param {AbortSignal} signal
 * @param {() => void} act
 */
function onEveryFrame(video, signal, act) {
    if (!('requestVideoFrameCallback' in video)) {
        return;
    }
    const frame = () => {
        if (!signal.aborted) {
            act();
            pending = video.requestVideoFrameCallback(frame);
        }
    };
    let pending = video.requestVideoFrameCallback(frame);
    signal.addEventListener('abort', () => video.cancelVideoFrameCallback(pending), { once: true });
}
