/** Schemas of the limits of controllers, in files and in plans. */

import { z } from "zod";
import {
  type ControllerFaultDetail,
  MAILBOXES_MAX,
} from "../../../core/fault/controller-faults.ts";
import { duration, fields, nsOf, whole } from "../fields.ts";
import { common, NS_MAX, nodeList, nodes, place, type WithSet } from "./parts.ts";

const depth = whole(1, 1024);
const mailboxes = whole(2, MAILBOXES_MAX);

export const CONTROLLER_FAULTS = [
  fields({
    kind: z.literal("rx-overrun"),
    nodes,
    depth: depth.describe("Frames that the controller holds for the program"),
    busy: duration("1us").describe("How long the program takes for each frame"),
    ...common,
  }),
  fields({
    kind: z.literal("mailbox-reorder"),
    nodes,
    mailboxes: mailboxes.describe("From which the controller sends, lowest number first"),
    ...common,
  }),
  fields({ kind: z.literal("stale-mailbox"), nodes, ...common }),
] as const;

type OfFile = z.infer<(typeof CONTROLLER_FAULTS)[number]>;

export function controllerDetail(fault: OfFile): WithSet<ControllerFaultDetail> {
  const { nodes: set } = fault;
  switch (fault.kind) {
    case "rx-overrun":
      return { kind: fault.kind, nodes: set, depth: fault.depth, busyNs: nsOf(fault.busy) };
    case "mailbox-reorder":
      return { kind: fault.kind, nodes: set, mailboxes: fault.mailboxes };
    default:
      return { kind: fault.kind, nodes: set };
  }
}

export const EXPLICIT_CONTROLLER_FAULTS = [
  fields({
    ...place,
    kind: z.literal("rx-overrun"),
    nodes: nodeList,
    depth,
    busyNs: whole(1, NS_MAX),
  }),
  fields({ ...place, kind: z.literal("mailbox-reorder"), nodes: nodeList, mailboxes }),
  fields({ ...place, kind: z.literal("stale-mailbox"), nodes: nodeList }),
] as const;
