// @ts-check

for (const button of document.querySelectorAll('button[data-print]')) {
    if (button instanceof HTMLButtonElement) {
        button.hidden = false;
        button.addEventListener('click', () => print());
    }
}
