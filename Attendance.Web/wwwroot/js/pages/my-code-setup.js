// @ts-check
import { element, takeFromLink } from './dom.js';

takeFromLink(/^[A-Za-z0-9-]{1,40}$/, code => {
    element('Code', HTMLInputElement).value = code;
});
