/** The rules as the checker asks for them: contracts of one era by function name, field types by record. */
import type { RulePage } from "../core/rule-page.ts";
import type { ContextWording, Contract, EntryContext, LockClass, LockName, LockOrder, RuleData, Sleeper } from "./schema.ts";
import { memoByObject, memoByValue } from "../util/memo.ts";
import { inEra } from "../util/version.ts";

export interface Rulebook {
  readonly era: string;
  /** The contract of a function in this era, or undefined. */
  readonly contract: (name: string) => Contract | undefined;
  /** The same, or the newest contract of another era: a patch names what only the kernel after it has. */
  readonly ever: (name: string) => Contract | undefined;
  /** Declared type of `record`'s field ("struct vm_fault", "pmd"), or "". */
  readonly fieldType: (record: string, field: string) => string;
  /** Whether the field of this record keeps an mm by mmgrab() alone. */
  readonly isGrabbed: (record: string, field: string) => boolean;
  /** Whether a record has such a field. */
  readonly keepsMm: (record: string) => boolean;
  readonly context: (of: string) => EntryContext | undefined;
  /** Whom the three above have something to say of: functions with a contract, functions with a context, records. */
  readonly spokenOf: { readonly contracts: readonly string[]; readonly contexts: readonly string[]; readonly keepers: readonly string[] };
  /** What comments call locks, and by which words they say that callers hold one. */
  readonly wording: { readonly locks: readonly LockName[]; readonly forms: readonly ContextWording[] };
  /** What is known of a function that may sleep in this era, or undefined. */
  readonly sleeper: (name: string) => Sleeper | undefined;
  /** The documented order that has `outer` taken before `inner`, or undefined. */
  readonly lockOrder: (outer: LockClass, inner: LockClass) => LockOrder | undefined;
  readonly catalogue: ReadonlyMap<string, RulePage>;
}

/** Each patch asks, and patches are of a few eras. */
const rulebooks = memoByObject((data: RuleData) => memoByValue((era: string) => makeRulebook(data, era)));

/** Where two contracts of one name hold for the same era, the later one in `data` wins, so that a user pack overrides. */
export function rulebookFor(data: RuleData, era: string): Rulebook {
  return rulebooks(data)(era);
}

function makeRulebook(data: RuleData, era: string): Rulebook {
  const contracts = new Map<string, Contract>();
  const others = new Map<string, Contract>();
  for (const contract of data.contracts) {
    for (const name of [contract.name, ...(contract.aliases ?? [])]) (inEra(era, contract) ? contracts : others).set(name, contract);
  }
  const fields = new Map(data.fieldTypes.flatMap((f) => Object.entries(f.fields).map(([name, type]) => [`${f.record}.${name}`, type] as const)));
  const contexts = new Map(data.contexts.filter((c) => inEra(era, c)).map((c) => [c.of, c] as const));
  const grabbed = new Set(data.fieldTypes.flatMap((f) => (f.grabbed ?? []).map((name) => `${f.record}.${name}`)));
  const keepers = new Set(data.fieldTypes.flatMap((f) => (f.grabbed === undefined ? [] : [f.record])));
  const sleepers = new Map(data.sleepers.filter((s) => inEra(era, s)).flatMap((s) => s.names.map((name) => [name, s] as const)));
  const orders = data.lockOrders.filter((order) => inEra(era, order));
  return {
    era,
    contract: (name) => contracts.get(name),
    ever: (name) => contracts.get(name) ?? others.get(name),
    fieldType: (record, field) => fields.get(`${record}.${field}`) ?? "",
    isGrabbed: (record, field) => grabbed.has(`${record}.${field}`),
    keepsMm: (record) => keepers.has(record),
    context: (of) => contexts.get(of),
    spokenOf: { contracts: Array.from(contracts.keys()), contexts: Array.from(contexts.keys()), keepers: Array.from(keepers) },
    wording: { locks: data.lockNames, forms: data.wordings },
    lockOrder: (outer, inner) => orders.find((order) => order.outer === outer && order.inner.includes(inner)),
    sleeper: (name) => sleepers.get(name),
    catalogue: new Map(data.catalogue.map((entry) => [entry.id, entry] as const)),
  };
}
