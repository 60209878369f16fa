// @ts-check
import { asProblem } from '../camera/api.js';
import { howLong, wordsForState } from '../camera/words.js';
import { t } from '../languages/text.js';
import { AccountNames } from '../operations/account-names.js';
import { AlertList, inOrder } from '../operations/alert-list.js';
import { CameraDialog } from '../operations/camera-dialog.js';
import { byName, stateOrder } from '../operations/camera-rows.js';
import { CameraTable } from '../operations/camera-table.js';
import { read } from '../operations/commands.js';
import { acknowledge, askFor, askForAll, askForOne, askForStale } from '../operations/camera-actions.js';
import { showAudit, showDeadLetters, showNodes } from '../operations/lists.js';
import { LiveStream } from '../operations/live-stream.js';
import { Notifier } from '../operations/notifier.js';
import { Picture } from '../operations/picture.js';
import { TrendCharts } from '../operations/trend-charts.js';
import { wordsForRefusal, wordsForRule } from '../operations/words.js';
import { element, make, write } from './dom.js';

/**
 * @typedef {import('../operations/contract.js').Alert} Alert
 * @typedef {import('../operations/picture.js').Part} Part
 */

const root = element('ops', HTMLElement);
const badge = element('connection', HTMLElement);
const age = element('age', HTMLElement);
const trouble = element('trouble', HTMLElement);
const states = element('states', HTMLElement);
const nodeChoice = element('node', HTMLSelectElement);
const find = element('find', HTMLInputElement);
const title = document.title;
/** How long a loss of the stream stays unreported. Web ends the stream now and then, and the next one is usually open before that. */
const patienceMs = 5000;
/** The most resolved alerts to show. Each node reports up to this many; a longer list is not useful. */
const resolvedShown = 200;

const page = new AbortController();
const { signal } = page;
const picture = new Picture();
const accounts = new AccountNames();
/** @param {string} id */
const nameOfAccount = id => accounts.nameOf(id);
/**
 * @param {string | null} id
 * @param {string} node
 */
const nameOfCamera = (id, node) => picture.nameOf(id, node);
/** How far the server's clock is ahead of this device's, in ms. Durations of holds are measured on the server's clock. */
let ahead = 0;
const now = () => Date.now() + ahead;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let reading;

const table = new CameraTable({
    frame: element('camera-frame', HTMLElement), table: element('camera-table', HTMLTableElement), head: element('camera-columns', HTMLTableRowElement),
    body: element('camera-rows', HTMLTableSectionElement), now, onView: showCameras, signal,
});
const current = new AlertList(element('alerts', HTMLElement), picture, nameOfAccount);
const resolved = new AlertList(element('resolved-alerts', HTMLElement), picture, nameOfAccount);
const dialog = new CameraDialog(picture, now, nameOfAccount);
const charts = new TrendCharts(element('charts', HTMLElement), element('trend-table', HTMLDetailsElement), element('trend-rows', HTMLElement));
const notifier = new Notifier(element('notify', HTMLButtonElement), nameOfCamera);
/** @type {Map<string, HTMLButtonElement>} */
const chips = new Map(['', ...stateOrder].map(state => [state, chip(state)]));
states.append(...chips.values());

picture.addEventListener('opened', event => {
    const alert = /** @type {CustomEvent<Alert>} */ (event).detail;
    notifier.tell(alert);
    element('announcement', HTMLElement).textContent = alert.severity === 'critical'
        ? t('New critical alert: {0}. {1}', wordsForRule(alert.rule), alert.what) : t('New warning: {0}. {1}', wordsForRule(alert.rule), alert.what);
});
picture.addEventListener('resolved', event => notifier.withdraw(/** @type {CustomEvent<Alert>} */ (event).detail));
picture.addEventListener('change', event => show(/** @type {CustomEvent<Set<Part>>} */ (event).detail));
accounts.addEventListener('change', () => show(new Set(/** @type {const} */ (['alerts', 'audit']))));

const stream = new LiveStream('/api/events?live=true', signal);
stream.addEventListener('told', event => {
    const { name, data } = /** @type {CustomEvent<{ name: string, data: any }>} */ (event).detail;
    picture.apply(name, data);
    if (name === 'snapshot') {
        ahead = Date.parse(data.at) - Date.now();
        accounts.askAgain();
        clearTimeout(reading); // every node sends a snapshot: wait for the last one
        reading = setTimeout(() => void readOnce(), 200);
    }
    if (name === 'snapshot' || name === 'nodes' || name.startsWith('alert')) {
        const open = picture.openAlerts.length;
        document.title = open > 0 ? `(${open}) ${title}` : title; // also while the page is hidden
    }
});
stream.addEventListener('change', showConnection);
setInterval(showConnection, 1000);
addEventListener('pageshow', event => event.persisted && location.reload(), { signal }); // the cache has cut the page's stream

