// @ts-check

/**
 * @typedef {'idle' | 'acquiring' | 'live' | 'paused' | 'released' | 'lost'} State
 * @typedef {import('./source.js').PictureState} PictureState
 * @typedef {import('./device.js').DeviceWish} DeviceWish
 *
 * The reason why the session is in its state.
 * @typedef {object} Cause
 * @property {string} [reason] a release reason of the contract: `client`, `manual`, `page_hide`, `takeover`, `expired`, …
 * @property {string | null} [detail] what the server adds to the reason
 * @property {import('./api.js').Problem} [problem] why there is no camera
 * @property {boolean} [confirmed] with `released`: the server has said that the camera is free
 *
 * @typedef {{ from: State, to: State, cause: Cause }} StateChange detail of the `statechange` event
 * @typedef {{ state: PictureState, trouble: import('./api.js').Problem | null }} PictureChange detail of the `picturechange` event
 *
 * @typedef {{ from: string, to: string }} Move detail of the `camera-moved` event: the ids of the lost camera and of its replacement
 *
 * @typedef {object} ServerCamera
 * @property {'server'} [kind]
 * @property {string} cameraId one of the server's catalog, or `auto` for the best free one
 * @property {HTMLCanvasElement} [canvas] where the live picture goes; without it only the lease is held
 * @property {boolean} [webRtc] whether to watch a camera of the server by WebRTC where that is possible: it takes fewer bytes, but is
 *   compressed as video. Otherwise, and until it shows, it is Motion JPEG
 * @property {boolean} [failover] whether to go on with another camera if this one is lost, instead of waiting for it
 * @property {'exclusive' | 'shared'} [mode] shared: others that share the camera may have it at the same time
 * @property {string} [role] with `shared`: what this page does with the camera; at most one session has a camera in each role
 * @property {object} [requirements] with `auto`: the requirements for the camera, as in the HTTP API
 *
 * @typedef {object} BrowserCameraOptions
 * @property {'browser'} kind a camera of this device
 * @property {string} [cameraId] the id under which the camera is lent; without it, one of this browser and the device
 * @property {HTMLVideoElement} [video] where the live picture goes; `CameraSession.stream` provides it as well
 *
 * @typedef {BrowserCameraOptions & DeviceWish} BrowserCamera
 * @typedef {object} Common
 * @property {boolean} [shortcut] false: Ctrl+Shift+C is left to the page
 * @property {() => Promise<unknown>} [beforeRelease] what `release` waits for, at most 3 s, before it gives the camera back: requests that prove the lease
 * @typedef {(ServerCamera | BrowserCamera) & Common} Options
 */

/** The allowed transitions: from each state to these states. @type {Record<State, readonly State[]>} */
export const transitions = {
    idle: ['acquiring'],
    acquiring: ['live', 'paused', 'idle', 'released', 'lost'],
    live: ['paused', 'released', 'lost'],
    paused: ['live', 'released', 'lost'],
    released: ['acquiring'],
    lost: ['acquiring'],
};
