// A log for tests: records as the companion sends them, made one after the other.

export class Log {
  constructor() {
    this.records = [];
    this.ms = 0;
    this.src = 0;
  }

  /** Adds a record after some ms. own records come from the companion. */
  add(kind, data, { after = 0, request = "", cell = "", own = false } = {}) {
    this.ms += after;
    const received = new Date(Date.UTC(2026, 0, 1) + this.ms).toISOString();
    const record = {
      session: "s",
      seq: this.records.length + 1,
      source: own ? "companion" : "k",
      received,
      src_seq: own ? 0 : ++this.src,
      kind,
      time: received,
      mono: own ? 0 : this.ms * 1e6,
      request,
      cell,
      data,
    };
    this.records.push(record);
    return record;
  }

  start(request, cell, code, role = "", after = 0) {
    return this.add("cell_started", { code, role }, { request, cell, after });
  }

  output(request, output, more = {}, after = 0) {
    return this.add("output", { output, ...more }, { request, after });
  }

  finish(request, status = "ok", more = {}, after = 0) {
    return this.add("cell_finished", { status, execution_count: 1, duration_ns: 1e6, ...more }, { request, after });
  }
}

export const stream = (text, name = "stdout") => ({ output_type: "stream", name, text });
export const display = (data) => ({ output_type: "display_data", data, metadata: {} });
