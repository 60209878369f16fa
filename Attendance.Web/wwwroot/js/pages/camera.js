// @ts-check
import { request } from '../camera/api.js';
import { CameraSession } from '../camera/camera-session.js';
import { PhonePairing, wordsForPairingEnd } from '../camera/phone-pairing.js';
import { describe } from '../camera/words.js';
import { t } from '../languages/text.js';
import { element, write } from './dom.js';
import './phone-dialog.js';
import { startWhenVisible, view } from './viewer.js';

const cameraId = element('camera', HTMLElement).dataset.cameraId ?? '';
const canvas = element('picture', HTMLCanvasElement);

// With ?failover, another camera takes over if this one is lost. With ?shared, others may look at the camera too.
const asked = new URLSearchParams(location.search);
// Who may only watch the camera shares it always.
const mayBorrow = element('camera', HTMLElement).dataset.mayBorrow !== 'false';
const session = new CameraSession({ cameraId, canvas, webRtc: true, failover: asked.has('failover'), mode: asked.has('shared') || !mayBorrow ? 'shared' : 'exclusive' });
view(session);
const phone = asked.get('phone');
if (phone) {
    followPhone(new PhonePairing(phone));
}
startWhenVisible();
void introduce();

/** Keeps the pairing with the phone whose camera this is, and says when the phone is missing or the pairing has ended. @param {PhonePairing} pairing */
function followPhone(pairing) {
    const life = new AbortController();
    const notice = element('phone-notice', HTMLElement);
    pairing.bindTo(session, life.signal);
    void pairing.watch(({ state, reason }) => {
        const isOver = state === 'ended';
        if (isOver) {
            life.abort();
            void session.release();
        }
        notice.hidden = state === 'published';
        if (!notice.hidden) {
            write(element('phone-words', HTMLElement), isOver ? wordsForPairingEnd(reason) : t('The phone does not send its picture now. It is waited for.'));
        }
    }, life.signal);
}

/** Shows the camera's name and facts. The page works without them. */
async function introduce() {
    try {
        const response = await request(`/api/cameras/${encodeURIComponent(cameraId)}`, { signal: AbortSignal.timeout(8000) });
        const camera = /** @type {import('../camera/api.js').Camera} */ (await response.json());
        const name = camera.name || camera.camera_id;
        element('name', HTMLElement).textContent = name;
        element('facts', HTMLElement).textContent = describe(camera) || '\u00a0';
        canvas.setAttribute('aria-label', t('Live picture of {0}', name));
        document.title = `${name} · Attendance`;
    } catch {
        // The session uses the same server and reports what is wrong.
    }
}
