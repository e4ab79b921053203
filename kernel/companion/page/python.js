// A light tokenizer for Python source: enough to colour it, far from parsing it. One pass, sticky expressions, no
// backtracking over more than one token.

const keywords = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in " +
    "is lambda nonlocal not or pass raise return try while with yield match case"
  ).split(" "),
);
const builtins = new Set(
  (
    "abs all any ascii bin bool bytearray bytes callable chr classmethod complex dict dir divmod enumerate eval exec filter float format " +
    "frozenset getattr globals hasattr hash hex id input int isinstance issubclass iter len list map max min next object oct open ord pow print property " +
    "range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip self cls"
  ).split(" "),
);

const rules = [
  ["space", /[ \t\n\r\f]+/y],
  ["comment", /#[^\n]*/y],
  [
    "string",
    /(?:[rRbBuUfFtT]{1,2})?(?:"""(?:[^\\"]|\\[\s\S]|"(?!""))*(?:"""|$)|'''(?:[^\\']|\\[\s\S]|'(?!''))*(?:'''|$)|"(?:[^\\"\n]|\\[\s\S])*(?:"|(?=\n)|$)|'(?:[^\\'\n]|\\[\s\S])*(?:'|(?=\n)|$))/y,
  ],
  [
    "number",
    /(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?)/y,
  ],
  ["name", /[\p{L}_][\p{L}\p{N}\p{M}_]*/uy],
  ["op", /[-+*/%@&|^~<>=!:.,;()[\]{}\\]/y],
];

/** Cells larger than this stay uncoloured. */
export const mostSource = 200_000;

/**
 * Splits source into [{kind, text}] whose texts join to source again. Kinds: keyword, builtin, def (the name that def
 * or class introduces), call, string, number, comment, decorator, magic, op, name, space, other.
 */
export function tokenize(source) {
  if (source.length > mostSource) return [{ kind: "other", text: source }];
  const tokens = [];
  let at = 0;
  let before = ""; // the last token that is not space
  let lineStart = true;
  let decorating = false; // after an @ that begins a line
  while (at < source.length) {
    const token = (lineStart && magicAt(source, at)) || next(source, at);
    if (token.kind !== "space")
      decorating =
        token.text === "@" ? lineStart : decorating && /^(?:name|op)$/.test(token.kind) && token.text !== "(";
    token.kind = refine(token, before, source[at + token.text.length], lineStart, decorating);
    tokens.push(token);
    at += token.text.length;
    if (token.kind !== "space") {
      before = token.text;
      lineStart = false;
    }
    if (token.kind === "space" && token.text.includes("\n")) {
      lineStart = true;
      decorating = false;
    }
  }
  return tokens;
}

function next(source, at) {
  for (const [kind, rule] of rules) {
    rule.lastIndex = at;
    const m = rule.exec(source);
    if (m && m[0]) return { kind, text: m[0] };
  }
  return { kind: "other", text: String.fromCodePoint(source.codePointAt(at)) };
}

/** IPython's lines: %magic, %%magic, !shell, ?help. */
function magicAt(source, at) {
  const m = /(?:%{1,2}[\p{L}_]|[!?])[^\n]*/uy;
  m.lastIndex = at;
  const found = m.exec(source);
  return found && { kind: "magic", text: found[0] };
}

function refine(token, before, after, lineStart, decorating) {
  if (decorating) return "decorator";
  if (token.kind !== "name") return token.kind;
  if (before === "def" || before === "class") return "def";
  if (before === ".") return after === "(" ? "call" : "name";
  if (keywords.has(token.text) && !soft(token.text, lineStart)) return "keyword";
  if (builtins.has(token.text)) return "builtin";
  return after === "(" ? "call" : "name";
}

/** match and case are names everywhere but at the start of a line. */
function soft(text, lineStart) {
  return (text === "match" || text === "case") && !lineStart;
}

/** The same tokens as lists per line; tokens that span lines are divided. */
export function tokenLines(source) {
  const lines = [[]];
  for (const { kind, text } of tokenize(source)) {
    text.split("\n").forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part) lines[lines.length - 1].push({ kind, text: part });
    });
  }
  return lines;
}
