// @ts-check
import { t } from '../languages/text.js';

/** @typedef {import('./contract.js').OpsCamera} OpsCamera */

/**
 * Returns the key that identifies a camera. Different nodes may use the same camera id. A camera that nodes share has one key,
 * whichever node reports it.
 * @param {OpsCamera} camera
 */
export function keyOf({ scope, node, camera_id: id }) {
    return scope === null ? `${node}/${id}` : `shared:${scope}/${id}`;
}

/** The cameras of all nodes, each once, as last reported by its node. */
export class AllCameras {
    /** @type {Map<string, Map<string, OpsCamera>>} */
    #byNode = new Map();
    /** @type {Map<string, OpsCamera>} */
    #all = new Map();

    /** All cameras by their keys. @type {ReadonlyMap<string, OpsCamera>} */
    get all() {
        return this.#all;
    }

    /**
     * @param {string | null} id
     * @param {string} node
     */
    find(id, node) {
        return this.#byNode.get(node)?.get(id ?? '');
    }

    /**
     * Replaces all cameras of a node.
     * @param {string} node
     * @param {OpsCamera[]} cameras
     */
    replace(node, cameras) {
        const before = [...this.#byNode.get(node)?.values() ?? []];
        this.#byNode.set(node, new Map(cameras.map(camera => [camera.camera_id, camera])));
        this.#choose([...before, ...cameras]);
    }

    /**
     * Adds or updates a camera. Measured values come in `figures` messages, so a camera without a frame rate keeps the last known one as
     * long as its lease is the same.
     * @param {OpsCamera} camera
     */
    put(camera) {
        const known = this.find(camera.camera_id, camera.node);
        if (camera.frame_rate === null && known && known.lease_ref === camera.lease_ref) {
            camera.frame_rate = known.frame_rate;
        }
        const own = this.#byNode.get(camera.node) ?? new Map();
        this.#byNode.set(camera.node, own.set(camera.camera_id, camera));
        this.#choose([camera]);
    }

    /**
     * @param {string} node
     * @param {string} id
     */
    remove(node, id) {
        const camera = this.find(id, node);
        if (camera) {
            this.#byNode.get(node)?.delete(id);
            this.#choose([camera]);
        }
    }

    /**
     * Keeps only the cameras of the known nodes.
     * @param {(node: string) => boolean} isKnown
     */
    keep(isKnown) {
        for (const node of [...this.#byNode.keys()].filter(name => !isKnown(name))) {
            this.replace(node, []);
            this.#byNode.delete(node);
        }
    }

    /**
     * Marks a node's cameras as unreachable, because their node does not answer and their state is unknown.
     * @param {string} node
     */
    lose(node) {
        this.replace(node, [...this.#byNode.get(node)?.values() ?? []].map(camera => ({
            ...camera, state: 'unreachable', detail: t('Node {0} does not answer.', node), frame_rate: null, frame_age_seconds: null, viewers: 0, held_since: null, session_ref: null, lease_ref: null,
        })));
    }

    /**
     * Chooses whose report of a shared camera counts: that of the node where it is leased, otherwise that of a node that answers.
     * @param {OpsCamera[]} changed
     */
    #choose(changed) {
        for (const camera of changed) {
            const key = keyOf(camera);
            const nodes = camera.scope === null ? [this.#byNode.get(camera.node)] : [...this.#byNode.values()];
            const told = nodes.flatMap(cameras => cameras?.get(camera.camera_id) ?? []).filter(other => keyOf(other) === key);
            const best = told.find(other => other.lease_ref !== null) ?? told.find(other => other.state !== 'unreachable') ?? told[0];
            if (best) {
                this.#all.set(key, best);
            } else {
                this.#all.delete(key);
            }
        }
    }
}
