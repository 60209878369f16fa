// @ts-check
import { element } from './dom.js';

addEventListener('hashchange', useToken);
useToken();

/** Puts the token that stands behind the # of the link into the form. It is in no address that a server or a proxy writes down. */
function useToken() {
    const token = location.hash.slice(1);
    if (/^[A-Za-z0-9_-]{1,500}$/.test(token)) {
        element('Token', HTMLInputElement).value = token;
        element('token-field', HTMLElement).hidden = true;
        history.replaceState(null, '', location.pathname);
    }
}
