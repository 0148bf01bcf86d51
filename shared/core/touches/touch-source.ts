import { isRefusal, type RawValue } from "../codec/codec.ts";
import { datetimeCodec } from "../codec/time-codec.ts";
import type { System } from "../reconcile/system.ts";
import type { Touch, TouchKind } from "./touch.ts";

/** A touch that an object's own properties tell of. */
export interface TouchSource {
  /** Part of the touch's id (T1): two sources of one name and instant are one touch (T6). */
  readonly name: string;
  readonly kind: TouchKind;
  readonly system: System;
  readonly object: string;
  /** The property that dates it. */
  readonly at: string;
  readonly channel?: string;
  readonly details?: readonly string[];
  readonly title?: string;
  /** The property that holds a campaign's id. */
  readonly campaign?: string;
  /** Without a value in this property there is no touch, whatever its date. */
  readonly needs: string;
}

export function propertiesOfSource({
  at,
  channel,
  details = [],
  title,
  campaign,
  needs,
}: TouchSource): string[] {
  const named = [at, needs, channel, title, campaign, ...details];
  return [...new Set(named.filter((name) => name !== undefined))];
}

interface Told {
  readonly object: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, RawValue>>;
  readonly modifiedAtMs: number;
}

/** What a record's properties tell of touches. Rules T1, T2 and T6. */
export function touchesToldBy(sources: readonly TouchSource[], told: Told): Touch[] {
  const touches = sources
    .filter(({ object }) => object === told.object)
    .flatMap((source) => touchOf(source, told));
  return [...new Map(touches.map((touch) => [touch.id, touch])).values()];
}

function touchOf(source: TouchSource, { object, id, properties, modifiedAtMs }: Told): Touch[] {
  const told = (property: string | undefined) =>
    property === undefined ? null : (properties[property] ?? null);
  const at = datetimeCodec().read([told(source.at)]);
  if (at === null || isRefusal(at) || told(source.needs) === null) return [];
  const campaignId = told(source.campaign);
  return [
    {
      id: `${source.system}#${source.name}#${at}`,
      at,
      kind: source.kind,
      system: source.system,
      origin: { object, id },
      channel: told(source.channel),
      details: (source.details ?? []).map(told),
      title: told(source.title),
      campaign: campaignId === null ? null : { id: campaignId, name: null },
      status: null,
      ended: null,
      toldAtMs: modifiedAtMs,
    },
  ];
}
