/** A history from the user's disk: dragged or browsed for, checked by the server, shown here. */

import { useRef, useState } from "react";
import { type Verdict, verdictOfCheck } from "./anomaly.ts";
import { Alert, useDeed } from "./asking.tsx";
import { type History, historyOfBytes } from "./operations.ts";
import { checkBytes, type RigAddress } from "./rig-link.ts";

export interface Opened {
  readonly title: string;
  readonly history: History;
  readonly verdict: Verdict;
}

interface UploaderProps {
  readonly rig: RigAddress;
  readonly onOpened: (opened: Opened) => void;
}

const MODELS = ["list-append", "rw-register"] as const;

export function HistoryUploader({ rig, onOpened }: UploaderProps) {
  const input = useRef<HTMLInputElement>(null);
  const [model, setModel] = useState<string>(MODELS[0]);
  const [isOver, setOver] = useState(false);
  const { isBusy, error, attempt } = useDeed();

  const open = async (file: File | undefined) => {
    if (file !== undefined) await attempt(async () => onOpened(await opened(rig, file, model)));
  };

  return (
    <section
      aria-label="Open a history"
      className={isOver ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void open(event.dataTransfer.files[0]);
      }}
    >
      <p>Drop a history here (EDN, JSON or JSON lines, also gzip), or</p>
      <button type="button" disabled={isBusy} onClick={() => input.current?.click()}>
        {isBusy ? "Checking…" : "Browse"}
      </button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label="History file"
        onChange={(event) => {
          void open(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <label>
        Model{" "}
        <select value={model} onChange={(event) => setModel(event.target.value)}>
          {MODELS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Alert text={error} />
    </section>
  );
}

/** Rejects with the file's name and what is wrong with it. */
async function opened(rig: RigAddress, file: File, model: string): Promise<Opened> {
  try {
    const bytes = await unpacked(file);
    const query = new URLSearchParams({ model, name: file.name });
    const answer = checkBytes(rig, new Blob([new Uint8Array(bytes)]), query.toString());
    // What is wrong with the file is said in the words of whoever finds it first.
    answer.catch(() => undefined);
    const history = historyOfBytes(bytes);
    return { title: file.name, history, verdict: verdictOfCheck(await answer) };
  } catch (problem) {
    throw new Error(`${file.name}: ${problem instanceof Error ? problem.message : problem}`);
  }
}

async function unpacked(file: File): Promise<Uint8Array> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}
