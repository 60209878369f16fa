// @ts-check

/**
 * Where a session's picture comes from. It is told what to do; it decides nothing about the lease.
 *
 * @typedef {'none' | 'opening' | 'showing' | 'interrupted'} PictureState
 * @typedef {import('./api.js').Lease} Lease
 * @typedef {import('./api.js').Problem} Problem
 *
 * @typedef {object} Viewer
 * @property {(state: PictureState, trouble?: Problem | null) => void} picture
 * @property {() => void} frame
 * @property {(width: number, height: number) => void} size
 * @property {() => Promise<void>} renew asks whether the lease still lives
 *
 * @typedef {object} Source
 * @property {(signal: AbortSignal, tell: (problem: Problem) => void) => Promise<string>} cameraId what to ask a lease for
 * @property {(signal: AbortSignal, tell: (problem: Problem) => void) => Promise<void>} open under the lease, before anything is shown; tells what it waits for
 * @property {(lease: Lease, viewer: Viewer, signal: AbortSignal) => Promise<void>} show until aborted; throws when it gives up
 * @property {() => void} pause
 * @property {() => void} close everything local is over when it returns
 */

export {};
