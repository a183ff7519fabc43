// Makes a grid of a field of CSV, textarea[data-grid]: the first line names the columns. Only the rows in sight exist as
// elements, so that tens of thousands stay quick. The field itself is what the form sends.
const ROW = 36;
const AROUND = 8;
const LISTED = 8;
const ANY = ["*", "-"];

// Cells between tabs, semicolons or commas, whichever the first line has most of; quoted cells may hold anything.
function parse(text) {
  const first = text.split(/\r?\n/).find((line) => line.trim()) ?? "";
  const mark = ["\t", ";", ","].reduce((best, one) => (first.split(one).length > first.split(best).length ? one : best));
  const rows = [];
  let row = [], cell = "", quoted = false;
  const end = () => { row.push(cell.trim()); cell = ""; };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign === '"' && text[at + 1] === '"') { cell += sign; at++; } else if (sign === '"') quoted = false; else cell += sign;
    } else if (sign === '"' && !cell.trim()) { quoted = true; cell = ""; }
    else if (sign === mark) end();
    else if (sign === "\n") { end(); rows.push(row); row = []; }
    else if (sign !== "\r") cell += sign;
  }
  if (cell || row.length) { end(); rows.push(row); }
  return rows.filter((one) => one.some(Boolean));
}

const quote = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
const csv = (rows) => rows.map((row) => row.map(quote).join(",") + "\n").join("");
const made = (tag, given = {}, ...inside) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) if (value !== undefined && value !== false) element.setAttribute(name, value);
  element.append(...inside);
  return element;
};
const say = (pattern, known) => pattern.replace(/%\((\w+)\)s/g, (_, name) => known[name] ?? "").replaceAll("%%", "%");

function near(cell, options) {
  let best = "", least = Math.max(2, Math.ceil(cell.length / 3)) + 1;
  for (const option of options) {
    if (Math.abs(option.length - cell.length) >= least) continue;
    let above = [...Array(option.length + 1).keys()];
    for (let at = 1; at <= cell.length; at++) {
      const line = [at];
      for (let to = 1; to <= option.length; to++) line[to] = Math.min(line[to - 1] + 1, above[to] + 1, above[to - 1] + (cell[at - 1] !== option[to - 1]));
      above = line;
    }
    if (above.at(-1) < least) [best, least] = [option, above.at(-1)];
  }
  return best;
}

class Grid {
  constructor(field) {
    this.field = field;
    this.words = JSON.parse(field.dataset.words);
    const [columns, ...rows] = parse(field.value);
    this.columns = columns;
    this.rows = rows.map((row) => this.fitted(row));
    const options = JSON.parse(field.dataset.options);
    this.options = columns.map((one) => options[one] ?? []);
    this.known = this.options.map((one) => new Set([...one, ...ANY]));
    this.at = { row: 0, column: 0 };
    this.from = null;
    this.past = [];
    this.future = [];
    this.build();
    this.check();
    this.draw();
  }

  fitted(row) { return this.columns.map((_, at) => row[at] ?? ""); }

  build() {
    const id = this.field.id;
    this.view = this.field.closest("[data-grid-frame]");
    this.lists = this.options.map((one, at) => made("datalist", { id: `${id}-o${at}` }, ...[...one, ...ANY].slice(0, 500).map((value) => made("option", { value }))));
    const head = made("div", { role: "row", class: "grid-row grid-head", "aria-rowindex": 1 }, made("span", { role: "columnheader", class: "grid-number" }, "#"), ...this.columns.map((one) => made("span", { role: "columnheader" }, one)));
    this.window = made("div", { role: "presentation", class: "grid-window" });
    this.space = made("div", { role: "presentation", class: "grid-space" }, this.window);
    this.grid = made("div", { role: "grid", class: "grid-sheet", tabindex: 0, "aria-label": this.field.dataset.label, "aria-colcount": this.columns.length + 1, "aria-describedby": `${id}-keys` }, head, this.space);
    this.grid.style.setProperty("--columns", this.columns.length);
    this.view.querySelector("[data-grid-place]").append(this.grid, ...this.lists);
    this.told = this.view.querySelector("[data-grid-told]");
    this.field.hidden = true;
    this.view.querySelector("[data-grid-plain]")?.setAttribute("hidden", "");
    this.grid.addEventListener("scroll", () => this.draw(), { passive: true });
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.grid.addEventListener("mousedown", (event) => this.press(event));
    this.grid.addEventListener("dblclick", () => this.edit());
    this.grid.addEventListener("paste", (event) => this.paste(event));
    for (const name of ["copy", "cut"]) this.grid.addEventListener(name, (event) => this.copy(event));
    this.view.addEventListener("click", (event) => this.tool(event));
    this.field.form.addEventListener("submit", () => { this.close(true); this.write(); }, { capture: true });
    addEventListener("beforeunload", (event) => { if (this.past.length && !this.field.form.dataset.sent) event.preventDefault(); });
  }

  write() { this.field.value = csv([this.columns, ...this.rows]); }

