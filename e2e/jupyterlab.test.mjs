// JupyterLab with our kernel in a notebook without a challenge: whatever it does with ipykernel it does with us.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Notebook, eventually, launchBrowser, startLab } from './harness.mjs';

let lab, browser, notebook, page;

const blank = {
  cells: [
    { cell_type: 'markdown', id: 'top', metadata: {}, source: '# Free work' },
    { cell_type: 'code', id: 'a', metadata: {}, source: '', outputs: [], execution_count: null },
  ],
  metadata: { kernelspec: { name: 'assay', display_name: 'Python 3 (Assay)', language: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
};

before(async () => {
  lab = await startLab();
  writeFileSync(join(lab.work, 'free.ipynb'), JSON.stringify(blank));
  browser = await launchBrowser();
  notebook = await Notebook.open(browser, lab.candidate.replace('warmup-pairwise-distances.ipynb', 'free.ipynb'));
  page = notebook.page;
});

after(async () => {
  await browser?.close();
  await lab?.stop();
});

const cell = () => notebook.cells().nth(1);
const output = () => notebook.output(cell());
const outputText = async () => (await output().allInnerTexts()).join('\n');

/** Runs source in the one code cell and returns what stands under it. */
async function run(source) {
  await notebook.write(cell(), source);
  await notebook.run(cell());
  return outputText();
}

/** Starts source without waiting for its end. */
async function start(source) {
  await notebook.write(cell(), source);
  await page.keyboard.press('Control+Enter');
}

test('completion', async () => {
  await run('import os');
  await notebook.write(cell(), 'os.pat');
  // JupyterLab drops completions that take longer than a second, as the first ones of a kernel do on a busy machine.
  await eventually('the completer', async () => {
    await page.keyboard.press('Tab');
    await page.waitForTimeout(2500);
    return await page.locator('.jp-Completer').filter({ hasText: 'pathsep' }).count() > 0;
  }, 60_000);
  await page.keyboard.press('Escape');
});

test('inspection', async () => {
  await notebook.write(cell(), 'len(');
  await page.keyboard.press('Shift+Tab');
  await page.locator('.jp-Tooltip').filter({ hasText: 'number of items' }).waitFor();
  await page.keyboard.press('Escape');
});

test('our magics complete and explain themselves', async () => {
  for (const [begun, name] of [['%hin', '%hint'], ['%subm', '%submit'], ['%fini', '%finish'], ['%assa', '%assay'], ['%%clar', '%%clarify'], ['%%pla', '%%plan']]) {
    await notebook.write(cell(), begun);
    await page.keyboard.press('Tab');
    // One candidate is inserted at once; several are offered.
    await eventually(`the completion of ${begun}`, async () => (await cell().locator('.cm-content').innerText()).includes(name) ||
      await page.locator('.jp-Completer').filter({ hasText: name.replaceAll('%', '') }).count() > 0);
    await page.keyboard.press('Escape');
  }
  for (const [code, said] of [['%hint?', /next hint of the challenge/], ['%assay?', /clock, the phase and the magics/], ['%%plan?', /how you are going to solve/],
    ['%%test?', /your own test of the solution/]]) {
    assert.match(await run(code), said, code);
  }
});

test('input()', async () => {
  await start("name = input('name? ')\nprint('hello', name)");
  const field = page.locator('.jp-Stdin-input');
  await field.fill('Ada');
  await field.press('Enter');
  await eventually('the answer', async () => (await outputText()).includes('hello Ada'));
});

test('interrupt', async () => {
  await start('import time\nwhile True:\n    time.sleep(0.01)');
  await eventually('the cell to run', async () => (await cell().locator('.jp-InputArea-prompt').innerText()).includes('*'));
  await page.waitForTimeout(500);
  await page.locator('.jp-NotebookPanel [data-command="notebook:interrupt-kernel"], .jp-NotebookPanel jp-button[title*="Interrupt"]').first().click();
  await eventually('KeyboardInterrupt', async () => (await outputText()).includes('KeyboardInterrupt'));
});

test('clear_output and display updates', async () => {
  const text = await run("from IPython.display import clear_output, display\nfor i in range(5):\n    clear_output(wait=True)\n    print('step', i)\n" +
    "h = display('before', display_id=True)\nh.update('after')");
  assert.match(text, /step 4/);
  assert.doesNotMatch(text, /step 3/);
  assert.match(text, /after/);
  assert.doesNotMatch(text, /before/);
});

test('matplotlib', async () => {
  await run('import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);');
  await cell().locator('.jp-OutputArea-output img').waitFor();
});

test('an ipywidgets slider', async () => {
  await run('import ipywidgets as w\ns = w.IntSlider(value=3)\nshown = s\ns');
  const handle = cell().locator('.widget-slider .noUi-handle');
  await handle.waitFor();
  await handle.focus();
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(300);
  assert.match(await run('s.value'), /4/);
});

test('the debugger stops at a breakpoint', async () => {
  await page.locator('.jp-NotebookPanel .jp-DebuggerBugButton').click();
  await page.locator('.jp-NotebookPanel .jp-DebuggerBugButton[aria-pressed="true"]').waitFor();
  await notebook.write(cell(), 'first = 1\nsecond = 2\nthird = first + second');
  // The first element of the gutter is a hidden one that keeps its width.
  const line = cell().locator('.cm-breakpoint-gutter > .cm-gutterElement').nth(2);
  await line.click();
  await line.locator('.cm-breakpoint-icon').waitFor();
  await cell().locator('.cm-content').click();
  await page.keyboard.press('Control+Enter');
  await page.locator('.jp-DebuggerCallstack .jp-DebuggerCallstack-body li').first().waitFor();
  await page.keyboard.press('F9');
  await eventually('the end of the cell', async () => /\[\d+\]/.test(await cell().locator('.jp-InputArea-prompt').innerText()));
  await page.locator('.jp-NotebookPanel .jp-DebuggerBugButton').click();
  assert.match(await run('third'), /3/);
});

test('a page reload keeps the kernel', async () => {
  await run("kept = 'still here'");
  await page.keyboard.press('Control+S');
  await page.waitForTimeout(500);
  await page.reload();
  await page.locator('.jp-NotebookPanel .jp-MarkdownCell').first().waitFor({ timeout: 60_000 });
  await notebook.ready();
  assert.match(await run('kept'), /still here/);
});

/**
 * Reloads the page in the middle of a cell that prints 100 lines in 10 s, on a kernel of that name.
 * Returns the lines that stand under the cell afterwards, and what the kernel itself knows of its cell.
 */
async function reloadWhilePrinting(kernel) {
  const file = `reload-${kernel}.ipynb`;
  writeFileSync(join(lab.work, file), JSON.stringify({ ...blank, metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'python' } } }));
  // A workspace of its own: else the notebook of the other tests comes back beside it.
  const url = lab.candidate.replace('/lab/tree/', `/lab/workspaces/${kernel}/tree/`).replace('warmup-pairwise-distances.ipynb', file);
  const own = await Notebook.open(browser, url);
  const printing = own.cells().nth(1);
  const lines = async () => (await own.output(printing).allInnerTexts()).join('\n').match(/line \d+/g) ?? [];
  try {
    await own.write(printing, "import time\nfor i in range(100):\n    print('line', i, flush=True)\n    time.sleep(0.1)");
    await own.page.keyboard.press('Control+Enter');
    await eventually('30 lines', async () => (await lines()).length >= 30);
    await own.page.keyboard.press('Control+S');
    await own.page.waitForTimeout(300);
    await own.page.reload();
    await own.page.locator('.jp-NotebookPanel .jp-MarkdownCell').first().waitFor({ timeout: 60_000 });
    await own.ready();
    await own.page.waitForTimeout(1000);
    const seen = await lines();
    await own.write(printing, "print('counted', i)");
    await own.run(printing);
    return { seen, after: (await own.output(printing).allInnerTexts()).join() };
  } finally {
    await own.page.context().close();
  }
}

