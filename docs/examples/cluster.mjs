// A cluster of five nodes in your hands: propose, crash, split, betray, and look at the nodes.
// Run it: node docs/examples/cluster.mjs

import { checkListAppend, SimulatedCluster, tableOfOperations } from "canfd-rig";

const MS = 1_000_000;
const BRAKE = 1;

for (const protocol of ["roj", "roj-a"]) {
  const cluster = new SimulatedCluster({ nodes: 5, protocol, seed: 7 });

  const first = cluster.propose([["append", BRAKE, 1]]);
  console.log(`${protocol}: first append committed`, cluster.waitForCommit(first));

  // A node loses its power. ROJ goes on without it; ROJ-A waits when it owns the next slot.
  cluster.crash(1);
  const second = cluster.propose([["append", BRAKE, 2]]);
  console.log(`${protocol}: without node 1`, cluster.waitForCommit(second, 500 * MS));
  cluster.recover(1);
  console.log(`${protocol}: node 1 is back`, cluster.waitForCommit(second));

  // Two against three: a quorum is four.
  cluster.partition([[0, 1], [2, 3, 4]]);
  const third = cluster.propose([["append", BRAKE, 3], ["r", BRAKE, null]]);
  console.log(`${protocol}: while split`, cluster.waitForCommit(third, 500 * MS));
  cluster.heal();
  console.log(`${protocol}: healed`, cluster.waitForCommit(third), third.value[1]);

  cluster.run(100 * MS);
  const logs = new Set(cluster.states().map(({ log }) => log.join()));
  const { valid } = checkListAppend(tableOfOperations(cluster.history()), {
    consistency: "strict-serializable",
  });
  console.log(`${protocol}: ${logs.size} log, history ${valid ? "valid" : "not valid"}`);
}

// A traitor contradicts itself: the others agree all the same, and can prove it.
const cluster = new SimulatedCluster({ nodes: 4, auth: "ideal" });
cluster.betray(0, "equivocating");
console.log("with a traitor", cluster.waitForCommit(cluster.propose([["append", BRAKE, 1]])));
cluster.betray(0, "honest");
cluster.run(100 * MS);
console.log("convicted by node 1:", cluster.state(1).convicted);
