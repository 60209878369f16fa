// @ts-check
import { Problem } from './api.js';
import { drawScaled } from './scaled-picture.js';
import { socketAddress } from './socket-address.js';
import { delay } from './timing.js';

const protocol = 'attendance.publish.v1';
const openWithinMs = 10_000;
const longestSide = 1280;
const jpegQuality = 0.8;
const noPictureMs = 100;
/** The reasons for which the server closes the socket, and the statuses that such problems have elsewhere. @type {Record<string, number>} */
const refusals = { lease_required: 401, lease_ended: 410, too_many_publishers: 503 };

/**
 * Publishes a track as JPEGs over a WebSocket, for networks that no WebRTC passes. The server asks for each picture, so this also goes on
 * in a hidden page, whose timers are slow.
 * @param {{ cameraId: string, leaseId: string }} claim
 * @param {() => MediaStreamTrack | null} trackNow the track to publish, which may be another one each time
 * @param {AbortSignal} signal
 * @param {(cameraId: string) => void} published called with the id under which the camera is published, once it is
 * @returns {Promise<void>} resolves when it has ended
 * @throws {Problem} when it is refused
 */
export function publishPictures({ cameraId, leaseId }, trackNow, signal, published) {
    const socket = new WebSocket(socketAddress(`/api/cameras/${encodeURIComponent(cameraId)}/publish`), protocol);
    const taker = new PictureTaker();
    let sending = Promise.resolve();
    let isPublished = false;
    const send = async () => {
        const picture = await taker.take(trackNow, signal);
        if (socket.readyState === WebSocket.OPEN) {
            socket.send(picture);
        }
    };
    return new Promise((resolve, reject) => {
        const close = () => socket.close();
        const giveUp = setTimeout(close, openWithinMs);
        signal.addEventListener('abort', close);
        socket.addEventListener('open', () => socket.send(JSON.stringify({ lease_id: leaseId })));
        socket.addEventListener('message', ({ data }) => {
            const message = JSON.parse(data);
            if (message.type === 'published') {
                clearTimeout(giveUp);
                isPublished = true;
                published(message.camera_id);
            } else if (message.type === 'next') {
                sending = sending.then(send).catch(close);
            }
        });
        socket.addEventListener('close', ({ reason }) => {
            clearTimeout(giveUp);
            signal.removeEventListener('abort', close);
            taker.stop();
            if (signal.aborted || isPublished && !reason) {
                resolve();
            } else {
                reject(new Problem(refusals[reason] ?? 0, refusals[reason] ? reason : 'unreachable'));
            }
        });
    });
}

/** Takes pictures of a track as JPEGs. */
class PictureTaker {
    #video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
    #canvas = new OffscreenCanvas(1, 1);
    /** @type {MediaStreamTrack | null} */
    #track = null;

    /**
     * Waits for a picture.
     * @param {() => MediaStreamTrack | null} trackNow
     * @param {AbortSignal} signal
     */
    async take(trackNow, signal) {
        while (!this.#draw(trackNow())) {
            await delay(noPictureMs, signal);
        }
        return this.#canvas.convertToBlob({ type: 'image/jpeg', quality: jpegQuality });
    }

    stop() {
        this.#video.srcObject = null;
    }

    /** @param {MediaStreamTrack | null} track */
    #draw(track) {
        if (track !== this.#track) {
            this.#track = track;
            this.#video.srcObject = track && new MediaStream([track]);
            this.#video.play().catch(() => {}); // is tried again with the next track
        }
        return track !== null && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && drawScaled(this.#video, this.#canvas, longestSide);
    }
}
