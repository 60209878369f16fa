// @ts-check
import { element, takeFromLink } from './dom.js';

takeFromLink(/^[A-Za-z0-9-]{1,40}$/, code => {
    const input = element('Code', HTMLInputElement);
    input.value = code;
    input.form?.requestSubmit();
});
