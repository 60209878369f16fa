// @ts-check
import { element, takeFromLink } from './dom.js';

takeFromLink(/^[A-Za-z0-9_-]{1,500}$/, token => {
    element('Token', HTMLInputElement).value = token;
    element('token-field', HTMLElement).hidden = true;
});
