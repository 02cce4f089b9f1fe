/** The anomalies of a verdict, to choose from, and the sentences that explain the chosen one. */

import type { WebAnomaly } from "./anomaly.ts";

interface AnomaliesProps {
  readonly anomalies: readonly WebAnomaly[];
  readonly place: number;
  readonly onPlace: (place: number) => void;
}

export function Anomalies({ anomalies, place, onPlace }: AnomaliesProps) {
  if (anomalies.length === 0) return null;
  return (
    <section aria-label="Anomalies">
      <div className="bar">
        {anomalies.map(({ type, operations }, index) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: two may be alike, and none ever moves
            key={index}
            type="button"
            aria-pressed={index === place}
            onClick={() => onPlace(index)}
          >
            {type} <small>{placesText(operations)}</small>
          </button>
        ))}
      </div>
      <ol className="sentences">
        {anomalies[place]?.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    </section>
  );
}

/** Which operations, so that anomalies of one type can be told apart. */
function placesText(operations: readonly number[]): string {
  const shown = operations.slice(0, 4).join(", ");
  return operations.length > 4 ? `${shown} and ${operations.length - 4} more` : shown;
}
