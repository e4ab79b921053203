// Building DOM without markup strings. Nothing in this page ever assigns innerHTML: what a candidate wrote becomes a
// text node or an attribute value from the short list below, so there is no place where it could be parsed.

/** The folder that the companion is mounted at, whatever prefix a proxy puts before it: this file is in BASE/page/. */
export const base = new URL("..", import.meta.url);

/** A URL below the mount point. Parts are encoded, so an id can never change the path. */
export function url(path, ...parts) {
  return new URL(path + parts.map(encodeURIComponent).join("/"), base);
}

/**
 * el("button.primary", {type: "button", onclick: f}, "Save") makes an element. Attributes that start with "on" are
 * listeners, true and false switch an attribute, strings among the children become text nodes, null is skipped.
 */
export function el(spec, attrs, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

/** Sets a text only when it changed, so that a ticking clock does not disturb a selection. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The element with this id; the page's own markup must have it. */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Calls ready(node) once, when node comes within a screen of being visible. Long sessions stay fluent because what
 * nobody looks at is never built.
 */
export function whenNear(node, ready) {
  near ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        const then = waiting.get(entry.target);
        waiting.delete(entry.target);
        if (then) then();
      }
    },
    { rootMargin: "800px" },
  );
  waiting.set(node, ready);
  near.observe(node);
}

let near;
const waiting = new WeakMap();

/** Puts nodes into parent in this order, moving only what is out of place: focus and scroll positions survive. */
export function reconcile(parent, nodes) {
  const keep = new Set(nodes);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const node of nodes) {
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}
