// @ts-check

/**
 * The source of a session's picture. It does what the session tells it, and decides nothing about the lease.
 *
 * @typedef {'none' | 'opening' | 'showing' | 'interrupted'} PictureState
 * @typedef {import('./api.js').Lease} Lease
 * @typedef {import('./api.js').Problem} Problem
 *
 * @typedef {object} Viewer
 * @property {(state: PictureState, trouble?: Problem | null) => void} picture
 * @property {() => void} frame
 * @property {(width: number, height: number) => void} size
 * @property {() => Promise<void>} renew renews the lease and so learns whether it still exists
 *
 * @typedef {object} Source
 * @property {MediaStream | null} stream the stream of a camera of this device while it is open; null for a camera of the server
 * @property {string | null} facing the side of a phone that the camera faces: `user` or `environment`, or null if unknown
 * @property {boolean} hasTorch whether the camera has a light that can be switched
 * @property {{ drawn: number, dropped: number, refused: number }} frames the frames of a camera of the server, counted
 * @property {(on: boolean) => Promise<void>} setTorch
 * @property {(signal: AbortSignal, tell: (problem: Problem) => void) => Promise<string>} cameraId returns the id of the camera to ask a lease for
 * @property {(signal: AbortSignal, tell: (problem: Problem) => void) => Promise<void>} open opens the camera under the lease,
 *   before anything is shown; tells what it waits for
 * @property {(lease: Lease, viewer: Viewer, signal: AbortSignal) => Promise<void>} show shows the picture until aborted; throws when it gives up
 * @property {() => void} pause
 * @property {() => void} close ends everything local before it returns
 */

export {};
