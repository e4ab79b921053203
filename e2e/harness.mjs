// What the browser tests share: an `assay lab` of their own, and JupyterLab's notebook as a person uses it.

import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const assay = process.env.ASSAY_BINARY || join(root, 'bin', 'assay');

// Chromium asks its maker's hosts for updates at each start unless told not to; a closed network makes that slow.
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export function launchBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: quiet });
}

/** Starts `assay lab` with an empty home and waits for its two addresses. */
export async function startLab({ challenge = 'warmup-pairwise-distances', policy = 'full' } = {}) {
  const base = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
  const home = join(base, 'home');
  const work = join(base, 'interview');
  mkdirSync(home);
  const env = { ...process.env, HOME: home, ASSAY_HOME: join(home, 'assay'), ASSAY_PYTHON: join(root, '.venv', 'bin', 'python') };
  for (const name of Object.keys(env)) {
    if (/^(XDG_|JUPYTER|JPY_|ASSAY_(COMPANION|TOKEN))/.test(name)) delete env[name];
  }
  const child = spawn(assay, ['lab', '--no-browser', '--challenge', challenge, '--policy', policy, work], { env });
  const lab = { child, env, home: env.ASSAY_HOME, work, stderr: '' };
  child.stderr.on('data', (chunk) => { lab.stderr += chunk; });
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const urls = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const found = /Candidate: +(\S+)\nInterviewer: (\S+)\n/.exec(out);
      if (found) resolve(found);
    });
    exited.then((end) => reject(new Error(`assay lab ended with ${JSON.stringify(end)}: ${lab.stderr}`)));
  });
  [, lab.candidate, lab.interviewer] = urls;
  lab.run = (...args) => runAssay(env, args);
  lab.stop = async () => {
    child.kill('SIGINT');
    const end = await exited;
    rmSync(base, { recursive: true, force: true });
    return end;
  };
  return lab;
}

/** Runs another subcommand in the lab's home; resolves to {code, stdout, stderr}. */
function runAssay(env, args) {
  return new Promise((resolve) => {
    const child = spawn(assay, args, { env });
    let stdout = '', stderr = '';
    child.stdout.on('data', (chunk) => { stdout += chunk; });
    child.stderr.on('data', (chunk) => { stderr += chunk; });
    child.on('exit', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The candidate's notebook in JupyterLab. Cells are counted from 0, markdown among them. */
export class Notebook {
  constructor(page) { this.page = page; }

  static async open(browser, url) {
    const context = await browser.newContext({ viewport: { width: 1360, height: 1500 } });
    const page = await context.newPage();
    await page.goto(url);
    // JupyterLab shows an empty notebook first; the real one is there when its markdown is.
    await page.locator('.jp-NotebookPanel .jp-MarkdownCell').first().waitFor({ timeout: 60_000 });
    const notebook = new Notebook(page);
    await notebook.ready();
    return notebook;
  }

  /** Waits until the status bar says that the kernel is connected and has nothing to do. */
  async ready() {
    await this.page.locator('#jp-main-statusbar').filter({ hasText: /\| Idle/ }).waitFor({ timeout: 60_000 });
  }

  cells() { return this.page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell'); }

  /** The code cell whose source contains text. */
  async find(text) {
    const cells = this.cells();
    for (let i = 0; i < await cells.count(); i++) {
      const cell = cells.nth(i);
      if ((await cell.getAttribute('class')).includes('jp-CodeCell') && (await cell.locator('.cm-content').first().innerText()).includes(text)) return cell;
    }
    throw new Error(`no code cell contains ${text}`);
  }

  async write(cell, source) {
    await cell.locator('.cm-content').first().click();
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.insertText(source);
  }

  /** Runs a cell as Shift+Enter does and waits until it is no longer busy. */
  async run(cell, { timeout = 60_000 } = {}) {
    await cell.locator('.cm-content').first().click();
    await this.page.keyboard.press('Control+Enter');
    await cell.locator('.jp-InputArea-prompt').filter({ hasText: /\[\d*\s*\]|\[ \]/ }).waitFor({ timeout });
    await this.page.waitForFunction((el) => !/\[\*\]/.test(el.textContent), await cell.locator('.jp-InputArea-prompt').elementHandle(), { timeout });
  }

  output(cell) { return cell.locator('.jp-OutputArea-output'); }
}

/** Polls until check() gives a truthy value; fails with what after the limit. */
export async function eventually(what, check, limit = 20_000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
