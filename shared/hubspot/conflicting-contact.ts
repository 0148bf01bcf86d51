import type { HubspotContext } from "./hubspot-context.ts";
import type { PendingWrite } from "./pending-write.ts";
import { answerOrRefusal, type RefusalBody } from "./refusal.ts";
import { batchAnswer, type WireRecord } from "./wire-record.ts";

/**
 * A new contact's e-mail address is taken. Whether looking again would settle it: the contact that has
 * it bears no record id of Accord's yet, so it will be matched by e-mail, or it bears this very one.
 */
export async function conflictIsOurs(
  context: HubspotContext,
  { write, values }: PendingWrite,
  refusal: RefusalBody,
): Promise<boolean> {
  const { idProperty } = context.shapeOf(write.object);
  const holders = [
    ...(await holdersBy(context, write.object, { id: existingId(refusal) })),
    ...(await holdersBy(context, write.object, { id: values["email"], idProperty: "email" })),
  ];
  return holders.some(({ properties }) => {
    const accordId = properties[idProperty];
    return !accordId || accordId === write.recordId;
  });
}

/** Only some of HubSpot's answers name the record in the way. */
function existingId({ context, message }: RefusalBody): string | undefined {
  return context?.["existingId"]?.[0] ?? /Existing ID: (\d+)/.exec(message ?? "")?.[1];
}

async function holdersBy(
  { api, shapeOf }: HubspotContext,
  object: string,
  { id, idProperty }: { readonly id: string | undefined; readonly idProperty?: string },
): Promise<readonly WireRecord[]> {
  if (!id) return [];
  const call = api.records.read(
    object,
    {
      inputs: [{ id }],
      properties: [shapeOf(object).idProperty],
      propertiesWithHistory: [],
      ...(idProperty === undefined ? {} : { idProperty }),
    },
    false,
  );
  const outcome = await answerOrRefusal(call);
  return "answer" in outcome ? batchAnswer.parse(outcome.answer).results : [];
}
