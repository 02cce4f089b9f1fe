/** Reading DBC files: the corpus first, then each section with the ways in which files write it. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type DbcFile,
  type DbcMessage,
  type DbcSignal,
  findMessage,
  parseDbc,
  textOfDbc,
} from "../../../rig/core/dbc/index.ts";
import { RigError } from "../../../rig/core/verdict/rig-error.ts";

const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/traces/dbc");
const ROJ = join(import.meta.dirname, "../../../docs/reference/roj.dbc");

const BODY = `BO_ 256 Motor: 8 Ecu
 SG_ Speed : 0|16@1+ (0.1,0) [0|6553.5] "rpm" Dash,Log
 SG_ Torque : 23|12@0- (1,-5) [0|0] "" Vector__XXX
`;

function messageOf(dbc: DbcFile, id = 256, extended = false): DbcMessage {
  const message = findMessage(dbc, id, extended);
  if (message === undefined) throw new Error(`no message ${id}`);
  return message;
}

function signalOf(text: string, name = "Speed"): DbcSignal {
  const signal = messageOf(parseDbc(text)).signals.find((each) => each.name === name);
  if (signal === undefined) throw new Error(`no signal ${name}`);
  return signal;
}

function refusal(text: string): string {
  try {
    parseDbc(text);
  } catch (error) {
    expect(error).toBeInstanceOf(RigError);
    expect(error).toMatchObject({ code: "input.malformed" });
    return (error as RigError).message;
  }
  throw new Error("it was not refused");
}

describe("DBC files of others", () => {
  const files = existsSync(CORPUS) ? readdirSync(CORPUS) : [];
  const counts: Readonly<Record<string, number>> = {
    "foobar.dbc": 5,
    "motohawk.dbc": 1,
    "socialledge.dbc": 5,
  };

  it.each(files)("%s", (file) => {
    const dbc = parseDbc(textOfDbc(readFileSync(join(CORPUS, file))));
    expect(dbc.messages.size).toBe(counts[file]);
    expect(dbc.assumed).toEqual([]);
  });

  it.runIf(files.length > 0)("foobar.dbc in each of its details", () => {
    const dbc = parseDbc(textOfDbc(readFileSync(join(CORPUS, "foobar.dbc"))));
    expect([dbc.version, dbc.nodes]).toEqual(["2.0", ["FOO", "BAR", "FIE", "FUM"]]);
    const foo = messageOf(dbc, 0x12330, true);
    expect(foo).toMatchObject({
      name: "Foo",
      length: 8,
      fd: false,
      sender: "FOO",
      comment: "Foo.",
    });
    expect(foo.signals.map(({ form }) => form)).toEqual(["signed", "single"]);
    expect(messageOf(dbc, 0x12333, true).fd).toBe(true);
    expect(messageOf(dbc, 0x12332, true).otherSenders).toEqual(["FOO", "BAR"]);
    expect(messageOf(dbc, 0x12331, true).attributes.get("GenMsgCycleTime")).toBe(1);
    expect(dbc.valueTables.get("State")).toEqual(
      new Map([
        [1, "Enabled"],
        [0, "Disabled"],
      ]),
    );
    expect(dbc.skipped.map(({ what, count }) => [what, count])).toContainEqual([
      "sections SIG_GROUP_",
      1,
    ]);
  });

  it("our own", () => {
    const dbc = parseDbc(textOfDbc(readFileSync(ROJ)));
    expect(dbc.messages.size).toBeGreaterThan(200);
    expect([dbc.skipped, dbc.assumed]).toEqual([[], []]);
  });
});

describe("a message and its signals", () => {
  it("have their layout", () => {
    const message = messageOf(parseDbc(BODY));
    expect(message).toMatchObject({ name: "Motor", length: 8, sender: "Ecu", fd: null });
    expect(message.signals).toMatchObject([
      { name: "Speed", start: 0, length: 16, isBigEndian: false, form: "unsigned", unit: "rpm" },
      { name: "Torque", start: 23, length: 12, isBigEndian: true, form: "signed", offset: -5 },
    ]);
    expect(message.signals.map(({ receivers }) => receivers)).toEqual([["Dash", "Log"], []]);
    expect(message.signals.map(({ factor, maximum }) => [factor, maximum])).toEqual([
      [0.1, 6553.5],
      [1, 0],
    ]);
  });

  it.each([
    ["CR LF", BODY.replaceAll("\n", "\r\n")],
    ["CR alone", BODY.replaceAll("\n", "\r")],
    ["a byte order mark", `\ufeff${BODY}`],
    ["no blanks", BODY.replace(": 0|16@1+ (0.1,0) [0|6553.5]", ":0|16@1+(0.1,0)[0|6553.5]")],
    ["blanks everywhere", BODY.replace("0|16@1+ (0.1,0)", "0 | 16 @ 1 + ( 0.1 , 0 )")],
    ["a power of ten", BODY.replace("0.1,0", "1E-01,+0.0")],
    ["a comment behind it", BODY.replace("Dash,Log", "Dash, Log // tail SG_ x")],
    ["receivers without commas", BODY.replace("Dash,Log", "Dash Log")],
    ["a comma at the end of the line", BODY.replace("Dash,Log", "Dash,\n   Log")],
    ["the list of symbols before it", `NS_ :\n\tCM_\n\tSG_MUL_VAL_\n\tODD_\n\nBS_:\n\n${BODY}`],
    ["a bit rate in BS_", `BS_: 500 : 1,2\nBU_: Ecu Dash\n\t4WD\n${BODY}`],
  ])("are read with %s", (_, text) => {
    const { start, length, factor, receivers } = signalOf(text);
    expect({ start, length, factor, receivers }).toEqual({
      start: 0,
      length: 16,
      factor: 0.1,
      receivers: ["Dash", "Log"],
    });
  });

  it("have 29 bits by bit 31, or because 11 don't suffice, which is said", () => {
    const marked = parseDbc("BO_ 2147484160 A: 8 X\n");
    expect(messageOf(marked, 512, true).name).toBe("A");
    const unmarked = parseDbc("BO_ 65280 A: 8 X\n");
    expect(messageOf(unmarked, 65280, true).extended).toBe(true);
    expect(unmarked.assumed).toMatchObject([{ count: 1, firstAt: 1 }]);
  });

  it("are FD frames by attribute, by default, or by length", () => {
    const formats = 'BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","StandardCAN_FD";\n';
    const fd = (text: string) => messageOf(parseDbc(text)).fd;
    expect(fd(`${formats}${BODY}BA_ "VFrameFormat" BO_ 256 1;\n`)).toBe(true);
    expect(fd(`${formats}${BODY}BA_ "VFrameFormat" BO_ 256 0;\n`)).toBe(false);
    expect(fd(`${formats}${BODY}BA_DEF_DEF_ "VFrameFormat" "StandardCAN_FD";\n`)).toBe(true);
    expect(fd(BODY.replace("Motor: 8", "Motor: 64"))).toBe(true);
    expect(fd(BODY)).toBeNull();
  });

  it("have their long names", () => {
    const dbc = parseDbc(
      `${BODY}BA_ "SystemSignalLongSymbol" SG_ 256 Speed "SpeedOfTheMotorInTheRear";\n` +
        'BA_ "SystemMessageLongSymbol" BO_ 256 "MotorInTheRear";\n' +
        'BA_ "SystemNodeLongSymbol" BU_ Ecu "ElectronicControlUnit";\n',
    );
    const { name, shortName, sender, signals } = messageOf(dbc);
    expect([name, shortName, sender]).toEqual(["MotorInTheRear", "Motor", "ElectronicControlUnit"]);
    expect(signals[0]).toMatchObject({ name: "SpeedOfTheMotorInTheRear", shortName: "Speed" });
  });
});

describe("what is said about signals", () => {
  it("may stand before them", () => {
    const text = 'CM_ SG_ 256 Speed "how fast";\nVAL_ 256 Speed 0 "off" ;\n';
    expect(signalOf(text + BODY)).toMatchObject({
      comment: "how fast",
      values: new Map([[0, "off"]]),
    });
  });

  it("has texts of several lines with quotes and backslashes in them", () => {
    const comment = 'first "line";\nBO_ 1 no: message\nC:\\dir';
    const text = `${BODY}CM_ BO_ 256 "${comment.replaceAll('"', '\\"')}";\nCM_ SG_ 256 Speed "next";`;
    const message = messageOf(parseDbc(text));
    expect(message.comment).toBe(comment);
    expect(message.signals[0]?.comment).toBe("next");
  });

  it.each<[string, (text: string) => Uint8Array]>([
    ["UTF-8", (text) => Buffer.from(text, "utf8")],
    ["UTF-16 with its mark", (text) => Buffer.from(`\ufeff${text}`, "utf16le")],
    ["windows-1252", (text) => Buffer.from(text.replace("€", "\x80"), "latin1")],
  ])("is right in %s", (_, encoded) => {
    const bytes = encoded(BODY.replace("rpm", "°C für 5 €"));
    expect(signalOf(textOfDbc(bytes)).unit).toBe("°C für 5 €");
  });

  it("is read in an encoding that was named", () => {
    const [before = "", after = ""] = BODY.split("rpm");
    const gbk = Buffer.concat([Buffer.from(before), Uint8Array.of(0xd7, 0xaa), Buffer.from(after)]);
    expect(signalOf(textOfDbc(gbk, "gbk")).unit).toBe("转");
  });

  it("gives texts of values by a table, negative ones, and ones beyond 53 bits", () => {
    const table = 'VAL_TABLE_ OnOff 1 "on" 0 "off" ;\nVAL_ 256 Speed OnOff ;\n';
    expect(signalOf(BODY + table).values.get(1)).toBe("on");
    const values = 'VAL_ 256 Speed -1 "below" 18446744073709551615 "none" ;\n';
    const known = signalOf(BODY + values).values;
    expect([known.get(-1), known.get(18446744073709551615n)]).toEqual(["below", "none"]);
  });

  it("is left out and counted where the file doesn't have the signal, or can't be read", () => {
    const dbc = parseDbc(
      `${BODY}CM_ SG_ 256 Nobody "x";\nCM_ BO_ 999 "x";\nVAL_ 256 Speed 1 on ;\n` +
        'SIG_GROUP_ 256 G 1 : Speed;\nODD_STUFF 1 2 "3";\nBA_ "A" 5;\n',
    );
    expect(dbc.skipped.map(({ what, firstAt }) => [firstAt, what])).toEqual([
      [6, "sections VAL_ that can't be read"],
      [7, "sections SIG_GROUP_"],
      [8, "sections of unknown kinds"],
      [4, "comments of signals that the file doesn't have"],
      [5, "comments of messages that the file doesn't have"],
    ]);
    expect(dbc.attributes.get("A")).toBe(5);
  });

  it("never comes from the message of Vector's editor that keeps loose signals", () => {
    const loose = BODY.replace("BO_ 256 Motor: 8 Ecu", "BO_ 3221225472 VECTOR__X: 0 Vector__XXX");
    const dbc = parseDbc(`${loose}CM_ SG_ 3221225472 Speed "x";\n`);
    expect([dbc.messages.size, dbc.skipped]).toEqual([0, []]);
  });
});

describe("multiplexing", () => {
  const EXTENDED = `BO_ 256 M: 8 X
 SG_ Deep m7 : 24|8@1+ (1,0) [0|0] "" X
 SG_ Mid m2M : 8|8@1+ (1,0) [0|0] "" X
 SG_ Top M : 0|8@1+ (1,0) [0|0] "" X
 SG_ Other m3 : 8|8@1+ (1,0) [0|0] "" X
SG_MUL_VAL_ 256 Mid Top 2-2, 5-6;
SG_MUL_VAL_ 256 Deep Mid 7-7;
`;

  it("has selectors by the only multiplexor, and by extended multiplexing", () => {
    const message = messageOf(parseDbc(EXTENDED));
    const selectors = message.signals.map(({ name, selector }) => [
      name,
      selector?.signal.name,
      selector?.ranges,
    ]);
    expect(selectors).toEqual([
      ["Deep", "Mid", [[7, 7]]],
      [
        "Mid",
        "Top",
        [
          [2, 2],
          [5, 6],
        ],
      ],
      ["Top", undefined, undefined],
      ["Other", "Top", [[3, 3]]],
    ]);
  });

  it.each([
    ["no multiplexor", EXTENDED.replace("Top M", "Top"), 1],
    ["a circle", EXTENDED.replace("Top M", "Top m1M").concat("SG_MUL_VAL_ 256 Top Deep 0-9;\n"), 4],
    ["itself", EXTENDED.replace("Deep Mid", "Deep Deep"), 1],
    ["an unknown signal", EXTENDED.replace("Deep Mid", "Deep Nobody"), 1],
  ])("by %s leaves out the signals that nobody could place", (_, text, count) => {
    const dbc = parseDbc(text);
    expect(dbc.skipped.map((entry) => entry.count)).toEqual([count]);
    expect(messageOf(dbc).signals).toHaveLength(4 - count);
  });

  it("that is a chain of thousands ends", () => {
    const lines = Array.from(
      { length: 5000 },
      (_, at) => ` SG_ S${at} m0M : 0|1@1+ (1,0) [0|0] "" X\n`,
    );
    const links = lines.map((_, at) => `SG_MUL_VAL_ 256 S${at} S${at + 1} 0-0;\n`);
    const dbc = parseDbc(`BO_ 256 M: 8 X\n${lines.join("")}${links.join("")}`);
    expect(messageOf(dbc).signals).toEqual([]);
  });
});

describe("a signal that can't be decoded is left out and counted:", () => {
  it.each([
    ["of no bits", BODY.replace("0|16", "0|0"), 1],
    ["of more than 64 bits", BODY.replace("0|16", "0|65"), 1],
    ["a second of its name", BODY.replace("Torque", "Speed"), 1],
    ["a single of 16 bits", `${BODY}SIG_VALTYPE_ 256 Speed : 1;\n`, 1],
  ])("%s", (_, text, count) => {
    const dbc = parseDbc(text);
    expect(messageOf(dbc).signals).toHaveLength(1);
    expect(dbc.skipped.map((entry) => entry.count)).toEqual([count]);
  });

  it("one that reaches beyond its message is kept for longer frames, and said", () => {
    const dbc = parseDbc(BODY.replace("Motor: 8", "Motor: 1"));
    expect(messageOf(dbc).signals).toHaveLength(2);
    expect(dbc.assumed).toMatchObject([
      { what: "signals that reach beyond the length of their message", count: 2 },
    ]);
  });
});

describe("a DBC file is refused with line, find and expectation", () => {
  it.each([
    ["hello\n", 'line 1: "hello" stands where a section of a DBC file (BO_, VAL_, CM_ ...)'],
    ["", "no section of a DBC file is in it"],
    ["BO_ 1 A 8 X\n", 'line 1: "8" stands where ":" after the name of a message is expected'],
    ["BO_ -1 A: 8 X\n", 'line 1: "-" stands where the identifier of a message'],
    ["BO_ 1 A: 99999 X\n", "the length of a message in bytes, at most 65535,"],
    ["BO_ 1 A: 8 X\n SG_ S : 0|8@2+ (1,0)", "line 2: "],
    ["BO_ 1 A: 8 X\n SG_ S q : 0|8@1+", '"q" stands where ":" or a role in multiplexing'],
    ["BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1 0)", '"0" stands where "," after the factor'],
    ["BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (1,0) [0|1] mm X", '"mm" stands where a unit in quotes'],
    [`BO_ 1 A: 8 X\n SG_ S : 0|8@1+ (${"9".repeat(500)},0)`, "a factor of a sensible size"],
    [' SG_ S : 0|8@1+ (1,0) [0|1] "" X', "this signal has no message"],
    ['BO_ 1 A: 8 X\nCM_ "open\n\n', "line 2: a text begins here and no quote ends it"],
    ["BO_ 1 A: 8 X\n/* open", "line 2: a comment begins here and no */ ends it"],
    ["SIG_VALTYPE_ 1 S : 7;", "a number type (0 whole, 1 single, 2 double), at most 2,"],
    ["SG_MUL_VAL_ 1 S M ;", "line 1: no range of values for signal S"],
    ["BO_ 1 A: 8 X\nCM_ BO_ 1", "line 2: the file ends where a comment in quotes is expected"],
    ["BO_ 1 A: 8 X\n\0\0", 'line 2: "\\u0000" stands where a section'],
  ])("%j", (text, expected) => {
    expect(refusal(text)).toContain(expected);
  });
});
