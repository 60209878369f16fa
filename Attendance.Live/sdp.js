// @ts-check

/**
 * Takes the header extension for the orientation of a picture out of an offer: the sender then turns its pictures itself, as a phone held
 * upright has to.
 * @param {string} offer
 */
export function withoutOrientation(offer) {
    return offer.split('\r\n').filter(line => !(line.startsWith('a=extmap:') && line.includes('urn:3gpp:video-orientation'))).join('\r\n');
}

/**
 * Lets the sender begin with a bit rate that a picture needs. It would begin with 300 kbit/s, and stay near it for seconds; if the
 * network carries less, it finds out at once.
 * @param {string} description what the receiver says
 * @param {number} kilobits per second
 */
export function startingWith(description, kilobits) {
    let codec = '';
    return description.split('\r\n').flatMap(line => {
        if (line.startsWith('m=')) {
            codec = line.startsWith('m=video ') ? line.split(' ')[3] ?? '' : '';
        }
        return codec !== '' && line.startsWith(`a=rtpmap:${codec} `) ? [line, `a=fmtp:${codec} x-google-start-bitrate=${kilobits}`] : [line];
    }).join('\r\n');
}

/**
 * Announces other addresses than this machine's own, with the same ports, as where those lead to this machine (a container, NAT).
 * @param {string} answer
 * @param {string[]} addresses
 */
export function announced(answer, addresses) {
    if (addresses.length === 0) {
        return answer;
    }
    const ports = new Set();
    return answer.split('\r\n').flatMap(line => {
        const [, head, port, tail] = /^(a=candidate:\S+ 1 udp \d+ )\S+ (\d+)( typ host.*)$/i.exec(line) ?? [];
        if (!head) {
            return [line];
        }
        if (ports.has(port)) {
            return []; // the same port of another address of this machine
        }
        ports.add(port);
        return addresses.map(address => `${head}${address} ${port}${tail}`);
    }).join('\r\n');
}
