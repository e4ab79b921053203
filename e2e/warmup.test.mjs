// The main job as two people do it: a candidate solves the warm-up in JupyterLab, an interviewer watches, and a graded
// notebook comes out.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Notebook, eventually, launchBrowser, root, startLab } from './harness.mjs';

const right = `import numpy as np


def pairwise_distances(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows of X.

    Args:
        X: points, shape (n, d).

    Returns:
        Distances, shape (n, n).
    """
    X = np.asarray(X, dtype=float)
    squares = (X ** 2).sum(axis=1)
    gram = X @ X.T
    squared = np.maximum(squares[:, None] + squares[None, :] - 2 * gram, 0)
    np.fill_diagonal(squared, 0)
    return np.sqrt(squared)
`;
const wrong = right.replace('np.sqrt(squared)', 'squared');
const looping = `import numpy as np

def pairwise_distances(X):
    n = len(X)
    D = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            D[i, j] = np.sqrt(((X[i] - X[j]) ** 2).sum())
    return D
`;
const endless = 'def pairwise_distances(X):\n    while True:\n        pass\n';
const crashing = 'import os\n\ndef pairwise_distances(X):\n    os._exit(3)\n';
const starter = 'def pairwise_distances(X):\n    raise NotImplementedError("your answer goes here")\n';
const broken = 'def pairwise_distances(X:\n    return X\n';

let lab, browser, notebook, page;
const shots = process.env.ASSAY_SHOTS;
if (shots) mkdirSync(shots, { recursive: true });
const shoot = async (target, name) => { if (shots) await target.screenshot({ path: join(shots, `${name}.png`) }); };

before(async () => {
  lab = await startLab();
  browser = await launchBrowser();
  notebook = await Notebook.open(browser, lab.candidate);
  const watcher = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  page = await watcher.newPage();
  page.on('pageerror', (error) => { lab.pageErrors = [...(lab.pageErrors ?? []), String(error)]; });
  await page.goto(lab.interviewer);
});

after(async () => {
  await browser?.close();
  const end = await lab?.stop();
  if (end) assert.equal(end.code, 0, `assay lab ended with ${JSON.stringify(end)}`);
});

/** Runs an answer in the solution cell and returns its card's text. On a busy machine a placeholder may stand first. */
async function answer(source) {
  const cell = notebook.solution ??= await notebook.find('def pairwise_distances');
  await notebook.write(cell, source);
  await notebook.run(cell);
  assert.ok(await notebook.output(cell).count() > 0, 'the cell turned idle with nothing under it');
  const text = await eventually('the verdict under the cell', async () => {
    const now = await notebook.output(cell).last().innerText();
    return !/Checking your|not answered yet|replaced by itself/.test(now) && now;
  }, 60_000);
  return { cell, text };
}

test('the notebook opens with the kernel and its parts', async () => {
  const text = await notebook.cells().allInnerTexts();
  assert.ok(text.length >= 6, `only ${text.length} cells`);
  assert.match(await notebook.page.locator('.jp-NotebookPanel .jp-KernelName, .jp-Toolbar-kernelName').first().innerText(), /Python 3 \(Assay\)/);
});

test('a wrong answer gets its card under the cell before it turns idle', async () => {
  const { cell, text } = await answer(wrong);
  assert.match(text, /Hidden/i);
  assert.match(text, /\d+ of \d+/);
  assert.match(text, /Points .* come once a basic test passes/);
  await shoot(cell, 'card-wrong');
});

test('a looping answer is told about its loop, with the line and a better form', async () => {
  const { cell, text } = await answer(looping);
  assert.match(text, /[Ll]ines? 6/);
  assert.match(text, /Fluency/);
  await shoot(cell, 'card-looping');
});

for (const [name, source, expected] of [
  ['an endless answer', endless, /time|too long|limit/i],
  ['a crashing answer', crashing, /ended|stopped|killed|crash|process/i],
  ['a syntax error', broken, /cannot read this code/],
  ['the starter as it stands', starter, /Nothing to check yet/],
]) {
  test(`${name} gets the card that it deserves`, async () => {
    const { cell, text } = await answer(source);
    assert.match(text, expected);
    await shoot(cell, `card-${name.replaceAll(' ', '-')}`);
  });
}

test('the right answer passes every hidden class', async () => {
  const { cell, text } = await answer(right);
  for (const name of ['basic', 'edge', 'propert', 'contract']) assert.match(text, new RegExp(name, 'i'));
  assert.doesNotMatch(text, /✗/);
  await shoot(cell, 'card-right');
});

test('a hint tells its cost and is given', async () => {
  const cell = await notebook.find('%hint');
  await notebook.write(cell, '%hint');
  await notebook.run(cell);
  assert.match(await notebook.output(cell).last().innerText(), /hint/i);
  await shoot(cell, 'hint');
});

test('the interviewer sees the cells, the verdicts and the clock', async () => {
  const link = page.locator('a[href*="/s/"]').first();
  await link.waitFor();
  await link.click();
  await eventually('the solution on the page', async () => (await page.locator('body').innerText()).includes('def pairwise_distances'));
  const text = await page.locator('body').innerText();
  for (const phase of ['Clarify', 'Plan', 'Code', 'Test']) assert.match(text, new RegExp(phase));
  await shoot(page, 'page');
});

test('the page says when it is disconnected and catches up without a reload', async () => {
  const before = await page.evaluate(() => { window.assayMark = 'not reloaded'; return document.title; });
  assert.ok(before);
  const address = JSON.parse(readFileSync(join(lab.home, 'companion.json')));
  process.kill(address.pid, 'SIGKILL');
  await eventually('a word about the lost connection', async () => /disconnected|connection|reconnect/i.test(await page.locator('body').innerText()));
  await shoot(page, 'page-disconnected');
  // Cells run on meanwhile: their events wait in the spool.
  const { text } = await answer(`${right}\n# run while the companion was away\n`);
  assert.ok(text.length > 0);
  await eventually('the missed run on the same page', async () => (await page.locator('body').innerText()).includes('while the companion was away'), 40_000);
  assert.equal(await page.evaluate(() => window.assayMark), 'not reloaded');
});

test('the session exports to a graded notebook', async () => {
  const listed = await lab.run('sessions', '--json');
  assert.equal(listed.code, 0, listed.stderr);
  const { sessions } = JSON.parse(listed.stdout);
  assert.equal(sessions.length, 1);
  const out = join(lab.work, 'graded');
  const exported = await lab.run('export', sessions[0].id, '-o', out);
  assert.equal(exported.code, 0, exported.stderr);
  const names = readdirSync(out);
  assert.ok(names.some((n) => n.endsWith('.ipynb')) && names.some((n) => n.endsWith('.html')), names.join());
  const graded = JSON.parse(readFileSync(join(out, names.find((n) => n.endsWith('.ipynb')))));
  assert.equal(graded.nbformat, 4);
  assert.equal(graded.nbformat_minor, 5);
  const report = await browser.newPage();
  await report.goto(`file://${join(out, names.find((n) => n.endsWith('.html')))}`);
  assert.match(await report.locator('body').innerText(), /not scored/i);
  await shoot(report, 'report');
  await report.close();
});

test('nothing on the interviewer\'s page broke', () => {
  assert.deepEqual(lab.pageErrors ?? [], []);
  assert.ok(root);
});
