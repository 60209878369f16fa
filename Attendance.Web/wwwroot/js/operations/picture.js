// @ts-check
import { ranks } from './alert-list.js';
import { AllCameras } from './all-cameras.js';
import { together, withLatest } from './all-trends.js';

/**
 * @typedef {import('./contract.js').Alert} Alert
 * @typedef {import('./contract.js').OpsNode} OpsNode
 * @typedef {import('./contract.js').TrendPoint} TrendPoint
 * @typedef {import('./contract.js').AuditEntry} AuditEntry
 * @typedef {'cameras' | 'figures' | 'alerts' | 'nodes' | 'trends' | 'audit'} Part
 */

const auditKept = 100;

/**
 * The state of all nodes, as far as the stream has reported it; each node reports for itself. Events: `change` (detail: the parts that
 * have changed; several changes are combined), and `opened` and `resolved` (detail: the alert; sent at once).
 */
export class Picture extends EventTarget {
    #cameras = new AllCameras();
    /** @type {Map<string, Alert>} */
    alerts = new Map();
    /** @type {OpsNode[]} */
    nodes = [];
    /** The audit entries, newest first. @type {AuditEntry[]} */
    audit = [];

    /** The trend points by node. @type {Map<string, TrendPoint[]>} */
    #points = new Map();
    /** @type {Set<Part>} */
    #changed = new Set();
    #isTelling = false;

    /** All cameras by their keys. */
    get cameras() {
        return this.#cameras.all;
    }

    get points() {
        return together(this.#points.values());
    }

    /**
     * @param {string} name
     * @param {any} data
     */
    apply(name, data) {
        switch (name) {
            case 'snapshot':
                this.#replace(data);
                break;
            case 'cameras':
                for (const camera of data.changed) {
                    this.#cameras.put(camera);
                }
                for (const id of data.removed) {
                    this.#cameras.remove(data.node, id);
                }
                this.#change('cameras');
                break;
            case 'figures':
                for (const [id, rate, age, viewers] of data.figures) {
                    const camera = this.#cameras.find(id, data.node);
                    if (camera) {
                        Object.assign(camera, { frame_rate: rate, frame_age_seconds: age, viewers });
                    }
                }
                this.#change('figures');
                break;
            case 'trend':
                this.#points.set(data.node, withLatest(this.#points.get(data.node) ?? [], data.point));
                this.#change('trends');
                break;
            case 'nodes':
                this.#setNodes(data.nodes);
                break;
            case 'alerts':
                this.#replaceAlerts(data.node, data.alerts);
                this.#change('alerts');
                break;
            case 'action':
                this.addToAudit([data.action]);
                break;
            default:
                this.#putAlert(name, data.alert);
        }
    }

    /** Adds audit entries and sorts them, because read entries and streamed entries arrive in any order. @param {AuditEntry[]} entries */
    addToAudit(entries) {
        const all = new Map([...this.audit, ...entries].map(entry => [entry.id, entry]));
        this.audit = [...all.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, auditKept);
        this.#change('audit');
    }

    /**
     * @param {string | null} id
     * @param {string} node
     */
    find(id, node) {
        return this.#cameras.find(id, node);
    }

    /**
     * @param {string | null} id
     * @param {string} node
     */
    nameOf(id, node) {
        return id === null ? '' : this.find(id, node)?.name || id;
    }

    get openAlerts() {
        return [...this.alerts.values()].filter(alert => alert.state === 'open');
    }

    /** The nodes that the stream does not report now. */
    get silent() {
        return this.nodes.filter(node => !node.followed);
    }

    /** @param {import('./contract.js').Snapshot} snapshot */
    #replace({ node, cameras, alerts, trends }) {
        this.#cameras.replace(node, cameras);
        this.#points.set(node, trends.points);
        this.#replaceAlerts(node, alerts);
        this.#change('cameras', 'alerts', 'trends');
    }

    /**
     * Takes over the list of nodes. The last known data of a node that does not answer stays, with its cameras marked as unreachable.
     * The data of a node that is no longer listed is removed.
     * @param {OpsNode[]} nodes
     */
    #setNodes(nodes) {
        const answered = new Set(this.nodes.filter(node => node.followed).map(node => node.node));
        const names = new Set(nodes.map(node => node.node));
        this.nodes = nodes;
        for (const { node } of this.silent.filter(silent => answered.has(silent.node))) {
            this.#cameras.lose(node);
        }
        this.#cameras.keep(node => names.has(node));
        for (const node of [...this.#points.keys()].filter(name => !names.has(name))) {
            this.#points.delete(node);
        }
        for (const node of new Set([...this.alerts.values()].map(alert => alert.node).filter(name => !names.has(name)))) {
            this.#replaceAlerts(node, []);
        }
        this.#change('cameras', 'alerts', 'nodes', 'trends');
    }

    /**
     * @param {string} node
     * @param {Alert[]} alerts all alerts of the node
     */
    #replaceAlerts(node, alerts) {
        const before = [...this.alerts.values()].filter(alert => alert.node === node);
        for (const { id } of before) {
            this.alerts.delete(id);
        }
        for (const alert of alerts) {
            this.alerts.set(alert.id, alert);
        }
        for (const alert of before) {
            if (alert.state !== 'resolved' && (this.alerts.get(alert.id)?.state ?? 'resolved') === 'resolved') {
                this.dispatchEvent(new CustomEvent('resolved', { detail: alert }));
            }
        }
    }

    /**
     * Adds or updates an alert, unless a newer state is known: a late message may arrive after a snapshot that is newer.
     * @param {string} name
     * @param {Alert} alert
     */
    #putAlert(name, alert) {
        const known = this.alerts.get(alert.id);
        if (known && ranks[known.state] > ranks[alert.state]) {
            return;
        }
        this.alerts.set(alert.id, alert);
        this.#change('alerts');
        if (name === 'alert_opened') {
            this.dispatchEvent(new CustomEvent('opened', { detail: alert }));
        } else if (name === 'alert_resolved') {
            this.dispatchEvent(new CustomEvent('resolved', { detail: alert }));
        }
    }

    /** @param {Part[]} parts */
    #change(...parts) {
        for (const part of parts) {
            this.#changed.add(part);
        }
        if (!this.#isTelling) {
            this.#isTelling = true;
            requestAnimationFrame(() => { // does not run while the page is hidden
                const detail = this.#changed;
                this.#changed = new Set();
                this.#isTelling = false;
                this.dispatchEvent(new CustomEvent('change', { detail }));
            });
        }
    }
}
