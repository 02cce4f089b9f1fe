/**
 * SavvyCAN's plain CSV, `ID,Data Bytes`: identifiers and bytes in order, without time, channel or
 * direction. For reading only.
 */

import { dlcFor, paddedData } from "../record.ts";
import { checkId, parseBytes, parseDigits } from "../text/hex.ts";
import { lineReader } from "../text/line-reader.ts";
import type { TraceFormat } from "../trace-format.ts";
import { refuseLine, type TraceOutput } from "../trace-reader.ts";

const HEAD = "ID,Data Bytes";

const reader = lineReader((output) => ({
  line(text, number) {
    if (text !== "" && text !== HEAD) readRow(text, number, output);
  },
}));

function readRow(text: string, at: number, output: TraceOutput): void {
  const [idText, bytes, ...more] = text.split(",");
  const tokens = bytes?.trim() === "" ? [] : (bytes?.trim().split(/\s+/) ?? []);
  const id = parseDigits(idText, 16);
  if (bytes === undefined || more.length > 0 || id < 0 || tokens.length > 64) {
    refuseLine(at, `no row of the form ${HEAD}`);
  }
  const named = checkId({ id, extended: false }, at, output);
  const count = tokens.length;
  const given = parseBytes({ tokens, from: 0, count, base: 16 }, at);
  const data = count > 8 ? paddedData(given) : given;
  const flags = { fd: count > 8 ? true : null, brs: null, esi: null, dlc: dlcFor(count) };
  const head = { time: null, channel: "", direction: null, at };
  output.deliver({ ...head, ...named, ...flags, kind: "data", data });
}

export const genericCsv: TraceFormat = {
  name: "id-data-csv",
  title: "CSV of identifiers and bytes",
  extensions: [".csv"],
  detect: ({ lines }) => lines[0] === HEAD,
  reader,
  writer: null,
};
