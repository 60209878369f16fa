// @ts-check
import { request } from '../camera/api.js';
import { CameraSession } from '../camera/camera-session.js';
import { describe } from '../camera/words.js';
import { element } from './dom.js';
import { startWhenVisible, view } from './viewer.js';

const cameraId = element('camera', HTMLElement).dataset.cameraId ?? '';
const canvas = element('picture', HTMLCanvasElement);

// With ?failover: rather another camera than none.
view(new CameraSession({ cameraId, canvas, failover: new URLSearchParams(location.search).has('failover') }));
startWhenVisible();
void introduce();

/** The camera's name and what it is; the page is of use without. */
async function introduce() {
    try {
        const response = await request(`/api/cameras/${encodeURIComponent(cameraId)}`, { signal: AbortSignal.timeout(8000) });
        const camera = /** @type {import('../camera/api.js').Camera} */ (await response.json());
        const name = camera.name || camera.camera_id;
        element('name', HTMLElement).textContent = name;
        element('facts', HTMLElement).textContent = describe(camera) || '\u00a0';
        canvas.setAttribute('aria-label', `Live picture of ${name}`);
        document.title = `${name} · Attendance`;
    } catch {
        // What is wrong is said by the session, which asks the same server.
    }
}
