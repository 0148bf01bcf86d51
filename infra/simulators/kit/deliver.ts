import type { Faults } from "./faults.ts";
import { type Post, post } from "./post.ts";
import type { Surroundings } from "./surroundings.ts";

/** One request that tells a target of changes. */
interface Delivery extends Post {
  /** The objects it tells of. */
  readonly objects: readonly string[];
  /** False where it has been held back before, so that it is not held for ever. */
  readonly mayHold: boolean;
}

/** `lost`: the target never sees it, and nobody notices. `held`: to be sent after later ones. */
export type Delivered =
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "lost" | "failed" | "held" };

export type Deliver = (delivery: Delivery) => Promise<Delivered>;

/** How long a held delivery waits where no later one comes. */
export const HELD_MS = 1_000;

/** Sends a delivery, with whatever fault meets it on its way. The way takes real time. */
export function deliverBy(around: Surroundings, faults: Faults): Deliver {
  return async (delivery) => {
    const fault = faults.meetDelivery(
      {
        method: "POST",
        path: new URL(delivery.url).pathname,
        body: delivery.body,
        objects: delivery.objects,
      },
      delivery.mayHold,
    );
    if (fault?.kind === "drop-delivery") return { kind: "lost" };
    if (fault?.kind === "reorder-deliveries") return { kind: "held" };
    if (fault?.kind === "delay-delivery") await around.clock.sleep(fault.ms);
    const text = await post(around, delivery);
    if (fault?.kind === "duplicate-delivery")
      for (let copy = 0; copy < fault.copies; copy += 1) await post(around, delivery);
    return text === undefined ? { kind: "failed" } : { kind: "answered", text };
  };
}
