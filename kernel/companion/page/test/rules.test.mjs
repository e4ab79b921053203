// Rules of this folder that a reader cannot see from one file. They hold for every file, so they are tested.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../", import.meta.url);
const names = readdirSync(folder);
const read = (name) => readFileSync(new URL(name, folder), "utf8");
const code = (name) =>
  read(name)
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\/\*[\s\S]*?\*\//g, "");
const scripts = names.filter((name) => name.endsWith(".js"));
const pages = names.filter((name) => name.endsWith(".html"));

test("no script turns text into markup or code, and none reaches out of the companion", () => {
  const forbidden =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|srcdoc|\beval\(|new Function|setHTML|import\(|https?:\/\/|allow-scripts|allow-same-origin|postMessage/;
  for (const name of scripts) assert.doesNotMatch(code(name), forbidden, name);
});

test("pages hold under the policy: no inline script or style, no event attribute, nothing from elsewhere", () => {
  assert.ok(pages.length >= 2);
  for (const name of pages) {
    const html = read(name);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|https?:\/\/|<script(?![^>]*\ssrc=)|<base|<form|<iframe/i, name);
    for (const [, file] of html.matchAll(/(?:src|href)="(?:\.\.\/)?page\/([^"]+)"/g))
      assert.ok(names.includes(file), `${name} asks for ${file}`);
  }
});

test("style sheets load nothing", () => {
  for (const name of names.filter((n) => n.endsWith(".css"))) assert.doesNotMatch(read(name), /url\(|@import/, name);
});

test("the only frame is the sandboxed one, without a single permission", () => {
  const frames = scripts.flatMap((name) => [...code(name).matchAll(/el\("iframe[^;]*/g)].map(([text]) => text));
  assert.equal(frames.length, 1);
  assert.match(frames[0], /sandbox: ""/);
});

test("imports exist and exports say what they are", () => {
  for (const name of scripts) {
    const text = read(name);
    for (const [, list, from] of text.matchAll(/^import \{([^}]+)\} from "\.\/([^"]+)";/gm)) {
      assert.ok(names.includes(from), `${name} imports ${from}`);
      for (const what of list
        .split(",")
        .map((w) => w.trim())
        .filter(Boolean))
        assert.match(
          read(from),
          new RegExp(`export (?:async )?(?:function|class|const) ${what}\\b`),
          `${name}: ${what}`,
        );
    }
    for (const m of text.matchAll(/^export /gm))
      assert.match(text.slice(0, m.index), /\*\/\n$/, `${name}: ${text.slice(m.index, m.index + 50)}`);
  }
});

test("files stay readable in one sitting", () => {
  for (const name of names.filter((n) => /\.(js|css|html)$/.test(n)))
    assert.ok(read(name).split("\n").length <= 250, name);
});
