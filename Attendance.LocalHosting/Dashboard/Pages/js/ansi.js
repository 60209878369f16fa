// @ts-check

const escapes = /\x1b\[([0-9;?]*)[ -/]*([@-~])/g;

/**
 * A line with its colours: a class for each, nothing else of what it says is obeyed.
 * @param {string} line
 * @returns {Node[]}
 */
export function coloured(line) {
    /** @type {Node[]} */
    const nodes = [];
    /** @type {Set<string>} */
    const classes = new Set();
    let from = 0;
    /** @param {number} to */
    const add = to => {
        if (to > from) {
            const span = document.createElement("span");
            span.className = [...classes].join(" ");
            span.textContent = line.slice(from, to);
            nodes.push(span);
        }
    };
    for (const found of line.matchAll(escapes)) {
        add(found.index);
        from = found.index + found[0].length;
        if (found[2] === "m") {
            obey(found[1], classes);
        }
    }

    add(line.length);
    return nodes;
}

/** @param {string} codes @param {Set<string>} classes */
function obey(codes, classes) {
    for (const code of codes.split(";").map(Number)) {
        /** @param {(known: string) => boolean} isMeant */
        const drop = isMeant => [...classes].filter(isMeant).forEach(known => classes.delete(known));
        if (code === 0) {
            classes.clear();
        } else if (code === 1) {
            classes.add("ansi-bold");
        } else if (code === 22) {
            classes.delete("ansi-bold");
        } else if ((code >= 30 && code <= 39) || (code >= 90 && code <= 97)) {
            drop(known => /^ansi-[39]/.test(known));
            if (code < 38 || code >= 90) {
                classes.add(`ansi-${code}`);
            }
        } else if (code >= 40 && code <= 49) {
            drop(known => known.startsWith("ansi-4"));
            if (code < 48) {
                classes.add(`ansi-${code}`);
            }
        }
    }
}