  // The cells that are chosen: a rectangle between where choosing began and where one is.
  get chosen() {
    const { row, column } = this.at, from = this.from ?? this.at;
    return { top: Math.min(row, from.row), bottom: Math.max(row, from.row), left: Math.min(column, from.column), right: Math.max(column, from.column) };
  }

  draw() {
    this.space.style.height = `${this.rows.length * ROW}px`;
    this.grid.setAttribute("aria-rowcount", this.rows.length + 1);
    const top = Math.max(0, Math.floor(this.grid.scrollTop / ROW) - AROUND);
    const end = Math.min(this.rows.length, top + Math.ceil(this.grid.clientHeight / ROW) + 2 * AROUND);
    this.window.style.transform = `translateY(${top * ROW}px)`;
    const { top: first, bottom, left, right } = this.chosen, id = this.field.id;
    const lines = [];
    for (let row = top; row < end; row++) {
      const cells = this.rows[row].map((cell, column) => made("span", {
        role: "gridcell", id: `${id}-${row}-${column}`, "data-row": row, "data-column": column, "aria-colindex": column + 2,
        "aria-invalid": this.known[column].has(cell) ? false : "true",
        "aria-selected": row >= first && row <= bottom && column >= left && column <= right ? "true" : "false",
        "data-active": row === this.at.row && column === this.at.column ? "" : undefined,
      }, cell));
      lines.push(made("div", { role: "row", class: "grid-row", "aria-rowindex": row + 2 }, made("span", { role: "rowheader", class: "grid-number" }, String(row + 1)), ...cells));
    }
    this.window.replaceChildren(...lines);
    this.grid.setAttribute("aria-activedescendant", `${id}-${this.at.row}-${this.at.column}`);
  }

  go(row, column, extend = false) {
    this.from = extend ? this.from ?? { ...this.at } : null;
    this.at = { row: Math.max(0, Math.min(this.rows.length - 1, row)), column: Math.max(0, Math.min(this.columns.length - 1, column)) };
    const head = this.grid.firstElementChild.offsetHeight, place = this.at.row * ROW;
    if (place < this.grid.scrollTop) this.grid.scrollTop = place;
    else if (place + ROW > this.grid.scrollTop + this.grid.clientHeight - head) this.grid.scrollTop = place + ROW + head - this.grid.clientHeight;
    this.draw();
    const cell = this.cell(), edge = this.grid.querySelector(".grid-number").offsetWidth;
    if (!cell) return;
    if (cell.offsetLeft < this.grid.scrollLeft + edge) this.grid.scrollLeft = cell.offsetLeft - edge;
    else if (cell.offsetLeft + cell.offsetWidth > this.grid.scrollLeft + this.grid.clientWidth) this.grid.scrollLeft = cell.offsetLeft + cell.offsetWidth - this.grid.clientWidth;
  }

  cell() { return document.getElementById(`${this.field.id}-${this.at.row}-${this.at.column}`); }

  // Every change makes new rows and keeps the old ones: a row is never changed in place, so keeping costs little.
  change(rows) {
    this.past.push(this.rows);
    if (this.past.length > 200) this.past.shift();
    this.future = [];
    this.set(rows);
  }

  set(rows) {
    this.rows = rows.length ? rows : [this.fitted([])];
    this.check();
    this.go(this.at.row, this.at.column);
  }

  turn(here, there) {
    if (!here.length) return;
    there.push(this.rows);
    this.set(here.pop());
  }

  put(block, { top, left }) {
    const rows = this.rows.slice();
    block.forEach((line, down) => {
      const row = rows[top + down]?.slice() ?? this.fitted([]);
      line.forEach((cell, right) => { if (left + right < this.columns.length) row[left + right] = cell; });
      rows[top + down] = row;
    });
    this.change(rows);
  }

  paste(event) {
    if (this.input) return;
    event.preventDefault();
    let block = parse(event.clipboardData.getData("text/plain")), left = this.chosen.left;
    if (!block.length) return;
    const order = this.columns.map((one) => block[0].indexOf(one));
    if (block[0].length === this.columns.length && !order.includes(-1)) {
      block = block.slice(1).map((line) => order.map((at) => line[at] ?? ""));
      left = 0;
    }
    this.put(block, { top: this.chosen.top, left });
  }

  copy(event) {
    if (this.input) return;
    event.preventDefault();
    const { top, bottom, left, right } = this.chosen;
    event.clipboardData.setData("text/plain", this.rows.slice(top, bottom + 1).map((row) => row.slice(left, right + 1).join("\t")).join("\n"));
    if (event.type === "cut") this.clear();
  }

  clear() {
    const { top, bottom, left, right } = this.chosen;
    this.change(this.rows.map((row, at) => (at < top || at > bottom ? row : row.map((cell, column) => (column < left || column > right ? cell : "")))));
  }

  add() {
    const below = this.chosen.bottom + 1;
    this.change([...this.rows.slice(0, below), this.fitted([]), ...this.rows.slice(below)]);
    this.go(below, 0);
  }

