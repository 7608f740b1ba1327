/**
 * Draws series as a page of small graphs. Pure.
 *
 * @module
 */

export interface Graph {
  readonly title: string;
  /** `s`: values are seconds. */
  readonly unit: string;
  readonly lines: readonly Line[];
  /** Only the last value of the first line counts. */
  readonly isNumber: boolean;
}

export interface Line {
  readonly legend: string;
  readonly points: readonly (readonly [number, number])[];
}

const COLUMNS = 3;
const [WIDTH, HEIGHT, GAP] = [320, 190, 12];
const PLOT = { left: 54, right: 10, top: 34, bottom: 42 };
const COLOURS = ["#3b6fd4", "#d4643b", "#3f9a57", "#8a54c2", "#b08a1e", "#2d9aa8"];
const MAX_LEGENDS = 4;

/** One SVG; `from` and `to` in seconds are the ends of the time axis. */
export function drawPage(graphs: readonly Graph[], from: number, to: number): string {
  const rows = Math.ceil(graphs.length / COLUMNS);
  const [width, height] = [COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP];
  const cells = graphs.map((graph, index) => {
    const [x, y] = [index % COLUMNS, Math.floor(index / COLUMNS)];
    const place = `translate(${GAP + x * (WIDTH + GAP)} ${GAP + y * (HEIGHT + GAP)})`;
    return `<g transform="${place}">${drawGraph(graph, from, to)}</g>`;
  });
  const style =
    "text{font:11px system-ui,sans-serif;fill:#333}.t{font-weight:600;font-size:12px}.n{font-size:40px}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    "<title>The dashboard's queries over some minutes</title>",
    `<style>${style}</style>`,
    `<rect width="${width}" height="${height}" fill="#eef0f3"/>`,
    ...cells,
    "</svg>\n",
  ].join("\n");
}

function drawGraph(graph: Graph, from: number, to: number): string {
  const frame = `<rect width="${WIDTH}" height="${HEIGHT}" rx="4" fill="#fff"/>`;
  const title = `<text class="t" x="12" y="20">${escaped(graph.title)}</text>`;
  return frame + title + (graph.isNumber ? drawNumber(graph) : drawLines(graph, from, to));
}

function drawNumber({ lines, unit }: Graph): string {
  const last = lines[0]?.points.at(-1)?.[1];
  const text = last === undefined ? "no data" : shown(last, unit);
  return `<text class="n" x="${WIDTH / 2}" y="${HEIGHT / 2 + 22}" text-anchor="middle">${text}</text>`;
}

function drawLines({ lines, unit }: Graph, from: number, to: number): string {
  const largest = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)), 0);
  const top = largest === 0 ? 1 : largest;
  const [wide, high] = [WIDTH - PLOT.left - PLOT.right, HEIGHT - PLOT.top - PLOT.bottom];
  const x = (time: number) => (PLOT.left + ((time - from) / (to - from)) * wide).toFixed(1);
  const y = (value: number) => (PLOT.top + (1 - value / top) * high).toFixed(1);
  const axis = [0, top / 2, top].map(
    (value) =>
      `<path d="M${PLOT.left} ${y(value)}h${wide}" stroke="#dfe3e8"/>` +
      `<text x="${PLOT.left - 5}" y="${Number(y(value)) + 4}" text-anchor="end">${shown(value, unit)}</text>`,
  );
  const drawn = lines.map(({ points }, index) => {
    const path = points.map(([time, value]) => `${x(time)},${y(value)}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${colour(index)}" stroke-width="1.5"/>`;
  });
  const more = lines.length > MAX_LEGENDS ? [`and ${lines.length - MAX_LEGENDS} more`] : [];
  const legends = [...lines.slice(0, MAX_LEGENDS).map(({ legend }) => legend), ...more].map(
    (legend, index) => {
      const [left, below] = [12 + (index % 2) * (WIDTH / 2 - 6), HEIGHT - 24 + Math.floor(index / 2) * 13];
      const mark =
        index < MAX_LEGENDS
          ? `<rect x="${left}" y="${below - 7}" width="8" height="3" fill="${colour(index)}"/>`
          : "";
      return `${mark}<text x="${left + 12}" y="${below}" font-size="10">${escaped(legend.slice(-24))}</text>`;
    },
  );
  return [...axis, ...drawn, ...legends].join("");
}

function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "#000";
}

function shown(value: number, unit: string): string {
  if (unit !== "s") return String(Number(value.toPrecision(3)));
  return value < 1 ? `${Number((value * 1000).toPrecision(3))} ms` : `${Number(value.toPrecision(3))} s`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
