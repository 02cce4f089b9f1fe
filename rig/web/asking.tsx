/** What every part does that asks the rig: wait, keep the answer, say what went wrong. */

import { useCallback, useEffect, useState } from "react";
import { ask, type RigAddress } from "./rig-link.ts";

interface Answered<Answer> {
  /** The last one, until there is a newer. */
  readonly answer: Answer | null;
  readonly error: string | null;
}

/** Asks again when the path changes, or `again`; an answer that comes too late is passed over. */
export function useAnswer<Answer>(rig: RigAddress, path: string, again = ""): Answered<Answer> {
  const [answered, setAnswered] = useState<Answered<Answer>>({ answer: null, error: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `again` is a reason to look again
  useEffect(() => {
    let isGone = false;
    ask<Answer>(rig, path).then(
      (answer) => isGone || setAnswered({ answer, error: null }),
      (problem) => isGone || setAnswered((old) => ({ ...old, error: textOf(problem) })),
    );
    return () => {
      isGone = true;
    };
  }, [rig, path, again]);
  return answered;
}

/** Something that the user does, and that takes its time or fails. */
export function useDeed() {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const attempt = useCallback(async (deed: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await deed();
    } catch (problem) {
      setError(textOf(problem));
    } finally {
      setBusy(false);
    }
  }, []);
  return { isBusy, error, attempt };
}

function textOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

/** What went wrong, if something did. */
export function Alert({ text }: { readonly text: string | null }) {
  if (text === null) return null;
  return (
    <p role="alert" className="wrong">
      {text}
    </p>
  );
}