  remove() {
    const { top, bottom } = this.chosen;
    this.from = null;
    this.change([...this.rows.slice(0, top), ...this.rows.slice(bottom + 1)]);
  }

  edit(start) {
    this.go(this.at.row, this.at.column);
    const cell = this.cell(), { row, column } = this.at;
    if (!cell || this.input) return;
    const value = start ?? this.rows[row][column];
    this.input = made("input", { class: "grid-input", list: this.lists[column].id, autocomplete: "off", spellcheck: "false", "aria-label": say(this.words.CELL, { column: this.columns[column], row: row + 1 }) });
    this.input.value = value;
    cell.replaceChildren(this.input);
    this.input.focus();
    if (start === undefined) this.input.select();
    this.input.addEventListener("blur", () => this.close(true));
  }

  close(keep) {
    const input = this.input;
    if (!input) return;
    this.input = null;
    const value = input.value.trim(), { row, column } = this.at;
    if (keep && value !== this.rows[row][column]) this.put([[value]], { top: row, left: column });
    else this.draw();
  }

  key(event) {
    const { key, shiftKey: shift } = event, control = event.ctrlKey || event.metaKey, { row, column } = this.at;
    if (this.input) {
      if (!["Enter", "Tab", "Escape"].includes(key)) return;
      event.preventDefault();
      this.close(key !== "Escape");
      this.grid.focus({ preventScroll: true });
      if (key === "Enter") this.go(row + 1, column); else if (key === "Tab") this.go(row, column + (shift ? -1 : 1));
      return;
    }
    const page = Math.max(1, Math.floor(this.grid.clientHeight / ROW) - 2), last = this.rows.length - 1;
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      PageUp: [row - page, column], PageDown: [row + page, column],
      Home: [control ? 0 : row, 0], End: [control ? last : row, this.columns.length - 1],
    };
    if (moves[key]) this.go(...moves[key], shift);
    else if (control && key === "a") { this.at = { row: last, column: this.columns.length - 1 }; this.from = { row: 0, column: 0 }; this.draw(); }
    else if (control && key === "z" && !shift) this.turn(this.past, this.future);
    else if (control && (key === "y" || (key.toLowerCase() === "z" && shift))) this.turn(this.future, this.past);
    else if (control && key === "Enter") this.add();
    else if (control && (key === "Delete" || key === "Backspace")) this.remove();
    else if (key === "Delete" || key === "Backspace") this.clear();
    else if (key === "Enter" || key === "F2") this.edit();
    else if (key.length === 1 && !control && !event.altKey) this.edit(key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  press(event) {
    const cell = event.target.closest("[role=gridcell]");
    if (!cell || event.target === this.input) return;
    this.close(true);
    const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
    const again = row === this.at.row && column === this.at.column && document.activeElement === this.grid;
    event.preventDefault();
    this.grid.focus({ preventScroll: true });
    this.go(row, column, event.shiftKey);
    if (again && !event.shiftKey) this.edit();
  }

  tool(event) {
    const button = event.target.closest("[data-grid-do]");
    if (!button) return;
    const does = { add: () => this.add(), remove: () => this.remove(), undo: () => this.turn(this.past, this.future), redo: () => this.turn(this.future, this.past), go: () => this.go(Number(button.dataset.row), Number(button.dataset.column)) };
    this.close(true);
    does[button.dataset.gridDo]();
    this.grid.focus({ preventScroll: true });
  }

  // What is wrong is counted whole, and the first cells are listed with what may have been meant.
  check() {
    const wrong = [];
    let count = 0;
    this.rows.forEach((row, at) => row.forEach((cell, column) => {
      if (this.known[column].has(cell)) return;
      if (count++ < LISTED) wrong.push({ row: at, column, cell });
    }));
    this.told.replaceChildren();
    this.told.toggleAttribute("data-wrong", count > 0);
    this.told.append(made("p", {}, count ? say(count === 1 ? this.words.ONE : this.words.MANY, { num: count }) : say(this.rows.length === 1 ? this.words.ROW : this.words.ROWS, { num: this.rows.length })));
    if (count) this.told.append(made("ul", {}, ...wrong.map((one) => this.fault(one))));
    for (const [name, states] of [["undo", this.past], ["redo", this.future]]) this.view.querySelector(`[data-grid-do=${name}]`).disabled = !states.length;
  }

  fault({ row, column, cell }) {
    const meant = cell && near(cell, this.options[column].slice(0, 300));
    const text = say(this.words[cell ? (meant ? "NEAR" : "UNKNOWN") : "BLANK"], { column: this.columns[column], cell, near: meant, known: known(this.options[column]) });
    return made("li", {}, made("button", { type: "button", class: "link-button", "data-grid-do": "go", "data-row": row, "data-column": column }, say(this.words.AT, { row: row + 1 })), ` ${text}`);
  }
}

/** The first options of a class, for somebody who does not know them. */
function known(options) {
  return options.slice(0, 8).join(", ") + (options.length > 8 ? ", …" : "");
}

for (const field of document.querySelectorAll("textarea[data-grid]")) new Grid(field);
