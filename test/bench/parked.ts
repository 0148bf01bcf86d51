/**
 * 10,000 people in HubSpot are to become leads; every tenth is of an industry that Salesforce's picklist
 * does not list. At least 99.5 % of the good values land, each bad one is parked with its cause, and adding
 * the value to the picklist clears them all without touching anything else.
 */
import { emailOf, isBad, openPicklistScene } from "../support/picklist-scene.ts";

const PEOPLE = Number(process.argv[2] ?? 10_000);
const everybody = Array.from({ length: PEOPLE }, (_, index) => index);
const bad = everybody.filter(isBad).length;
const good = PEOPLE - bad;

const scene = await openPicklistScene(PEOPLE);
const { office, crms } = scene;
const calls = () => crms.hubspot.callsMade() + crms.salesforce.callsMade();
const industries = async () => {
  const leads = await scene.leads();
  return everybody.map((index) => leads.get(emailOf(index))?.["Industry"] ?? null);
};
const rows: [string, string, string][] = [];
const row = (what: string, figure: number, budget: string, holds: boolean) => {
  rows.push([what, String(figure), `${budget} ${holds ? "yes" : "NO"}`]);
  if (!holds) process.exitCode = 1;
};

const startMs = performance.now();
await scene.load();
const loaded = await industries();
const landed = everybody.filter((index) => !isBad(index) && loaded[index] === "Banking").length;
const parked = office.store.records().flatMap((record) => record.parked);
const named = parked.filter(({ cause }) => cause === "value-not-in-picklist").length;
row("good values landed, %", (landed / good) * 100, "≥ 99.5", landed / good >= 0.995);
row("bad values parked with their cause", named, `= ${bad}`, named === bad);
row("other values parked", parked.length - named, "= 0", parked.length === named);

const versions = new Map(office.store.records().map(({ id, version }) => [id, version]));
const callsBefore = calls();
await scene.changePicklist({ addValues: ["Fintech"] });
const hinted = await scene.lookAtParked();
const callsAfter = calls() - callsBefore;
const cleared = await industries();
const healed = everybody.filter((index) => isBad(index) && cleared[index] === "Fintech").length;
const after = office.store.records();
const touched = after.filter(({ id, version }) => versions.get(id) !== version).length;
const left = after.flatMap((record) => record.parked).length;
row("records hinted once the value is added", hinted, `= ${bad}`, hinted === bad);
row("bad values landed then", healed, `= ${bad}`, healed === bad);
row("records touched then", touched, `= ${bad}`, touched === bad);
row("values parked in the end", left, "= 0", left === 0);
const limit = Math.ceil(bad * 0.03) + 10;
row("CRM calls for it", callsAfter, `≤ ${limit}`, callsAfter <= limit);

for (const [what, figure, budget] of rows)
  console.log(what.padEnd(42), figure.padStart(8), " ", budget);
console.log(`${((performance.now() - startMs) / 1000).toFixed(1)} s for ${PEOPLE} people`);
await scene.stop();
