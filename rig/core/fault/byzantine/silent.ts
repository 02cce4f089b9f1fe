/** A node that hears everything and says nothing. */

import type { Outgoing, TraitorHands, Treachery } from "./outgoing.ts";

export class Silent implements Treachery {
  send(_outgoing: Outgoing, hands: TraitorHands): void {
    hands.count();
  }
}
