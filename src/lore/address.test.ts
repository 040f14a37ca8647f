/** What a text that is no file means, and where it is fetched from; forms as lore.kernel.org and its Link: trailers have them. */
import { describe, expect, it } from "vitest";
import { archiveBase, archiveUrl, isArchiveInput } from "./address.ts";

const lore = "https://lore.kernel.org/all";
const id = "20250101.4711-1-dev@example.org";

describe("what is meant for an archive", () => {
  it.each([id, `<${id}>`, "https://lore.kernel.org/linux-mm/", "HTTP://host/x", "a/b+c=d@example.org"])("%s is", (text) => {
    expect(isArchiveInput(text)).toBe(true);
  });
  it.each(["thread.mbox", "HEAD~3..", "main@{1}", "HEAD@{u}..", "a b@example.org", "@example.org", "dev@", "file:///etc/passwd", "ftp://host/x", "x".repeat(500) + "@y"])("%s is not", (text) => {
    expect(isArchiveInput(text)).toBe(false);
  });
});

describe("where it is", () => {
  it.each([
    [id, `${lore}/${id}/t.mbox.gz`],
    [`<${id}>`, `${lore}/${id}/t.mbox.gz`],
    // What would end the path or start a query is escaped, so that the id stays one part of the path.
    ["a/../b?c#d%e@example.org", `${lore}/a%2F..%2Fb%3Fc%23d%25e@example.org/t.mbox.gz`],
    [`https://lore.kernel.org/linux-mm/${id}/`, `https://lore.kernel.org/linux-mm/${id}/t.mbox.gz`],
    [`https://lore.kernel.org/linux-mm/${id}/T/#u`, `https://lore.kernel.org/linux-mm/${id}/t.mbox.gz`],
    [`https://lore.kernel.org/linux-mm/${id}/t.mbox.gz`, `https://lore.kernel.org/linux-mm/${id}/t.mbox.gz`],
    [`https://lore.kernel.org/linux-mm/20250101.4711-1-dev%40example.org/#r`, `https://lore.kernel.org/linux-mm/${id}/t.mbox.gz`],
    [`https://lore.kernel.org/r/${id}`, `${lore}/${id}/t.mbox.gz`],
    [`https://lkml.kernel.org/r/${id}`, `${lore}/${id}/t.mbox.gz`],
    [`https://patch.msgid.link/${id}`, `${lore}/${id}/t.mbox.gz`],
    [`http://127.0.0.1:8080/inbox/${id}/`, `http://127.0.0.1:8080/inbox/${id}/t.mbox.gz`],
    [`https://lore.kernel.org/linux-mm/${id}/raw`, `https://lore.kernel.org/linux-mm/${id}/raw`],
    ["https://patchwork.example.org/series/7/mbox/#x", "https://patchwork.example.org/series/7/mbox/"],
  ])("%s", (input, url) => {
    expect(archiveUrl(input, lore).href).toBe(url);
  });

  it("is another archive when one is named, with or without a slash at its end", () => {
    expect(archiveUrl(id, "https://inbox.example.org/mm/").href).toBe(`https://inbox.example.org/mm/${id}/t.mbox.gz`);
    expect(archiveUrl(id, "https://inbox.example.org").href).toBe(`https://inbox.example.org/${id}/t.mbox.gz`);
    expect(archiveUrl(`https://lkml.kernel.org/r/${id}`, "http://127.0.0.1:1/x").href).toBe(`http://127.0.0.1:1/x/${id}/t.mbox.gz`);
  });

  it.each(["lore.kernel.org", "file:///var/inbox", "ftp://host", ""])("--archive refuses %s", (archive) => {
    expect(() => archiveBase(archive)).toThrow("--archive is not an http or https URL");
  });

  it("refuses passwords in addresses, which would end up in logs", () => {
    expect(() => archiveBase("https://me:secret@host/")).toThrow("--archive must not hold a name or password");
    expect(() => archiveUrl(`https://me@host/${id}/`, lore)).toThrow("the address must not hold a name or password");
  });
});
