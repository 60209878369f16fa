// @ts-check

/**
 * The data that camera-api sends to ops, as its HTTP contract defines it.
 *
 * @typedef {object} OpsCamera
 * @property {string} camera_id
 * @property {string} name
 * @property {string} kind
 * @property {string} node
 * @property {string | null} scope the scope of a camera that several nodes share, or null; each of them reports it, but it is one camera
 * @property {string} state
 * @property {string | null} lease_ref
 * @property {string | null} session_ref identifies the holder; not a secret
 * @property {'exclusive' | 'shared' | null} mode whether it is held by one or shared; null if nobody holds it
 * @property {OpsHolder[]} holders who holds it, the oldest first: one, or several that share it
 * @property {string | null} held_since
 * @property {string | null} expires_at
 * @property {number} viewers
 * @property {number | null} frame_rate
 * @property {number | null} frame_age_seconds
 * @property {number | null} width
 * @property {number | null} height
 * @property {string | null} detail
 * @property {string | null} last_ended_at
 * @property {string | null} last_reason
 * @property {string | null} last_detail
 * @property {number | null} [rating] 0 to 100, from its last use
 *
 * @typedef {object} OpsHolder
 * @property {string} lease_ref
 * @property {string} session_ref identifies the holder; not a secret
 * @property {string | null} role what the holder does with a camera that it shares
 * @property {string} held_since
 *
 * @typedef {object} Alert
 * @property {string} id
 * @property {string} rule
 * @property {'critical' | 'warning'} severity
 * @property {'open' | 'acknowledged' | 'resolved'} state
 * @property {string | null} camera_id
 * @property {string} node
 * @property {string} what
 * @property {string} done
 * @property {string} remedy
 * @property {number} count
 * @property {string} opened_at
 * @property {string} last_seen_at
 * @property {string | null} acknowledged_at
 * @property {string | null} acknowledged_by
 * @property {string | null} resolved_at
 *
 * @typedef {object} OpsNode
 * @property {string} node
 * @property {'up' | 'lost'} state
 * @property {string} started_at
 * @property {string} seen_at
 * @property {number} cameras
 * @property {number} held
 * @property {'available' | 'unavailable'} store
 * @property {boolean} followed whether the stream reports its current cameras and alerts
 *
 * @typedef {object} TrendPoint
 * @property {string} at
 * @property {number} active
 * @property {number} acquired
 * @property {number} ended
 * @property {number} failures
 * @property {number} refused
 * @property {number | null} acquire_p50
 * @property {number | null} acquire_p99
 * @property {number | null} release_p50
 * @property {number | null} release_p99
 *
 * @typedef {object} AuditEntry
 * @property {string} id
 * @property {string} at
 * @property {string} node
 * @property {string} action
 * @property {string | null} camera_id
 * @property {string} by
 * @property {string | null} why
 * @property {string} result
 *
 * @typedef {object} HistoryItem
 * @property {string} lease_ref
 * @property {string} acquired_at
 * @property {string} ended_at
 * @property {number} seconds
 * @property {string} reason
 * @property {string | null} detail
 *
 * @typedef {object} DeadLetter
 * @property {string} node
 * @property {string} webhook
 * @property {string} alert_id
 * @property {string} event
 * @property {string} at
 * @property {number} attempts
 * @property {string} error
 *
 * The complete state of one node.
 * @typedef {object} Snapshot
 * @property {string} node
 * @property {string} at
 * @property {OpsCamera[]} cameras
 * @property {Alert[]} alerts
 * @property {{ step_seconds: number, points: TrendPoint[] }} trends
 */

export {};
