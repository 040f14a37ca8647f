/**
 * Patch mails -> postings: the patches of one revision of one series, as they were sent together.
 *
 * Mails of one posting share sender, revision and total, and hang together by In-Reply-To: all answer the cover letter,
 * or the first patch, or each the one before; the mail answered need not be in the input. Mails without threading
 * (`git format-patch` files) are dealt to postings in the order in which they come.
 */
import { append } from "./append.ts";
import { isCover, isPosting, type MailRecord } from "./record.ts";

export interface Posting {
  readonly sender: number;
  readonly revision: number;
  readonly total: number;
  readonly rfc: boolean;
  readonly resend: boolean;
  readonly cover: MailRecord | null;
  /** One mail for each number, in order. */
  readonly mails: readonly MailRecord[];
  /** Mails whose number came again later. */
  readonly replaced: readonly MailRecord[];
}

/** Disjoint sets of strings. */
function disjointSets(): { find: (key: string) => string; join: (a: string, b: string) => void } {
  const parents = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root)) root = up;
    for (let at = key; at !== root; ) {
      const up = parents.get(at)!;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  return { find, join: (a, b) => void parents.set(find(a), find(b)) };
}

function kindOf(mail: MailRecord): string {
  return `${mail.sender}:${mail.revision}:${mail.total}:${mail.rfc ? "rfc" : ""}`;
}

/** Mails that hang together, in input order of their first one. */
function components(mails: readonly MailRecord[]): MailRecord[][] {
  const sets = disjointSets();
  for (const mail of mails) {
    if (mail.parent !== null) sets.join(`${kindOf(mail)}/${mail.id}`, `${kindOf(mail)}/${mail.parent}`);
  }
  const found = new Map<string, MailRecord[]>();
  for (const mail of mails) {
    const key = sets.find(`${kindOf(mail)}/${mail.id}`);
    const members = found.get(key);
    if (members) members.push(mail);
    else found.set(key, [mail]);
  }
  return [...found.values()];
}

/** Joins components that fit into each other: of one kind, of one thread (or both without), and with no number twice. */
function mergeFitting(parts: readonly MailRecord[][]): MailRecord[][] {
  const open = new Map<string, MailRecord[]>();
  const merged: MailRecord[][] = [];
  for (const part of parts) {
    const first = part[0]!;
    const root = part.find((mail) => mail.root !== null)?.root ?? null;
    const key = `${kindOf(first)}/${root ?? "loose"}`;
    const host = open.get(key);
    const taken = new Set(host?.map((mail) => mail.index));
    if (host && part.every((mail) => !taken.has(mail.index))) append(host, part);
    else {
      const own = [...part];
      open.set(key, own);
      merged.push(own);
    }
  }
  return merged;
}

function laterFirst(a: MailRecord, b: MailRecord): number {
  return a.date !== null && b.date !== null && a.date !== b.date ? b.date - a.date : b.at - a.at;
}

function toPosting(members: readonly MailRecord[]): Posting {
  const first = members[0]!;
  const mails: MailRecord[] = [];
  const replaced: MailRecord[] = [];
  const taken = new Set<number | null>();
  for (const mail of members.filter(isPosting).toSorted(laterFirst)) {
    if (taken.has(mail.index)) replaced.push(mail);
    else mails.push(mail);
    taken.add(mail.index);
  }
  return {
    sender: first.sender,
    revision: first.revision,
    total: first.total,
    rfc: first.rfc,
    resend: members.some((mail) => mail.resend),
    cover: members.find(isCover) ?? null,
    mails: mails.toSorted((a, b) => (a.index ?? 1) - (b.index ?? 1)),
    replaced,
  };
}

/** All postings, in input order of their first mail. Covers without patches are left out. */
export function findPostings(records: readonly MailRecord[]): Posting[] {
  const singles: Posting[] = [];
  const numbered: MailRecord[] = [];
  for (const record of records) {
    if (record.index !== null && (isPosting(record) || isCover(record))) numbered.push(record);
    else if (isPosting(record)) singles.push(toPosting([record]));
  }
  const series = mergeFitting(components(numbered)).map(toPosting).filter((posting) => posting.mails.length > 0);
  const at = (posting: Posting): number => posting.mails.reduce((least, mail) => Math.min(least, mail.at), Infinity);
  return [...singles, ...series].toSorted((a, b) => at(a) - at(b));
}