test('a page reload loses and doubles no more of a running cell than with plain ipykernel', async () => {
  const plain = await reloadWhilePrinting('python3');
  const ours = await reloadWhilePrinting('assay');
  for (const { seen, after } of [plain, ours]) {
    assert.match(after, /counted 99/); // the cell itself went on
    assert.ok(seen.length >= 30, `only ${seen.length} lines`);
  }
  assert.equal(new Set(ours.seen).size, ours.seen.length, 'lines came twice');
  assert.deepEqual(ours.seen, [...ours.seen].sort((a, b) => a.slice(5) - b.slice(5)), 'lines came out of order');
  // What stands there was saved before the reload, in both; the rest is either there or, as in plain, lost to the page.
  const whole = ({ seen }) => seen.length === 100;
  assert.ok(whole(ours) || !whole(plain), `ours shows ${ours.seen.length} lines, plain ${plain.seen.length}`);
  assert.equal(ours.seen.includes('line 99'), plain.seen.includes('line 99'), 'the end of the output');
});

test('restart', async () => {
  await cell().locator('.cm-content').click();
  await page.keyboard.press('Escape');
  await page.keyboard.press('0');
  await page.keyboard.press('0');
  await page.locator('.jp-Dialog button.jp-mod-accept').click();
  await notebook.ready();
  assert.match(await eventually('a fresh kernel', async () => {
    const text = await run("print('kept' in globals())");
    return /False/.test(text) && text;
  }), /False/);
});

test('a dead kernel is reported and comes back', async () => {
  await start('import os\nos._exit(1)');
  const dialog = page.locator('.jp-Dialog').filter({ hasText: /Kernel Restarting/ });
  await dialog.waitFor({ timeout: 20_000 });
  await dialog.locator('button').first().click();
  await notebook.ready();
  assert.match(await eventually('a working kernel', async () => {
    const text = await run('40 + 2');
    return /42/.test(text) && text;
  }, 30_000), /42/);
});
