// @ts-check
import { ranks } from './alert-list.js';

/**
 * @typedef {import('./contract.js').OpsCamera} OpsCamera
 * @typedef {import('./contract.js').Alert} Alert
 * @typedef {import('./contract.js').OpsNode} OpsNode
 * @typedef {import('./contract.js').TrendPoint} TrendPoint
 * @typedef {import('./contract.js').AuditEntry} AuditEntry
 * @typedef {'cameras' | 'figures' | 'alerts' | 'nodes' | 'trends' | 'audit'} Part
 */

const pointsKept = 60;
const auditKept = 100;

/**
 * How everything is, as far as the stream has told. Events: "change", with the parts that are different, several changes at a
 * time; "opened" and "resolved", with the alert, at once.
 */
export class Picture extends EventTarget {
    /** @type {Map<string, OpsCamera>} */
    cameras = new Map();
    /** @type {Map<string, Alert>} */
    alerts = new Map();
    /** @type {OpsNode[]} */
    nodes = [];
    /** @type {TrendPoint[]} */
    points = [];
    /** Newest first. @type {AuditEntry[]} */
    audit = [];

    /** @type {Set<Part>} */
    #changed = new Set();
    #isTelling = false;

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
                    this.#put(camera);
                }
                for (const id of data.removed) {
                    this.cameras.delete(id);
                }
                this.#change('cameras');
                break;
            case 'figures':
                for (const [id, rate, age, viewers] of data.figures) {
                    const camera = this.cameras.get(id);
                    if (camera) {
                        Object.assign(camera, { frame_rate: rate, frame_age_seconds: age, viewers });
                    }
                }
                this.#change('figures');
                break;
            case 'trend':
                this.points = [...this.points.filter(point => point.at !== data.at), data].slice(-pointsKept);
                this.#change('trends');
                break;
            case 'nodes':
                this.nodes = data.nodes;
                this.#change('nodes');
                break;
            case 'action':
                this.audit = [data.action, ...this.audit].slice(0, auditKept);
                this.#change('audit');
                break;
            default:
                this.#putAlert(name, data.alert);
        }
    }

    /** @param {AuditEntry[]} entries */
    setAudit(entries) {
        this.audit = entries;
        this.#change('audit');
    }

    /** @param {string | null} id */
    nameOf(id) {
        return id === null ? '' : this.cameras.get(id)?.name || id;
    }

    get openAlerts() {
        return [...this.alerts.values()].filter(alert => alert.state === 'open');
    }

    /** @param {import('./contract.js').Snapshot} snapshot */
    #replace({ cameras, alerts, nodes, trends }) {
        const before = this.alerts;
        this.cameras = new Map(cameras.map(camera => [camera.camera_id, camera]));
        this.alerts = new Map(alerts.map(alert => [alert.id, alert]));
        this.nodes = nodes;
        this.points = trends.points.slice(-pointsKept);
        for (const alert of before.values()) {
            if (alert.state !== 'resolved' && (this.alerts.get(alert.id)?.state ?? 'resolved') === 'resolved') {
                this.dispatchEvent(new CustomEvent('resolved', { detail: alert }));
            }
        }
        this.#change('cameras', 'alerts', 'nodes', 'trends');
    }

    /** What is measured is told by figures: a camera that has changed otherwise keeps its last ones under the same lease. @param {OpsCamera} camera */
    #put(camera) {
        const known = this.cameras.get(camera.camera_id);
        if (camera.frame_rate === null && known && known.lease_ref === camera.lease_ref) {
            camera.frame_rate = known.frame_rate;
        }
        this.cameras.set(camera.camera_id, camera);
    }

    /**
     * What was missed may be told after a snapshot that knows more.
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
            requestAnimationFrame(() => { // not at all while nobody sees the page
                const detail = this.#changed;
                this.#changed = new Set();
                this.#isTelling = false;
                this.dispatchEvent(new CustomEvent('change', { detail }));
            });
        }
    }
}
