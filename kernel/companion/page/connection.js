// The websocket to the companion. It reconnects by itself from the last record seen, so the page never reloads, and it
// keeps what the interviewer sent until the companion has answered: nothing typed is lost by a dead network.

import { delay } from "./backoff.js";
import { url } from "./dom.js";

/** Nothing heard for this long, although the companion pings: the line is dead even if the socket does not know. */
const silence = 50_000;

/**
 * A watch of one session. Handlers: records(list), which answers false when one is missing; session(object);
 * status({state, at, why, denied, missing}) with state "connecting", "live" or "lost".
 */
export class Connection {
  constructor(session, { from, records, session: about, status }) {
    Object.assign(this, { name: session, from, records, about, status });
    this.waiting = new Map(); // id -> {message, resolve, reject}
    this.attempt = 0;
    this.prefix = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    this.count = 0;
    addEventListener("online", () => this.now());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.now();
    });
  }

  /** Opens the socket. Every later opening is this page's own doing. */
  open() {
    clearTimeout(this.timer);
    this.status({ state: "connecting" });
    const address = url("api/s/", this.name);
    address.pathname += "/watch";
    address.search = `?from=${this.from()}`;
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = (this.socket = new WebSocket(address));
    socket.onopen = () => this.opened(socket);
    socket.onmessage = (event) => {
      if (socket === this.socket) this.received(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.reason);
    };
    this.listen();
  }

  /** Tries at once instead of waiting for the back-off. */
  now() {
    if (this.timer) this.open();
  }

  /** Sends {note}, {score}, {hint} or {finish}; resolves when the companion has stored it. */
  send(message) {
    const id = `${this.prefix}-${++this.count}`;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { message: { id, ...message }, resolve, reject });
      this.write(id);
    });
  }

  opened(socket) {
    if (socket !== this.socket) return;
    this.heard = false;
    for (const id of this.waiting.keys()) this.write(id);
  }

  /** The companion spoke: only now is the line good. One that accepts and hangs up must not be asked again at once. */
  greeted() {
    this.heard = true;
    this.attempt = 0;
    this.status({ state: "live" });
  }

  write(id) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify(this.waiting.get(id).message));
  }

  received(data) {
    this.listen();
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    if (!this.heard) this.greeted();
    if (Array.isArray(frame.records) && this.records(frame.records) === false) return this.socket.close();
    if (frame.session) this.about(frame.session);
    const id = frame.id ?? frame.ok;
    const asked = id !== undefined && this.waiting.get(String(id));
    if (!asked) return;
    this.waiting.delete(String(id));
    if (frame.error) asked.reject(new Error(String(frame.error)));
    else asked.resolve();
  }

  listen() {
    clearTimeout(this.ear);
    this.ear = setTimeout(() => {
      if (this.socket) this.socket.close();
      this.lost();
    }, silence);
  }

  lost(why = "") {
    clearTimeout(this.ear);
    clearTimeout(this.timer);
    this.socket = null;
    const wait = delay(this.attempt++);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.open();
    }, wait);
    this.status({ state: "lost", at: Date.now() + wait, why });
    this.ask();
  }

  /** A refused websocket does not say why; a plain request does. */
  async ask() {
    try {
      const answer = await fetch(url("api/sessions"), { cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) return this.status({ state: "lost", denied: true });
      const { sessions } = await answer.json();
      if (Array.isArray(sessions) && !sessions.some(({ id }) => id === this.name))
        this.status({ state: "lost", missing: true });
    } catch {
      /* the companion is away; the back-off goes on */
    }
  }
}