find.addEventListener('input', () => {
    table.view.text = find.value;
    showCameras();
});
nodeChoice.addEventListener('change', () => {
    table.view.node = nodeChoice.value;
    showCameras();
});
element('release-stale', HTMLButtonElement).addEventListener('click', () => askForStale(picture, now));
element('release-all', HTMLButtonElement).addEventListener('click', () => askForAll(picture, now));
root.addEventListener('click', event => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (button) {
        void press(button);
    }
});

/** Reads the data that the stream does not repeat: the audit and the dead letters. */
async function readOnce() {
    const words = element('audit-trouble', HTMLElement);
    try {
        const [{ items }, { dead_letters: letters }] = await Promise.all([read('/api/audit?limit=100'), read('/api/alerts/dead-letters')]);
        picture.addToAudit(items);
        write(words, '');
        element('dead-letters', HTMLElement).hidden = letters.length === 0;
        write(element('dead-letter-count', HTMLElement), String(letters.length));
        showDeadLetters(element('dead-letter-rows', HTMLElement), letters);
    } catch (error) {
        write(words, t('Not known now: {0}', wordsForRefusal(asProblem(error))));
    }
}

/** @param {HTMLButtonElement} button */
async function press(button) {
    const { action, acknowledge: alertId, lease, open } = button.dataset;
    const key = button.closest('tr')?.dataset.camera ?? element('camera', HTMLElement).dataset.camera ?? '';
    if (action) {
        const camera = picture.cameras.get(key);
        if (camera) {
            askFor(/** @type {import('../operations/camera-row.js').CameraAction} */ (action), camera, now);
        }
    } else if (lease) {
        const camera = picture.cameras.get(key);
        if (camera) {
            askForOne(camera, lease, now);
        }
    } else if (alertId) {
        button.disabled = true;
        try {
            picture.apply('alert_acknowledged', { alert: await acknowledge(alertId) });
            trouble.hidden ||= trouble.dataset.about !== 'connection';
        } catch (error) {
            complain(wordsForRefusal(asProblem(error)));
        } finally {
            button.disabled = false;
        }
    } else if (button.classList.contains('camera-link')) {
        const opened = open ?? key;
        element('camera', HTMLElement).dataset.camera = opened;
        dialog.open(opened);
    }
}

/** @param {Set<Part>} parts */
function show(parts) {
    if (parts.has('cameras')) {
        showCameras();
    } else if (parts.has('figures')) {
        table.showFigures(picture.cameras.values());
    }
    if (parts.has('alerts')) {
        showAlerts();
    }
    if (parts.has('nodes')) {
        showNodes(element('node-rows', HTMLElement), picture.nodes);
        showSilent();
    }
    if (parts.has('trends')) {
        charts.show(picture.points);
    }
    if (parts.has('audit')) {
        showAudit(element('audit-rows', HTMLElement), picture.audit, nameOfCamera, nameOfAccount);
    }
    dialog.show();
}

function showCameras() {
    /** @type {Map<string, number>} */
    const counts = new Map([['', picture.cameras.size]]);
    const nodes = new Set();
    for (const camera of picture.cameras.values()) {
        counts.set(camera.state, (counts.get(camera.state) ?? 0) + 1);
        nodes.add(camera.node);
    }
    for (const [state, button] of chips) {
        const count = counts.get(state) ?? 0;
        button.hidden = count === 0 && state !== '' && state !== 'held' && table.view.state !== state;
        write(/** @type {Element} */ (button.lastElementChild), String(count));
        button.setAttribute('aria-pressed', String(table.view.state === state));
    }
    element('node-choice', HTMLElement).hidden = nodes.size < 2 && table.view.node === '';
    const names = [...nodes].sort(byName.compare);
    if (names.join('\n') !== [...nodeChoice.options].slice(1).map(option => option.value).join('\n')) {
        nodeChoice.replaceChildren(nodeChoice.options[0], ...names.map(name => new Option(name, name, false, name === table.view.node)));
    }
    table.show(picture.cameras.values());
    const nothing = element('no-cameras', HTMLElement);
    nothing.hidden = table.count > 0;
    write(nothing, picture.cameras.size === 0 ? t('There is no camera.') : t('No camera is like that.'));
    const all = picture.cameras.size;
    write(element('camera-count', HTMLElement), table.count === all ? '' : all === 1 ? t('{0} of 1 camera shown', table.count) : t('{0} of {1} cameras shown', table.count, all));
}

