// How long a candidate waits in JupyterLab from Shift+Enter until the card is painted, beside a cell that only displays
// HTML, in one run. Needs what the browser tests need: Chromium and `npm ci` in this folder.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Notebook, launchBrowser, root, startLab } from './harness.mjs';

const challenge = 'np-cosine-embeddings';
const target = 250; // ms, p50
const rounds = Number(process.argv[2] ?? 20);
const solution = readFileSync(join(root, 'notebooks', 'challenges', challenge, 'solution.py'), 'utf8');
const entry = /^def (\w+)/m.exec(solution)[0];

/** Counts from the key press to the frame after an output of the cell matches each pattern; installed in the page. */
function watch({ patterns, unlike }) {
  const cell = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active');
  for (const old of cell.querySelectorAll('.jp-OutputArea-output')) old.dataset.old = '1';
  window.assayTimes = {};
  let began = 0;
  document.addEventListener('keydown', (e) => { if (e.key === 'Enter' && e.shiftKey && !began) began = performance.now(); }, { capture: true });
  const look = () => {
    const text = [...cell.querySelectorAll('.jp-OutputArea-output:not([data-old])')].map((n) => n.textContent).join('\n');
    for (const [name, pattern] of Object.entries(patterns)) {
      if (name in window.assayTimes || !new RegExp(pattern).test(text) || (name === 'final' && new RegExp(unlike).test(text))) continue;
      window.assayTimes[name] = null;
      // A frame's callback runs before it is painted; a message that it sends arrives after.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => { window.assayTimes[name] = performance.now() - began; };
        port2.postMessage('');
      });
    }
  };
  window.assayWatch?.disconnect();
  window.assayWatch = new MutationObserver(look);
  window.assayWatch.observe(cell, { subtree: true, childList: true, characterData: true });
}

async function timed(notebook, cell, source, patterns) {
  await notebook.write(cell, source);
  await notebook.page.waitForTimeout(300); // the editor's own work, and the person's
  await notebook.page.evaluate(watch, { patterns, unlike: 'Checking your|replaced by itself' });
  await notebook.page.keyboard.press('Shift+Enter');
  await notebook.page.waitForFunction((names) => names.every((n) => window.assayTimes[n] > 0), Object.keys(patterns), { timeout: 60_000 });
  await notebook.ready();
  return notebook.page.evaluate(() => window.assayTimes);
}

const quantile = (list, q) => list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * q))];

const lab = await startLab({ challenge });
const browser = await launchBrowser();
try {
  const notebook = await Notebook.open(browser, lab.candidate);
  const own = await notebook.find(entry);
  const cells = notebook.cells();
  const scratch = await notebook.find('%hint').catch(() => cells.last()); // any other code cell
  const times = { 'plain HTML': [], 'first card': [], 'final card': [] };
  for (let n = -2; n < rounds; n++) { // the first two warm everything
    const plain = await timed(notebook, scratch, `from IPython.display import HTML, display\ndisplay(HTML("<p>painted ${n}</p>"))`, { plain: `painted ${n}` });
    const card = await timed(notebook, own, `${solution}\n# ${n}\n`, { first: 'Hidden, basic', final: 'Hidden, basic' });
    if (n < 0) continue;
    times['plain HTML'].push(plain.plain);
    times['first card'].push(card.first);
    times['final card'].push(card.final);
  }
  const base = quantile(times['plain HTML'], 0.5);
  console.log(`Shift+Enter to painted, ${challenge}, ${rounds} runs`);
  for (const [name, list] of Object.entries(times)) {
    const p50 = quantile(list, 0.5);
    const beside = name === 'first card' ? `  (target p50 ${target} ms)` : '';
    console.log(`  ${name.padEnd(11)} p50 ${p50.toFixed(0).padStart(5)} ms  p95 ${quantile(list, 0.95).toFixed(0).padStart(5)} ms  ${(p50 / base).toFixed(2).padStart(5)} of plain${beside}`);
  }
} finally {
  await browser.close();
  await lab.stop();
}
