// @ts-check
import { element } from './dom.js';

addEventListener('hashchange', useCode);
useCode();

/** Sends the code that stands behind the # of the link, so that it is in no address that a server or a proxy writes down. */
function useCode() {
    const code = location.hash.slice(1);
    if (location.hash !== '') {
        history.replaceState(null, '', location.pathname);
    }
    if (/^[A-Za-z0-9-]{1,40}$/.test(code)) {
        const input = element('Code', HTMLInputElement);
        input.value = code;
        input.form?.requestSubmit();
    }
}