/** Shows a notice above the data that names the nodes that do not answer. */
function showSilent() {
    const notice = element('silent', HTMLElement);
    notice.hidden = picture.silent.length === 0;
    write(notice, picture.silent.map(wordsForSilent).join(' '));
    root.dataset.nodes = picture.nodes.length > 1 ? 'several' : 'one';
    write(element('trends-note', HTMLElement), picture.nodes.length > 1 ? t('per minute, all nodes; times are those of the slowest') : t('per minute'));
}

/** @param {import('../operations/contract.js').OpsNode} silent */
function wordsForSilent({ node, state, cameras }) {
    return state === 'lost'
        ? cameras === 1 ? t('Node {0} is lost: of its 1 camera and alerts only what was last known is shown.', node)
            : t('Node {0} is lost: of its {1} cameras and alerts only what was last known is shown.', node, cameras)
        : cameras === 1 ? t('Node {0} does not answer: of its 1 camera and alerts only what was last known is shown.', node)
            : t('Node {0} does not answer: of its {1} cameras and alerts only what was last known is shown.', node, cameras);
}

function showAlerts() {
    const all = inOrder(picture.alerts.values());
    const [over, still] = [all.filter(alert => alert.state === 'resolved'), all.filter(alert => alert.state !== 'resolved')];
    const open = still.filter(alert => alert.state === 'open').length;
    current.show(still);
    resolved.show(over.slice(0, resolvedShown));
    element('no-alerts', HTMLElement).hidden = still.length > 0;
    element('resolved', HTMLElement).hidden = over.length === 0;
    write(element('resolved-count', HTMLElement), String(over.length));
    write(element('alert-count', HTMLElement), still.length === 0 ? '' : still.length > open ? t('{0} open, {1} acknowledged', open, still.length - open) : t('{0} open', open));
}

/** Shows whether the data on the page is current and, if not, how old it is. */
function showConnection() {
    const { connection, heardAt } = stream;
    const since = heardAt === null ? null : new Date(Date.now() - (performance.now() - heardAt));
    root.dataset.connection = connection;
    write(badge, { connecting: t('Connecting'), live: t('Live'), lost: t('Not connected'), signed_out: t('Signed out'), crowded: t('Waiting') }[connection]);
    badge.dataset.tone = { connecting: 'busy', live: 'good', lost: 'bad', signed_out: 'bad', crowded: 'warn' }[connection];
    const isOld = connection === 'lost' || connection === 'signed_out';
    write(age, since && isOld ? t('What is shown is {0} old', howLong(since, new Date())) : '');
    if (connection === 'signed_out') {
        complain(t('You are signed out, or may not see this any more.'), '/sign-in?return=%2Fops');
    } else if (connection === 'lost' && since !== null && performance.now() - stream.changedAt > patienceMs) {
        complain(t('The connection is lost. This page connects again by itself; below is what was last known.'));
    } else if (connection === 'lost' && since === null) {
        complain(t('The camera service does not answer. This page goes on trying.'));
    } else if (connection === 'crowded') {
        complain(t('Other windows of this browser show cameras or consoles, and it has no connection left for this one. Close one of them, or use https.'));
    } else if (['connecting', 'live'].includes(connection) && trouble.dataset.about === 'connection') {
        trouble.hidden = true;
    }
    trouble.dataset.about = connection === 'live' ? '' : 'connection';
}

/**
 * @param {string} words
 * @param {string} [signIn]
 */
function complain(words, signIn) {
    if (trouble.hidden || trouble.dataset.words !== words) {
        trouble.dataset.words = words; // screen readers read out a message whenever it is written
        trouble.textContent = words;
        if (signIn) {
            trouble.append(' ', Object.assign(make('a', '', t('Sign in')), { href: signIn }));
        }
        trouble.hidden = false;
    }
}

/** @param {string} state '' for all states */
function chip(state) {
    const made = make('button', 'chip');
    made.type = 'button';
    if (state !== '') {
        made.dataset.tone = wordsForState(state).tone;
    }
    made.append(make('span', '', state === '' ? t('All') : wordsForState(state).word), make('b', '', '0'));
    made.addEventListener('click', () => {
        table.view.state = table.view.state === state ? '' : state;
        showCameras();
    });
    return made;
}
