// @ts-check
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';

/** @param {string} path @returns {Promise<import('node:net').Server>} */
export function listening(path) {
    rmSync(path, { force: true }); // a process that was killed has left it
    return new Promise((resolve, reject) => {
        const server = createServer().once('error', reject).listen(path, () => resolve(server));
    });
}
